//! Webhooks twice, late and out of order change nothing.

use payments::provider::Chaos;
use payments::webhook::Received;

use crate::desk::Desk;

testkit::both_databases! {
    async fn misbehaving_webhooks_change_nothing(t: TestEnv) {
        let desk = Desk::open(t, Chaos { twice: true, late_seconds: 15, out_of_order: true });
        let mut payments = Vec::new();
        for token in ["tok_ok", "tok_timeout", "tok_late", "tok_declined"] {
            payments.push(desk.pay("card_sandbox", Some(token), 1_000).await);
        }
        desk.settle().await;
        for id in &payments[..3] {
            desk.capture(*id, 400).await.unwrap();
            desk.capture(*id, 100).await.unwrap();
        }
        desk.settle().await;
        for id in &payments[..3] {
            desk.refund(*id, 300).await.unwrap();
            desk.close(*id).await;
        }
        desk.settle().await;
        let sent = desk.sent.lock().unwrap().clone();
        let duplicates = sent.iter().filter(|sent| sent.received == Received::Duplicate).count();
        assert_eq!((sent.len(), duplicates), (2 * (4 + 6 + 6), 4 + 6 + 6));
        let mut told = desk.told();
        told.sort();
        told.dedup();
        assert_eq!(desk.told().len(), 4 + 6 + 6);
        for id in &payments[..3] {
            let amounts = desk.payment(*id).await.amounts;
            let done = [amounts.authorized, amounts.captured, amounts.voided, amounts.refunded].map(|m| m.done_minor);
            assert_eq!(done, [1_000, 500, 500, 300]);
        }
        desk.sound(600, 0).await;
    }
}
