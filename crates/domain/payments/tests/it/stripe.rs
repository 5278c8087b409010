//! Stripe's requests and answers in their published shape, without the network.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kernel::{Currency, Money};
use payments::provider::stripe::{API_VERSION, Call, Line, Reply, Stripe, StripeSettings};
use payments::provider::{Answer, Lookup, ProviderEvent, Request, Subject, WebhookFault, sign};
use payments::{OperationKind, PaymentProvider};
use serde_json::{Value, json};

const KEY: &str = "pop_01m809am9cercs7c8ahrfam1ye";

/// Answers from a script and writes down what was asked.
#[derive(Default)]
struct Script {
    replies: Mutex<Vec<Result<Reply, String>>>,
    calls: Mutex<Vec<Call>>,
}

#[async_trait]
impl Line for Script {
    async fn send(&self, call: Call) -> Result<Reply, String> {
        self.calls.lock().unwrap().push(call);
        self.replies.lock().unwrap().remove(0)
    }
}

fn reply(status: u16, body: &Value) -> Result<Reply, String> {
    Ok(Reply { status, body: body.to_string().into_bytes() })
}

fn stripe(multicapture: bool, replies: Vec<Result<Reply, String>>) -> (Stripe, Arc<Script>) {
    let script = Arc::new(Script { replies: Mutex::new(replies), ..Script::default() });
    let settings = StripeSettings {
        secret_key: "sk_test_1".to_owned(),
        webhook_secret: "whsec_1".to_owned(),
        connect_webhook_secret: "whsec_2".to_owned(),
        multicapture,
    };
    (Stripe::new(script.clone(), settings), script)
}

fn request(subject: Subject) -> Request {
    Request {
        key: KEY.to_owned(),
        amount: Money::new(1_050, Currency::EUR),
        subject,
        return_url: Some("https://shop.example/back?a=1&b=2".to_owned()),
    }
}

fn token(token: &str) -> Request {
    request(Subject::Token(token.to_owned()))
}

fn charge() -> Request {
    request(Subject::Charge("pi_1".to_owned()))
}

fn intent(status: &str) -> Value {
    json!({
        "id": "pi_1", "object": "payment_intent", "status": status, "amount": 1050, "amount_capturable": 1050,
        "currency": "eur", "created": 1_767_323_045, "capture_method": "manual", "customer": null,
        "payment_method": "pm_1", "metadata": { "souk_operation": KEY }, "client_secret": "pi_1_secret_2",
        "latest_charge": { "payment_method_details": { "card": { "capture_before": 1_767_900_000 } } },
    })
}

fn body_of(script: &Script, index: usize) -> String {
    script.calls.lock().unwrap()[index].body.clone().unwrap()
}

fn held(until: i64) -> Answer {
    Answer::Succeeded { charge: "pi_1".to_owned(), held_until: DateTime::from_timestamp(until, 0) }
}

fn done() -> Answer {
    Answer::Succeeded { charge: "pi_1".to_owned(), held_until: None }
}

fn failed(reason: &str) -> Answer {
    Answer::Failed { reason: reason.to_owned() }
}

#[tokio::test]
async fn an_authorization_is_a_confirmed_intent_with_manual_capture() {
    let (stripe, script) = stripe(true, vec![reply(200, &intent("requires_capture"))]);
    assert_eq!(stripe.authorize(token("pm_1")).await, Ok(held(1_767_900_000)));
    let call = script.calls.lock().unwrap()[0].clone();
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/payment_intents"));
    for header in [
        ("authorization", "Bearer sk_test_1"),
        ("stripe-version", API_VERSION),
        ("content-type", "application/x-www-form-urlencoded"),
        ("idempotency-key", KEY),
    ] {
        assert!(call.headers.contains(&(header.0, header.1.to_owned())), "{header:?}");
    }
    assert_eq!(
        call.body.unwrap(),
        format!(
            "amount=1050&currency=eur&capture_method=manual&confirm=true&payment_method=pm_1\
             &metadata%5Bsouk_operation%5D={KEY}&expand%5B%5D=latest_charge\
             &return_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1%26b%3D2\
             &payment_method_options%5Bcard%5D%5Brequest_multicapture%5D=if_available"
        )
    );
}

#[tokio::test]
async fn amounts_are_whole_in_the_minor_unit_or_not_taken() {
    let (stripe, script) = stripe(true, vec![reply(200, &intent("requires_capture"))]);
    let of = |currency: &str| Request { amount: Money::new(1_050, currency.parse().unwrap()), ..token("pm_1") };
    stripe.authorize(of("JPY")).await.unwrap();
    assert!(body_of(&script, 0).starts_with("amount=1050&currency=jpy&"));
    assert_eq!(stripe.authorize(of("KWD")).await, Ok(failed("unsupported_currency")));
    assert_eq!(script.calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn declines_actions_and_silence_are_told_apart() {
    let declined = json!({ "error": { "type": "card_error", "code": "card_declined", "decline_code": "lost_card" } });
    let busy = json!({ "error": { "type": "idempotency_error", "code": "idempotency_key_in_use" } });
    let mut action = intent("requires_action");
    action["next_action"] =
        json!({ "type": "redirect_to_url", "redirect_to_url": { "url": "https://hooks.stripe.com/3" } });
    let mut script_only = intent("requires_action");
    script_only["next_action"] = json!({ "type": "use_stripe_sdk" });
    let (stripe, _) = stripe(
        true,
        vec![
            reply(402, &declined),
            reply(409, &busy),
            reply(500, &json!({})),
            reply(429, &json!({})),
            reply(401, &json!({})),
            Err("connection reset".to_owned()),
            reply(200, &action),
            reply(200, &script_only),
            reply(200, &intent("processing")),
        ],
    );
    assert_eq!(stripe.authorize(token("pm_1")).await, Ok(failed("lost_card")));
    for _ in 0..5 {
        assert!(stripe.authorize(token("pm_1")).await.is_err(), "nobody knows what became of it");
    }
    let waits = |url: &str| Answer::ActionRequired { charge: "pi_1".to_owned(), url: url.to_owned() };
    assert_eq!(stripe.authorize(token("pm_1")).await, Ok(waits("https://hooks.stripe.com/3")));
    assert_eq!(stripe.authorize(token("pm_1")).await, Ok(waits("stripe:pi_1_secret_2")));
    assert_eq!(stripe.authorize(token("pm_1")).await, Ok(Answer::Pending));
}

#[tokio::test]
async fn parts_are_captured_and_the_rest_is_canceled_when_they_are() {
    let mut rest = intent("requires_capture");
    rest["amount_capturable"] = json!(1_051);
    let (stripe, script) = stripe(
        true,
        vec![
            reply(200, &intent("requires_capture")),
            reply(200, &rest),
            reply(200, &intent("requires_capture")),
            reply(200, &intent("canceled")),
            reply(200, &intent("succeeded")),
        ],
    );
    assert_eq!(stripe.capture(charge()).await, Ok(done()));
    assert_eq!(body_of(&script, 0), "amount_to_capture=1050&final_capture=false");
    assert!(stripe.void(charge()).await.is_err(), "a capture is still to come");
    assert_eq!(stripe.void(charge()).await, Ok(done()));
    // Nothing is left to be canceled after the last capture.
    assert_eq!(stripe.void(charge()).await, Ok(done()));
    let paths: Vec<String> = script.calls.lock().unwrap().iter().map(|call| call.path.clone()).collect();
    assert_eq!(
        paths,
        [
            "/v1/payment_intents/pi_1/capture",
            "/v1/payment_intents/pi_1",
            "/v1/payment_intents/pi_1",
            "/v1/payment_intents/pi_1/cancel",
            "/v1/payment_intents/pi_1",
        ]
    );
}

#[tokio::test]
async fn a_wallet_is_captured_at_once_and_refunded_in_parts() {
    let mut paid = intent("succeeded");
    paid["capture_method"] = json!("automatic");
    let refund =
        json!({ "id": "re_1", "amount": 1050, "currency": "eur", "status": "succeeded", "payment_intent": "pi_1" });
    let (stripe, script) = stripe(true, vec![reply(200, &paid), reply(200, &refund)]);
    assert_eq!(stripe.capture(token("pm_2")).await, Ok(done()));
    assert!(body_of(&script, 0).contains("capture_method=automatic&confirm=true&payment_method=pm_2"));
    assert_eq!(stripe.refund(charge()).await, Ok(done()));
    assert_eq!(body_of(&script, 1), format!("payment_intent=pi_1&amount=1050&metadata%5Bsouk_operation%5D={KEY}"));
}

#[tokio::test]
async fn a_stored_card_is_held_anew_without_its_owner() {
    let mut old = intent("requires_capture");
    old["customer"] = json!("cus_1");
    let (renewing, script) = stripe(false, vec![reply(200, &old), reply(200, &intent("requires_capture"))]);
    let renewal = || request(Subject::Renewal("pi_0".to_owned()));
    assert_eq!(renewing.authorize(renewal()).await, Ok(held(1_767_900_000)));
    let body = body_of(&script, 1);
    assert!(body.ends_with("&customer=cus_1&off_session=true"), "{body}");
    let (shown, script) = stripe(false, vec![reply(200, &intent("requires_capture"))]);
    shown.authorize(token("cus_1/pm_1")).await.unwrap();
    assert!(body_of(&script, 0).contains("payment_method=pm_1&"));
    let (unknown, _) = stripe(false, vec![reply(200, &intent("requires_capture"))]);
    assert_eq!(unknown.authorize(renewal()).await, Ok(failed("card_not_stored")));
}

#[tokio::test]
async fn what_became_of_a_request_is_looked_up_or_sent_again() {
    let refunds = json!({ "data": [
        { "id": "re_1", "amount": 1, "currency": "eur", "status": "succeeded", "metadata": {} },
        { "id": "re_2", "amount": 1050, "currency": "eur", "status": "failed", "failure_reason": "expired_or_canceled_card",
          "metadata": { "souk_operation": KEY } },
    ] });
    let (stripe, script) =
        stripe(true, vec![reply(200, &intent("requires_capture")), reply(200, &refunds), reply(200, &refunds)]);
    let ask =
        |kind, key: &str, charge: Option<&str>| Lookup { kind, key: key.to_owned(), charge: charge.map(str::to_owned) };
    let answer = stripe.lookup(ask(OperationKind::Authorize, KEY, Some("pi_1"))).await;
    assert_eq!(answer, Ok(held(1_767_900_000)));
    let answer = stripe.lookup(ask(OperationKind::Refund, KEY, Some("pi_1"))).await;
    assert_eq!(answer, Ok(failed("expired_or_canceled_card")));
    assert_eq!(script.calls.lock().unwrap()[1].path, "/v1/refunds?limit=100&payment_intent=pi_1");
    let answer = stripe.lookup(ask(OperationKind::Refund, "pop_other", Some("pi_1"))).await;
    assert_eq!(answer, Ok(Answer::NeverHeard));
    assert_eq!(stripe.lookup(ask(OperationKind::Authorize, KEY, None)).await, Ok(Answer::NeverHeard));
}

fn told(stripe: &Stripe, body: &Value, at: DateTime<Utc>) -> Result<Option<ProviderEvent>, WebhookFault> {
    let body = body.to_string();
    let signature = sign(b"whsec_1", at, body.as_bytes());
    stripe.read_webhook(&signature, body.as_bytes(), DateTime::from_timestamp(1_767_323_045, 0).unwrap())
}

#[test]
fn webhooks_are_believed_when_signed_lately_and_read_when_they_are_ours() {
    let (stripe, _) = stripe(true, Vec::new());
    assert_eq!(stripe.signature_header(), "stripe-signature");
    let now = DateTime::from_timestamp(1_767_323_045, 0).unwrap();
    let event = |kind: &str, object: Value| json!({ "id": "evt_1", "type": kind, "data": { "object": object } });
    let capturable = event("payment_intent.amount_capturable_updated", intent("requires_capture"));
    let read = told(&stripe, &capturable, now).unwrap().unwrap();
    assert_eq!((read.kind, read.key.as_deref(), read.charge.as_str()), (OperationKind::Authorize, Some(KEY), "pi_1"));
    assert_eq!((read.amount, read.failure), (Money::new(1_050, Currency::EUR), None));
    assert!(read.held_until.is_some());

    let mut refused = intent("requires_payment_method");
    refused["capture_method"] = json!("automatic");
    refused["last_payment_error"] = json!({ "code": "card_declined", "decline_code": "insufficient_funds" });
    let read = told(&stripe, &event("payment_intent.payment_failed", refused), now).unwrap().unwrap();
    assert_eq!((read.kind, read.failure.as_deref()), (OperationKind::Capture, Some("insufficient_funds")));

    let refund = |status: &str| {
        json!({ "id": "re_1", "amount": 300, "currency": "eur", "status": status, "payment_intent": "pi_1",
                "metadata": { "souk_operation": KEY } })
    };
    let read = told(&stripe, &event("refund.updated", refund("succeeded")), now).unwrap().unwrap();
    assert_eq!((read.kind, read.amount.minor, read.charge.as_str()), (OperationKind::Refund, 300, "pi_1"));
    assert_eq!(told(&stripe, &event("refund.created", refund("pending")), now), Ok(None));

    let mut foreign = intent("requires_capture");
    foreign["metadata"] = json!({});
    for none_of_ours in [event("payment_intent.succeeded", foreign), event("customer.created", json!({}))] {
        assert_eq!(told(&stripe, &none_of_ours, now), Ok(None));
    }
    let minutes = |minutes| now - chrono::Duration::minutes(minutes);
    assert_eq!(told(&stripe, &capturable, minutes(6)), Err(WebhookFault::Stale));
    let body = capturable.to_string();
    let forged = sign(b"whsec_2", now, body.as_bytes());
    assert_eq!(stripe.read_webhook(&forged, body.as_bytes(), now), Err(WebhookFault::Forged));
    assert_eq!(told(&stripe, &json!([]), now), Err(WebhookFault::Unreadable));
}
