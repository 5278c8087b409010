//! What is not from the provider, or cannot be true, is refused.

use kernel::{Fault as _, FaultKind};
use payments::event::ProviderEventRejected;
use payments::provider::{Chaos, sign};
use payments::webhook::{Received, receive};
use payments::{Error, PaymentState};

use crate::desk::{Desk, SECRET};

testkit::both_databases! {
    async fn forged_old_and_foreign_webhooks_are_refused(t: TestEnv) {
        let desk = Desk::open(t, Chaos::default());
        desk.pay("card_sandbox", Some("tok_ok"), 700).await;
        desk.drain().await;
        let sent = desk.sent.lock().unwrap()[0].clone();
        let ctx = desk.ctx();
        let mut body = sent.body.clone();
        let signature = Some(sent.signature.as_str());
        assert_eq!(receive(&ctx, &desk.providers, "sandbox", signature, &body).await.unwrap(), Received::Duplicate);
        let foreign = receive(&ctx, &desk.providers, "other", signature, &body).await.unwrap_err();
        assert_eq!(foreign.kind(), FaultKind::NotFound);
        let unsigned = receive(&ctx, &desk.providers, "sandbox", None, &body).await;
        assert!(matches!(unsigned, Err(Error::WebhookRefused(_))));
        *body.last_mut().unwrap() = b' ';
        let tampered = receive(&ctx, &desk.providers, "sandbox", signature, &body).await;
        assert!(matches!(tampered, Err(Error::WebhookRefused("the signature does not fit the body"))));
        desk.t.clock.advance(chrono::Duration::minutes(6));
        let old = receive(&desk.ctx(), &desk.providers, "sandbox", signature, &sent.body).await;
        assert!(matches!(old, Err(Error::WebhookRefused("the signature is outside the time window"))));
        let nonsense = b"not an event";
        let signature = sign(SECRET.as_bytes(), desk.ctx().now(), nonsense);
        let nonsense = receive(&desk.ctx(), &desk.providers, "sandbox", Some(&signature), nonsense).await;
        assert!(matches!(nonsense, Err(Error::WebhookRefused("the body is not an event"))));
        let stranger = receive(&desk.t.anonymous(), &desk.providers, "sandbox", Some(&signature), b"x").await;
        assert_eq!(stranger.unwrap_err().kind(), FaultKind::Unauthenticated);
    }

    async fn another_amount_is_rejected_and_reported(t: TestEnv) {
        let desk = Desk::open(t, Chaos { late_seconds: 360_000, ..Chaos::default() });
        let id = desk.pay("card_sandbox", Some("tok_late"), 700).await;
        desk.drain().await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        let key = operations[&id][0].id;
        let event = |n: i64, kind: &str, minor: i64, currency: &str| {
            format!(
                r#"{{"id":"evt_{n}","type":"x","created":1,"data":{{"charge":"sch_1","kind":"{kind}",
                "idempotency_key":"{key}","amount":{{"minor":{minor},"currency":"{currency}"}},"failure":null}}}}"#
            )
        };
        let bodies = [event(1, "authorize", 7, "EUR"), event(2, "capture", 700, "EUR"), event(3, "authorize", 700, "USD")];
        for body in bodies {
            let ctx = desk.ctx();
            let signature = sign(SECRET.as_bytes(), ctx.now(), body.as_bytes());
            let received = receive(&ctx, &desk.providers, "sandbox", Some(&signature), body.as_bytes()).await.unwrap();
            assert_eq!(received, Received::Rejected);
        }
        assert_eq!(desk.payment(id).await.state(), PaymentState::Pending);
        desk.drain().await;
        let reasons: Vec<String> = desk.heard::<ProviderEventRejected>().into_iter().map(|event| event.reason).collect();
        let expected =
            ["another amount was asked for", "another kind of operation was asked for", "another currency was asked for"];
        assert_eq!(reasons, expected);
    }

    async fn twenty_at_once_count_once(t: TestEnv) {
        let desk = Desk::open(t, Chaos { late_seconds: 360_000, ..Chaos::default() });
        let id = desk.pay("card_sandbox", Some("tok_late"), 700).await;
        desk.drain().await;
        let operations = payments::query::operations_by_payments(&desk.ctx(), &[id]).await.unwrap();
        let key = operations[&id][0].id;
        let body = format!(
            r#"{{"id":"evt_1","type":"x","created":1,"data":{{"charge":"sch_1","kind":"authorize",
            "idempotency_key":"{key}","amount":{{"minor":700,"currency":"EUR"}},"failure":null}}}}"#
        );
        let signature = sign(SECRET.as_bytes(), desk.ctx().now(), body.as_bytes());
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (ctx, providers) = (desk.ctx(), desk.providers.clone());
                let (signature, body) = (signature.clone(), body.clone());
                tokio::spawn(async move {
                    receive(&ctx, &providers, "sandbox", Some(&signature), body.as_bytes()).await.unwrap()
                })
            })
            .collect();
        let mut applied = 0;
        for task in tasks {
            applied += usize::from(task.await.unwrap() == Received::Applied);
        }
        assert_eq!(applied, 1);
        desk.drain().await;
        assert_eq!(desk.told(), ["payment_authorized"]);
    }
}
