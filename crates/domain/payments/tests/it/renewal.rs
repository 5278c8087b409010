//! Authorizations are renewed before they run out.

use payments::event::{PaymentVoided, RenewalFailed};
use payments::provider::Chaos;
use payments::{PaymentState, renew_due};

use crate::desk::Desk;

fn days(desk: &Desk, days: i64) {
    desk.t.clock.advance(chrono::Duration::days(days));
}

testkit::both_databases! {
    async fn a_hold_is_renewed_in_time_and_the_old_one_given_up(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_ok"), 1_000).await;
        desk.drain().await;
        desk.capture(id, 300).await.unwrap();
        desk.drain().await;
        let ctx = desk.ctx();
        assert_eq!(renew_due(&ctx, ctx.now()).await.unwrap(), 0, "there is time");
        days(&desk, 6);
        assert_eq!(renew_due(&ctx, ctx.now()).await.unwrap(), 1);
        assert_eq!(renew_due(&ctx, ctx.now()).await.unwrap(), 0, "once");
        desk.settle().await;
        assert_eq!(desk.heard::<PaymentVoided>().iter().map(|event| event.amount.minor).collect::<Vec<_>>(), [700]);
        desk.sound(300, 700).await;
        // Past the end of the first hold, captures go to the second, refunds to both.
        days(&desk, 3);
        desk.capture(id, 700).await.unwrap();
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Captured);
        desk.refund(id, 900).await.unwrap();
        desk.settle().await;
        let refunded = desk.heard::<payments::event::PaymentRefunded>();
        assert_eq!(refunded.iter().map(|event| event.complete).collect::<Vec<_>>(), [false, true]);
        assert_eq!(desk.told().iter().filter(|kind| *kind == "payment_authorized").count(), 1);
        desk.sound(100, 0).await;
    }

    async fn a_hold_that_cannot_be_renewed_is_reported_and_runs_out(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("card_sandbox", Some("tok_once"), 1_000).await;
        desk.drain().await;
        days(&desk, 6);
        let ctx = desk.ctx();
        assert_eq!(renew_due(&ctx, ctx.now()).await.unwrap(), 1);
        desk.drain().await;
        assert_eq!(desk.heard::<RenewalFailed>()[0].reason, "card_expired");
        desk.capture(id, 400).await.unwrap();
        desk.settle().await;
        days(&desk, 1);
        desk.capture(id, 400).await.unwrap();
        desk.settle().await;
        let failed = desk.heard::<payments::event::CaptureFailed>();
        assert_eq!((failed.len(), failed[0].reason.as_str()), (1, "authorization_expired"));
        desk.sound(400, 600).await;
    }

    async fn renewals_that_race_happen_once(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        desk.pay("card_sandbox", Some("tok_ok"), 1_000).await;
        desk.drain().await;
        days(&desk, 6);
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let ctx = desk.ctx();
                tokio::spawn(async move { renew_due(&ctx, ctx.now()).await.unwrap() })
            })
            .collect();
        let mut asked = 0;
        for task in tasks {
            asked += task.await.unwrap();
        }
        assert_eq!(asked, 1);
        desk.settle().await;
        desk.sound(0, 1_000).await;
    }
}
