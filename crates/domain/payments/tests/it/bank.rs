//! Bank transfers.

use kernel::{Currency, Fault as _, FaultKind, Money, PageArgs};
use payments::event::{PaymentExpired, TransferArrived};
use payments::provider::Chaos;
use payments::{Error, PaymentState, TransferReceived, expire_due, match_receipt, transfer_received};
use testkit::tokio;

use crate::desk::{Desk, eur};

fn receipt(reference: impl ToString, minor: i64, bank_reference: &str) -> TransferReceived {
    let (reference, bank_reference) = (reference.to_string(), bank_reference.to_owned());
    TransferReceived { reference, amount: eur(minor), bank_reference, received_at: None }
}

testkit::both_databases! {
    async fn partly_then_more_than_enough(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("bank_transfer", None, 1_000).await;
        let ctx = desk.t.operator();
        let number = desk.payment(id).await.order_number;
        transfer_received(&ctx, receipt(&number, 400, "camt-1")).await.unwrap();
        assert_eq!(desk.payment(id).await.state(), PaymentState::PartlyCaptured);
        let second = transfer_received(&ctx, receipt(id, 700, "camt-2")).await.unwrap();
        assert_eq!((second.payment_id, second.applied_minor), (Some(id), 600));
        let again = transfer_received(&ctx, receipt(id, 700, "camt-2")).await.unwrap();
        assert_eq!(again, second);
        let other = transfer_received(&ctx, receipt(id, 701, "camt-2")).await.unwrap_err();
        assert_eq!(other.code(), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(desk.payment(id).await.state(), PaymentState::Overpaid);
        desk.drain().await;
        let told: Vec<(i64, i64, bool)> = desk
            .heard::<TransferArrived>()
            .into_iter()
            .map(|event| (event.applied_before_minor, event.applied_minor, event.fully_paid))
            .collect();
        assert_eq!(told, [(0, 400, false), (400, 600, true)]);
        let third = transfer_received(&ctx, receipt(id, 50, "camt-3")).await.unwrap();
        assert_eq!(third.applied_minor, 0);
        desk.sound(0, 0).await;
    }

    async fn a_receipt_entered_by_many_at_once_counts_once(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("bank_transfer", None, 1_000).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let ctx = desk.t.operator();
                tokio::spawn(async move { transfer_received(&ctx, receipt(id, 400, "camt-1")).await.unwrap() })
            })
            .collect();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap().id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "everybody gets the same receipt");
        assert_eq!(desk.payment(id).await.amounts.captured.done_minor, 400);
        desk.drain().await;
        assert_eq!(desk.heard::<TransferArrived>().len(), 1);
        desk.sound(0, 0).await;
    }

    async fn half_a_euro_short_then_a_euro_over(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("bank_transfer", None, 2_000).await;
        let ctx = desk.t.operator();
        let short = transfer_received(&ctx, receipt(id, 1_950, "camt-1")).await.unwrap();
        assert_eq!((short.applied_minor, desk.payment(id).await.state()), (1_950, PaymentState::PartlyCaptured));
        let over = transfer_received(&ctx, receipt(id, 100, "camt-2")).await.unwrap();
        assert_eq!(over.applied_minor, 50);
        let payment = desk.payment(id).await;
        assert_eq!((payment.state(), payment.excess_minor), (PaymentState::Overpaid, 50));
        desk.drain().await;
        let told: Vec<(i64, i64, bool)> = desk
            .heard::<TransferArrived>()
            .into_iter()
            .map(|event| (event.amount.minor, event.applied_minor, event.fully_paid))
            .collect();
        assert_eq!(told, [(1_950, 1_950, false), (100, 50, true)]);
        desk.sound(0, 0).await;
    }

    async fn what_nobody_understands_is_matched_later(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("bank_transfer", None, 1_000).await;
        let ctx = desk.t.operator();
        let unknown = transfer_received(&ctx, receipt("thanks!", 1_000, "camt-1")).await.unwrap();
        assert_eq!((unknown.payment_id, unknown.applied_minor), (None, 0));
        let mut dollars = receipt(id, 1_000, "camt-2");
        dollars.amount = Money::new(1_000, Currency::USD);
        assert_eq!(transfer_received(&ctx, dollars).await.unwrap().payment_id, None);
        let open = payments::query::receipts(&ctx, true, &PageArgs::first(10)).await.unwrap().into_rows();
        assert_eq!(open.len(), 2);
        let matched = match_receipt(&ctx, unknown.id, id).await.unwrap();
        assert_eq!((matched.payment_id, matched.applied_minor), (Some(id), 1_000));
        assert!(matches!(match_receipt(&ctx, unknown.id, id).await, Err(Error::NotPossible(_))));
        assert!(matches!(match_receipt(&ctx, open[0].id, id).await, Err(Error::NotPossible(_))));
        desk.drain().await;
        let told = desk.heard::<TransferArrived>();
        assert_eq!(told.iter().map(|event| event.fully_paid).collect::<Vec<_>>(), [false, false, true]);
        assert!(told[2].matched_later);
        desk.sound(0, 0).await;
    }

    async fn money_for_a_closed_order_pays_nothing(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let id = desk.pay("bank_transfer", None, 1_000).await;
        let ctx = desk.t.operator();
        transfer_received(&ctx, receipt(id, 300, "camt-1")).await.unwrap();
        desk.t.clock.advance(chrono::Duration::days(15));
        expire_due(&desk.ctx(), desk.ctx().now()).await.unwrap();
        let late = transfer_received(&ctx, receipt(id, 700, "camt-2")).await.unwrap();
        assert_eq!((late.payment_id, late.applied_minor), (None, 0));
        desk.drain().await;
        assert_eq!(desk.heard::<PaymentExpired>()[0].received_minor, 300);
        desk.sound(0, 0).await;
    }

    async fn only_finance_enters_receipts(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        let merchant = desk.t.merchant(desk.ctx().new_id());
        let refused = transfer_received(&merchant, receipt("x", 1, "y")).await.unwrap_err();
        assert_eq!(refused.kind(), FaultKind::Forbidden);
        let id = desk.pay("bank_transfer", None, 1_000).await;
        assert_eq!(payments::query::payment(&merchant, id).await.unwrap_err().kind(), FaultKind::Forbidden);
        let bad = transfer_received(&desk.t.operator(), receipt("x", -1, "y")).await.unwrap_err();
        assert_eq!((bad.kind(), bad.field().as_deref()), (FaultKind::Invalid, Some("amount")));
    }
}
