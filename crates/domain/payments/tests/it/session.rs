//! Payments that the buyer confirms on a page of the provider.

use kernel::{Fault as _, FaultKind};
use payments::event::{PaymentCaptured, PaymentFailed, PaymentLate};
use payments::provider::{Chaos, SessionOutcome};
use payments::{OperationState, PaymentState, expire_due, give_up_late_in_tx};

use crate::desk::Desk;

async fn state_of(desk: &Desk, id: kernel::id::PaymentId) -> OperationState {
    let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
    operations[&id][0].state
}

fn later(desk: &Desk, minutes: i64) {
    desk.t.clock.advance(chrono::Duration::minutes(minutes));
}

testkit::both_databases! {
    async fn the_buyer_confirms_and_the_card_is_authorized(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_action"), 900).await;
        desk.drain().await;
        let payment = desk.payment(id).await;
        assert_eq!((payment.state(), state_of(&desk, id).await), (PaymentState::ActionRequired, OperationState::ActionRequired));
        let url = payment.action_url.unwrap();
        assert!(url.starts_with("https://souk.example/sandbox/sessions/sse_"), "{url}");
        let name = desk.session_of(id).await;
        let session = desk.sandbox.session(&name).await.unwrap();
        assert_eq!((session.open, session.amount.minor), (true, 900));
        assert_eq!(session.return_url.as_deref(), Some("https://shop.example/back"));
        desk.sound(0, 0).await;
        desk.sandbox.decide_session(&name, SessionOutcome::Confirm).await.unwrap();
        // Only the first decision counts.
        desk.sandbox.decide_session(&name, SessionOutcome::Refuse).await.unwrap();
        desk.drain().await;
        let payment = desk.payment(id).await;
        assert_eq!((payment.state(), payment.action_url), (PaymentState::Authorized, None));
        desk.capture(id, 900).await.unwrap();
        desk.settle().await;
        assert_eq!(desk.told(), ["payment_authorized", "payment_captured"]);
        desk.sound(900, 0).await;
        let unknown = desk.sandbox.session("sse_nobody").await.unwrap_err();
        assert_eq!(unknown.kind(), FaultKind::NotFound);
    }

    async fn a_refused_confirmation_fails_the_payment(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_action"), 900).await;
        desk.drain().await;
        let name = desk.session_of(id).await;
        desk.sandbox.decide_session(&name, SessionOutcome::Refuse).await.unwrap();
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Failed);
        assert_eq!(desk.heard::<PaymentFailed>()[0].reason, "authentication_failed");
        desk.sound(0, 0).await;
    }

    async fn who_walks_away_gets_no_order(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("wallet_sandbox", Some("tok_action"), 900).await;
        desk.drain().await;
        let name = desk.session_of(id).await;
        later(&desk, 31);
        let ctx = desk.ctx();
        assert_eq!(expire_due(&ctx, ctx.now()).await.unwrap(), [id]);
        later(&desk, 30);
        let session = desk.sandbox.decide_session(&name, SessionOutcome::Confirm).await.unwrap();
        assert!(!session.open, "nothing can be confirmed after the session ran out");
        payments::sweep(&ctx, desk.ctx().now()).await.unwrap();
        desk.settle().await;
        assert_eq!(state_of(&desk, id).await, OperationState::Failed);
        assert_eq!(desk.payment(id).await.state(), PaymentState::Expired);
        desk.sound(0, 0).await;
    }

    async fn a_wallet_pays_at_once(t: TestEnv) {
        let desk = Desk::open(t, Chaos { twice: true, ..Chaos::default() });
        let id = desk.pay("wallet_sandbox", Some("tok_ok"), 900).await;
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Captured);
        let captured = desk.heard::<PaymentCaptured>();
        assert_eq!((captured.len(), captured[0].merchant_order, captured[0].amount.minor), (1, None, 900));
        assert!(desk.capture(id, 1).await.is_err(), "there is nothing left to be captured");
        desk.refund(id, 400).await.unwrap();
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::PartlyRefunded);
        desk.sound(500, 0).await;
        let declined = desk.pay("wallet_sandbox", Some("tok_declined"), 700).await;
        desk.settle().await;
        assert_eq!(desk.payment(declined).await.state(), PaymentState::Failed);
        assert_eq!(desk.heard::<PaymentFailed>().len(), 1);
    }

    async fn money_after_the_end_waits_for_a_decision(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_action"), 900).await;
        desk.drain().await;
        let name = desk.session_of(id).await;
        later(&desk, 31);
        expire_due(&desk.ctx(), desk.ctx().now()).await.unwrap();
        desk.sandbox.decide_session(&name, SessionOutcome::Confirm).await.unwrap();
        desk.settle().await;
        assert_eq!(desk.told(), ["payment_expired", "payment_late"]);
        assert_eq!(desk.heard::<PaymentLate>()[0].taken, None);
        // What orders does about the expiry does not touch it, nor does the sweeper.
        desk.close(id).await;
        payments::sweep(&desk.ctx(), desk.ctx().now()).await.unwrap();
        desk.settle().await;
        desk.sound(0, 900).await;
        let mut tx = desk.ctx().begin_write().await.unwrap();
        assert!(give_up_late_in_tx(&mut tx, id).await.unwrap().is_some());
        assert!(give_up_late_in_tx(&mut tx, id).await.unwrap().is_none(), "once");
        tx.commit().await.unwrap();
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Voided);
        desk.sound(0, 0).await;
    }
}
