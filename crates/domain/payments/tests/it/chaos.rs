//! Webhooks twice, late and out of order change nothing.

use payments::provider::Chaos;
use payments::webhook::{Received, receive};
use payments::{PaymentState, provider::sign};

use crate::desk::{Desk, SECRET};
use crate::line::{Fate, Line};

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

    /// Nothing but webhooks tells what happened: every answer gets lost. Each comes three times, in any order, and one
    /// of them is altered on its way.
    async fn webhooks_three_times_shuffled_and_one_altered(t: TestEnv) {
        let desk = Desk::behind(t, Chaos::default(), |sandbox| {
            Line::before(sandbox, Fate::LosesAnswer, usize::MAX, true)
        });
        desk.hold_webhooks();
        for seed in 1..=4_u64 {
            let (altered, amounts) = shuffled(&desk, seed).await;
            assert_eq!(altered, Received::Rejected, "seed {seed}");
            assert_eq!(amounts, [1_000, 500, 500, 200], "seed {seed}");
        }
        assert_eq!(desk.heard::<payments::event::ProviderEventRejected>().len(), 4);
        desk.sound(4 * 300, 0).await;
    }

    async fn a_request_that_never_arrived_is_sent_again(t: TestEnv) {
        let desk = Desk::behind(t, Chaos::default(), |sandbox| Line::before(sandbox, Fate::LosesRequest, 1, false));
        let id = desk.pay("card_sandbox", Some("tok_ok"), 700).await;
        desk.drain().await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        assert_eq!(operations[&id][0].state, payments::OperationState::Unknown);
        desk.sound(0, 0).await;
        desk.settle().await;
        assert_eq!(desk.payment(id).await.state(), PaymentState::Authorized);
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 700).await;
    }

    async fn janitors_that_race_settle_an_unknown_outcome_once(t: TestEnv) {
        let desk = Desk::behind(t, Chaos { late_seconds: 360_000, ..Chaos::default() }, |sandbox| {
            Line::before(sandbox, Fate::LosesAnswer, 1, false)
        });
        let id = desk.pay("card_sandbox", Some("tok_ok"), 700).await;
        desk.drain().await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        let operation = operations[&id][0].id;
        assert_eq!(operations[&id][0].state, payments::OperationState::Unknown);
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (ctx, providers) = (desk.ctx(), desk.providers.clone());
                tokio::spawn(async move { payments::command::lookup(&ctx, &providers, operation).await.unwrap() })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), payments::command::Progress::Settled);
        }
        desk.drain().await;
        assert_eq!(desk.told(), ["payment_authorized"]);
        desk.sound(0, 700).await;
    }
}

/// One run: what became of the altered webhook, and the amounts at the end.
async fn shuffled(desk: &Desk, seed: u64) -> (Received, [i64; 4]) {
    let id = desk.pay("card_sandbox", Some("tok_ok"), 1_000).await;
    desk.drain().await;
    let (mut altered, mut told, mut random) = (Received::Ignored, Vec::new(), seed);
    // The next thing can be asked for only when the first is known; the webhooks of all come again with the last.
    for step in 0..3 {
        told.extend(desk.held_webhooks());
        let mut bodies: Vec<String> = told.iter().flat_map(|body: &String| vec![body.clone(); 3]).collect();
        for at in (1..bodies.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bodies.swap(at, usize::try_from(random >> 33).unwrap() % (at + 1));
        }
        if step == 2 {
            let wrong = told[1].replace("\"minor\":", "\"minor\":9").replace("\"id\":\"evt_", "\"id\":\"evt_x");
            bodies.insert(bodies.len() / 2, wrong);
        }
        for body in bodies {
            let ctx = desk.ctx();
            let signature = sign(SECRET.as_bytes(), ctx.now(), body.as_bytes());
            let received = receive(&ctx, &desk.providers, "sandbox", Some(&signature), body.as_bytes()).await.unwrap();
            if body.contains("evt_x") {
                altered = received;
            }
        }
        match step {
            0 => {
                desk.capture(id, 300).await.unwrap();
                desk.capture(id, 200).await.unwrap();
                desk.close(id).await;
            }
            1 => desk.refund(id, 200).await.unwrap(),
            _ => {}
        }
        desk.drain().await;
    }
    let amounts = desk.payment(id).await.amounts;
    (altered, [amounts.authorized, amounts.captured, amounts.voided, amounts.refunded].map(|m| m.done_minor))
}
