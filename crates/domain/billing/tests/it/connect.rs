//! Payouts through Stripe Connect, in the published shape of its requests and answers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use billing::command::{Progress, ask_stripe, chase_payouts, fetch_from_stripe, payout_told, send_by_stripe};
use billing::query::{PayoutFilter, merchant_balances, payouts};
use billing::{
    EditBillingProfile, MarkPaid, Payout, PayoutState, PayoutVia, ProfilePatch, RunPayouts, edit_billing_profile,
    mark_paid, run_payouts,
};
use chrono::Duration;
use kernel::id::MerchantId;
use kernel::{Fault as _, PageArgs};
use payments::provider::sign;
use payments::provider::stripe::{Call, ConnectEvent, Line, Reply, Stripe, StripeSettings};
use serde_json::{Value, json};
use testkit::TestEnv;

use crate::shop::{EUR, IBAN, Part, earn, merchant, sound};

/// Answers from a script and writes down what was asked.
#[derive(Default)]
struct Script {
    replies: Mutex<Vec<(u16, Value)>>,
    calls: Mutex<Vec<Call>>,
}

#[async_trait]
impl Line for Script {
    async fn send(&self, call: Call) -> Result<Reply, String> {
        self.calls.lock().unwrap().push(call);
        let mut replies = self.replies.lock().unwrap();
        if replies.is_empty() {
            return Err("the line is dead".to_owned());
        }
        let (status, body) = replies.remove(0);
        Ok(Reply { status, body: body.to_string().into_bytes() })
    }
}

impl Script {
    /// The calls since the last look: path, idempotency key, connected account.
    fn asked(&self) -> Vec<(String, String, String)> {
        let of = |call: &Call, name: &str| {
            call.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.iter().map(|call| (call.path.clone(), of(call, "idempotency-key"), of(call, "stripe-account"))).collect()
    }
}

fn stripe(replies: &[(u16, Value)]) -> (Stripe, Arc<Script>) {
    let script = Arc::new(Script { replies: Mutex::new(replies.to_vec()), ..Script::default() });
    let settings = StripeSettings {
        secret_key: "sk_test_1".to_owned(),
        webhook_secret: "whsec_1".to_owned(),
        connect_webhook_secret: "whsec_connect".to_owned(),
        multicapture: true,
    };
    (Stripe::new(script.clone(), settings), script)
}

fn object(id: &str) -> (u16, Value) {
    (200, json!({ "id": id, "status": "pending" }))
}

fn refusal(status: u16, code: &str) -> (u16, Value) {
    (status, json!({ "error": { "type": "invalid_request_error", "code": code } }))
}

async fn profile(t: &TestEnv, id: MerchantId, version: i64, account: Option<&str>) -> Result<(), billing::Error> {
    let patch = ProfilePatch { stripe_account: Some(account.map(str::to_owned)), ..ProfilePatch::default() };
    let edit = EditBillingProfile { merchant_id: id, expected_version: version, patch };
    edit_billing_profile(&t.operator(), edit).await.map(drop)
}

fn run(key: &str) -> RunPayouts {
    RunPayouts { run_key: key.to_owned(), currency: EUR, cut_off_at: None, minimum_minor: None }
}

/// A merchant with a connected account that has cooled, what it earned sent on its way.
async fn initiated(t: &TestEnv) -> Payout {
    let id = merchant(t, "Ann", None).await;
    profile(t, id, 0, Some("acct_1")).await.unwrap();
    t.clock.advance(Duration::days(30));
    earn(t, &Part::plain(&t.system(), id)).await;
    run_payouts(&t.operator(), run("one")).await.unwrap();
    of(t, id).await
}

async fn of(t: &TestEnv, merchant: MerchantId) -> Payout {
    let filter = PayoutFilter { merchant: Some(merchant), ..PayoutFilter::default() };
    payouts(&t.operator(), &filter, &PageArgs::first(10)).await.unwrap().into_rows().remove(0)
}

async fn available(t: &TestEnv, merchant: MerchantId) -> i64 {
    merchant_balances(&t.operator(), merchant).await.unwrap()[0].available_minor
}

testkit::both_databases! {
    async fn a_payout_goes_to_the_connected_account_and_on_to_its_bank_once(t: TestEnv) {
        let payout = initiated(&t).await;
        assert_eq!((payout.state, payout.via, payout.iban.as_str()), (PayoutState::Initiated, PayoutVia::Stripe, ""));
        let (line, script) = stripe(&[object("tr_1"), object("po_1")]);
        for _ in 0..2 {
            assert_eq!(send_by_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        }
        let key = payout.id.to_string();
        assert_eq!(script.asked(), [
            ("/v1/transfers".to_owned(), format!("{key}:transfer"), String::new()),
            ("/v1/payouts".to_owned(), format!("{key}:payout"), "acct_1".to_owned()),
        ]);
        let told = json!({ "type": "payout.paid", "account": "acct_1", "data": { "object": {
            "id": "po_1", "status": "paid", "metadata": { "souk_payout": key },
        } } });
        let body = told.to_string().into_bytes();
        let now = t.system().now();
        let signature = sign(b"whsec_connect", now, &body);
        let event = line.read_connect_webhook(&signature, &body, now).unwrap().unwrap();
        assert!(line.read_connect_webhook(&sign(b"whsec_1", now, &body), &body, now).is_err(), "another's signature");
        for _ in 0..3 {
            payout_told(&t.system(), event.clone()).await.unwrap();
        }
        let paid = of(&t, payout.merchant_id).await;
        assert_eq!((paid.state, paid.bank_reference.as_deref()), (PayoutState::Paid, Some("po_1")));
        sound(&t).await;
    }

    async fn too_little_at_stripe_is_tried_again_under_a_new_key(t: TestEnv) {
        let payout = initiated(&t).await;
        let (line, script) = stripe(&[refusal(400, "balance_insufficient"), object("tr_1"), object("po_1")]);
        let first = send_by_stripe(&t.system(), &line, payout.id).await.unwrap();
        assert!(matches!(first, Progress::Later(_)), "{first:?}");
        assert_eq!(of(&t, payout.merchant_id).await.state, PayoutState::Initiated);
        assert_eq!(send_by_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        let keys: Vec<String> = script.asked().into_iter().map(|(_, key, _)| key).collect();
        let id = payout.id;
        assert_eq!(keys, [format!("{id}:transfer"), format!("{id}:1:transfer"), format!("{id}:1:payout")]);
        sound(&t).await;
    }

    async fn a_lost_answer_is_asked_for_under_the_same_key(t: TestEnv) {
        let payout = initiated(&t).await;
        let (dead, script) = stripe(&[]);
        assert!(matches!(send_by_stripe(&t.system(), &dead, payout.id).await.unwrap(), Progress::Later(_)));
        let (line, again) = stripe(&[object("tr_1"), object("po_1")]);
        assert_eq!(send_by_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        assert_eq!(script.asked()[0].1, again.asked()[0].1);
    }

    async fn what_stripe_refuses_is_available_again(t: TestEnv) {
        let payout = initiated(&t).await;
        assert_eq!(available(&t, payout.merchant_id).await, 0);
        let (line, _) = stripe(&[refusal(403, "account_invalid")]);
        assert_eq!(send_by_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        let failed = of(&t, payout.merchant_id).await;
        assert_eq!((failed.state, failed.return_reason.as_deref()), (PayoutState::Failed, Some("account_invalid")));
        assert_eq!(available(&t, payout.merchant_id).await, payout.amount.minor);
        sound(&t).await;
    }

    async fn what_cannot_leave_the_connected_account_is_fetched_before_it_is_available_again(t: TestEnv) {
        let payout = initiated(&t).await;
        let refused = refusal(400, "no_external_account_in_currency");
        let (line, script) = stripe(&[object("tr_1"), refused.clone(), refusal(400, "balance_insufficient"), refused, object("trr_1")]);
        let stuck = send_by_stripe(&t.system(), &line, payout.id).await.unwrap();
        assert!(matches!(stuck, Progress::Later(_)), "what is not fetched is not available: {stuck:?}");
        assert_eq!((of(&t, payout.merchant_id).await.state, available(&t, payout.merchant_id).await), (PayoutState::Initiated, 0));
        assert_eq!(send_by_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        assert_eq!(of(&t, payout.merchant_id).await.state, PayoutState::Failed);
        assert_eq!(available(&t, payout.merchant_id).await, payout.amount.minor);
        assert!(script.asked().iter().any(|(path, ..)| path == "/v1/transfers/tr_1/reversals"));
        sound(&t).await;
    }

    async fn a_payout_that_the_bank_sent_back_is_no_longer_settled(t: TestEnv) {
        let payout = initiated(&t).await;
        let (line, _) = stripe(&[object("tr_1"), object("po_1"), object("trr_1")]);
        send_by_stripe(&t.system(), &line, payout.id).await.unwrap();
        let paid = MarkPaid { payout_id: payout.id, bank_reference: Some("po_1".to_owned()), paid_at: None };
        mark_paid(&t.operator(), paid).await.unwrap();
        let failed = payments::provider::stripe::BankState::Failed("account_closed".to_owned());
        let event = ConnectEvent { key: payout.id.to_string(), name: "po_1".to_owned(), state: failed };
        payout_told(&t.system(), event).await.unwrap();
        for _ in 0..2 {
            let done = fetch_from_stripe(&t.system(), &line, payout.id, "account_closed").await.unwrap();
            assert_eq!(done, Progress::Done);
        }
        let back = of(&t, payout.merchant_id).await;
        assert_eq!((back.state, back.return_reason.as_deref()), (PayoutState::Returned, Some("account_closed")));
        assert_eq!(available(&t, payout.merchant_id).await, payout.amount.minor);
        sound(&t).await;
    }

    async fn a_payout_that_nobody_tells_about_is_asked_for(t: TestEnv) {
        let payout = initiated(&t).await;
        let (line, _) = stripe(&[object("tr_1"), object("po_1"), (200, json!({ "id": "po_1", "status": "paid" }))]);
        send_by_stripe(&t.system(), &line, payout.id).await.unwrap();
        assert_eq!(chase_payouts(&t.system(), t.system().now()).await.unwrap(), 0, "it has a day");
        t.clock.advance(Duration::days(2));
        assert_eq!(chase_payouts(&t.system(), t.system().now()).await.unwrap(), 1);
        assert_eq!(ask_stripe(&t.system(), &line, payout.id).await.unwrap(), Progress::Done);
        assert_eq!(of(&t, payout.merchant_id).await.state, PayoutState::Paid);
        sound(&t).await;
    }

    async fn a_new_connected_account_cools_down_and_is_checked(t: TestEnv) {
        let id = merchant(&t, "Ann", Some(IBAN)).await;
        for wrong in ["", "acct_", "pi_1", "acct_1/../2"] {
            let error = profile(&t, id, 0, Some(wrong)).await.unwrap_err();
            assert_eq!(error.field().as_deref(), Some("stripeAccount"), "{wrong}");
        }
        earn(&t, &Part::plain(&t.system(), id)).await;
        profile(&t, id, 0, Some("acct_1")).await.unwrap();
        let first = run_payouts(&t.operator(), run("one")).await.unwrap();
        assert_eq!((first.payout_count, first.skipped[0].reason.as_str()), (0, "account_cooling"));
        profile(&t, id, 1, None).await.unwrap();
        let second = run_payouts(&t.operator(), run("two")).await.unwrap();
        assert_eq!((second.payout_count, of(&t, id).await.via), (1, PayoutVia::Bank));
    }
}
