//! A card payment from authorization to refund.

use payments::event::{MoneyPlace, PaymentCaptured, PaymentFailed, PaymentRefunded};
use payments::provider::Chaos;
use payments::{Error, PaymentState, expire_due, sweep};

use crate::desk::{Desk, eur};

testkit::both_databases! {
    async fn parts_are_captured_the_rest_is_given_up(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_ok"), 10_000).await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Pending);
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        desk.capture(id, 3_000).await.unwrap();
        desk.capture(id, 2_000).await.unwrap();
        let error = desk.capture(id, 5_001).await.unwrap_err();
        assert!(matches!(error, Error::ExceedsAuthorized { capturable_minor: 5_000 }));
        desk.drain().await;
        desk.close(id).await;
        desk.close(id).await;
        desk.drain().await;
        assert!(matches!(desk.capture(id, 1).await, Err(Error::NotPossible(_))));
        let payment = desk.payment(id).await;
        assert_eq!(payment.state(), PaymentState::Captured);
        assert_eq!((payment.amounts.captured.done_minor, payment.amounts.voided.done_minor), (5_000, 5_000));
        let expected = ["payment_authorized", "payment_captured", "payment_captured", "payment_voided"];
        assert_eq!(desk.told(), expected);
        let place = MoneyPlace::Provider("sandbox".to_owned());
        assert!(desk.heard::<PaymentCaptured>().iter().all(|event| event.place == place));
        desk.sound(5_000, 0).await;
    }

    async fn refunds_never_exceed_what_was_captured(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_ok"), 10_000).await;
        desk.drain().await;
        desk.capture(id, 6_000).await.unwrap();
        assert!(matches!(desk.refund(id, 1).await, Err(Error::ExceedsCaptured { refundable_minor: 0 })));
        desk.drain().await;
        desk.refund(id, 2_000).await.unwrap();
        desk.refund(id, 4_000).await.unwrap();
        assert!(matches!(desk.refund(id, 1).await, Err(Error::ExceedsCaptured { refundable_minor: 0 })));
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Refunded);
        let refunded = desk.heard::<PaymentRefunded>();
        assert_eq!(refunded.iter().map(|event| event.amount.minor).sum::<i64>(), 6_000);
        desk.sound(0, 4_000).await;
    }

    async fn racing_refunds_give_back_once(t: TestEnv) {
        let desk = std::sync::Arc::new(Desk::open(t, Chaos::default()));
        let id = desk.pay("card_sandbox", Some("tok_ok"), 3_000).await;
        desk.drain().await;
        desk.capture(id, 3_000).await.unwrap();
        desk.drain().await;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let desk = desk.clone();
                tokio::spawn(async move { desk.refund(id, 1_000).await.is_ok() })
            })
            .collect();
        let mut given = 0;
        for task in tasks {
            given += usize::from(task.await.unwrap());
        }
        assert_eq!(given, 3);
        desk.drain().await;
        desk.sound(0, 0).await;
    }

    async fn a_declined_card_can_be_tried_again(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_declined"), 500).await;
        desk.drain().await;
        let payment = desk.payment(id).await;
        assert_eq!((payment.state(), payment.failure.as_deref()), (PaymentState::Failed, Some("card_declined")));
        assert_eq!(desk.heard::<PaymentFailed>()[0].reason, "card_declined");
        let mut tx = desk.ctx().begin_write().await.unwrap();
        payments::command::authorize_again_in_tx(&mut tx, id, "tok_ok").await.unwrap();
        tx.commit().await.unwrap();
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        desk.sound(0, 500).await;
    }

    async fn no_answer_is_asked_for_not_guessed(t: TestEnv) {
        let desk = Desk::open(t, Chaos { late_seconds: 3_600, ..Chaos::default() });
        let id = desk.pay("card_sandbox", Some("tok_timeout"), 700).await;
        desk.drain().await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        assert_eq!(operations[&id][0].state, payments::OperationState::Unknown);
        assert_eq!(desk.payment(id).await.amounts.authorized.pending_minor, 700);
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 700).await;
    }

    async fn a_late_answer_comes_by_webhook(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_late"), 700).await;
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Pending);
        t_advance(&desk, 31);
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        assert_eq!(desk.sent.lock().unwrap().len(), 1);
        desk.settle().await;
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 700).await;
    }

    async fn what_is_authorized_after_the_order_is_gone_is_given_up(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_late"), 700).await;
        desk.drain().await;
        desk.close(id).await;
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Voided);
        assert_eq!(desk.told(), ["payment_voided"]);
        desk.sound(0, 0).await;
    }

    async fn a_crash_between_asking_and_knowing_is_asked_again(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_ok"), 700).await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        let operation = operations[&id][0].id;
        // The provider has done it; nobody here has heard.
        let request = payments::provider::Request {
            key: operation.to_string(),
            amount: eur(700),
            subject: payments::provider::Subject::Token("tok_ok".to_owned()),
            return_url: None,
        };
        payments::PaymentProvider::authorize(desk.sandbox.as_ref(), request).await.unwrap();
        let ctx = desk.ctx();
        payments::command::execute(&ctx, &desk.providers, operation).await.unwrap();
        payments::command::execute(&ctx, &desk.providers, operation).await.unwrap();
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        desk.sound(0, 700).await;
    }

    async fn nobody_waits_for_ever(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let (paid, open) =
            (desk.pay("card_sandbox", Some("tok_ok"), 700).await, desk.pay("bank_transfer", None, 900).await);
        desk.drain().await;
        t_advance(&desk, 15 * 24 * 3_600);
        let ctx = desk.ctx();
        assert_eq!(expire_due(&ctx, ctx.now()).await.unwrap(), [open]);
        assert!(expire_due(&ctx, ctx.now()).await.unwrap().is_empty());
        assert_eq!(desk.payment(open).await.state(), PaymentState::Expired);
        assert_eq!(desk.payment(paid).await.state(), PaymentState::Authorized);
        desk.drain().await;
        assert_eq!(desk.told(), ["payment_authorized", "payment_expired"]);
        desk.sound(0, 700).await;
    }

    async fn the_sweeper_finds_what_lies_around(t: TestEnv) {
        let desk = Desk::open(t, Chaos { late_seconds: 360_000, ..Chaos::default() });
        desk.pay("card_sandbox", Some("tok_ok"), 700).await;
        t_advance(&desk, 3_600);
        let ctx = desk.ctx();
        assert_eq!(sweep(&ctx, ctx.now()).await.unwrap().lookups, 1);
        assert_eq!(sweep(&ctx, ctx.now()).await.unwrap().lookups, 1);
        desk.settle().await;
        assert_eq!(sweep(&ctx, ctx.now()).await.unwrap(), payments::command::Swept::default());
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 700).await;
    }

    async fn bad_input_is_named(t: TestEnv) {
        use kernel::Fault as _;
        let desk = Desk::open(t, Chaos::default());
        let ctx = desk.ctx();
        let mut tx = ctx.begin_write().await.unwrap();
        let mut input = payments::OpenPayment {
            order_id: ctx.new_id(),
            order_number: "N-1".to_owned(),
            method: "barter".to_owned(),
            amount: eur(1),
            token: None,
            return_url: None,
            credit: None,
            customer_id: None,
            by_link: false,
            company_id: None,
            time_zone: kernel::Zone::BERLIN,
            expires_at: None,
        };
        let error = payments::open_in_tx(&mut tx, input.clone()).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("UNKNOWN_METHOD", Some("payment.method")));
        input.method = "card_sandbox".to_owned();
        let error = payments::open_in_tx(&mut tx, input).await.unwrap_err();
        assert_eq!((error.code(), error.field().as_deref()), ("REQUIRED", Some("payment.token")));
    }

    async fn nothing_to_pay_needs_no_provider(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_declined"), 0).await;
        desk.drain().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Captured);
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 0).await;
    }
}

fn t_advance(desk: &Desk, seconds: i64) {
    desk.t.clock.advance(chrono::Duration::seconds(seconds));
}
