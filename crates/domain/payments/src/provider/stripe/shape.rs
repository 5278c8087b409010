//! Stripe's answers, as far as they matter here.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, KEY, Reply};

/// How long a card is held when Stripe does not say so.
const HOLD: Duration = Duration::days(7);

/// A payment intent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) amount_capturable: i64,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) created: i64,
    pub(super) customer: Option<String>,
    pub(super) payment_method: Option<String>,
    #[serde(default)]
    pub(super) capture_method: String,
    client_secret: Option<String>,
    next_action: Option<Value>,
    last_payment_error: Option<Value>,
    latest_charge: Option<Value>,
    #[serde(default)]
    metadata: Value,
    #[serde(skip)]
    pub(super) key: Option<String>,
}

/// A refund.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refund {
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: Option<String>,
    pub(super) payment_intent: Option<String>,
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(skip)]
    pub(super) key: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
}

fn key_in(metadata: &Value) -> Option<String> {
    metadata[KEY].as_str().map(str::to_owned)
}

impl Intent {
    /// The intent of a good answer.
    pub(super) fn read(reply: &Reply) -> Option<Self> {
        if reply.status >= 300 {
            return None;
        }
        Self::from_value(serde_json::from_slice(&reply.body).ok()?)
    }

    pub(super) fn from_value(value: Value) -> Option<Self> {
        let mut intent: Self = serde_json::from_value(value).ok()?;
        intent.key = key_in(&intent.metadata);
        Some(intent)
    }

    /// Until when the money is held.
    pub(super) fn held_until(&self) -> Option<DateTime<Utc>> {
        if self.status != "requires_capture" {
            return None;
        }
        let card = self.latest_charge.as_ref().map(|charge| &charge["payment_method_details"]["card"]);
        let told = card.and_then(|card| card["capture_before"].as_i64());
        let created = DateTime::from_timestamp(self.created, 0);
        told.and_then(|at| DateTime::from_timestamp(at, 0)).or_else(|| created.map(|at| at + HOLD))
    }

    /// Why it failed.
    pub(super) fn reason(&self) -> String {
        self.last_payment_error.as_ref().and_then(reason_in).unwrap_or_else(|| self.status.clone())
    }

    /// Where the buyer has to go. Where Stripe wants its own script to do it, the secret that the script needs.
    fn action_url(&self) -> String {
        let url = self.next_action.as_ref().and_then(|action| action["redirect_to_url"]["url"].as_str());
        match url {
            Some(url) => url.to_owned(),
            None => format!("stripe:{}", self.client_secret.clone().unwrap_or_default()),
        }
    }

    pub(super) fn answer(&self) -> Answer {
        let charge = self.id.clone();
        match self.status.as_str() {
            "requires_capture" | "succeeded" => Answer::Succeeded { charge, held_until: self.held_until() },
            "requires_action" => Answer::ActionRequired { charge, url: self.action_url() },
            "processing" => Answer::Pending,
            _ => Answer::Failed { reason: self.reason() },
        }
    }
}

impl Refund {
    pub(super) fn from_value(value: Value) -> Option<Self> {
        let mut refund: Self = serde_json::from_value(value).ok()?;
        refund.key = key_in(&refund.metadata);
        Some(refund)
    }

    /// The refunds of a page.
    pub(super) fn list(reply: &Reply) -> Vec<Self> {
        let page: Option<Page> = serde_json::from_slice(&reply.body).ok();
        page.map_or_else(Vec::new, |page| page.data.into_iter().filter_map(Self::from_value).collect())
    }

    /// Why it failed; `None` when it did not.
    pub(super) fn failure(&self) -> Option<String> {
        match self.status.as_deref() {
            Some("failed" | "canceled") => {
                Some(self.failure_reason.clone().unwrap_or_else(|| "refund_failed".to_owned()))
            }
            _ => None,
        }
    }

    pub(super) fn answer(&self, charge: &str) -> Answer {
        match (self.failure(), self.status.as_deref()) {
            (Some(reason), _) => Answer::Failed { reason },
            (None, Some("succeeded")) => Answer::Succeeded { charge: charge.to_owned(), held_until: None },
            (None, _) => Answer::Pending,
        }
    }
}

/// What an answer with a payment intent, or an error, says.
pub(super) fn answer_of_intent(reply: &Reply) -> Answer {
    match Intent::read(reply) {
        Some(intent) => intent.answer(),
        None => Answer::Failed { reason: failure(&reply.body) },
    }
}

/// What an answer with a refund, or an error, says.
pub(super) fn answer_of_refund(reply: &Reply, charge: &str) -> Answer {
    let refund = (reply.status < 300).then(|| serde_json::from_slice(&reply.body).ok()).flatten();
    match refund.and_then(Refund::from_value) {
        Some(refund) => refund.answer(charge),
        None => Answer::Failed { reason: failure(&reply.body) },
    }
}

/// The reason in an error: `decline_code`, else `code`, else `type`.
pub(super) fn failure(body: &[u8]) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    body.and_then(|body| reason_in(&body["error"])).unwrap_or_else(|| "unreadable_answer".to_owned())
}

fn reason_in(error: &Value) -> Option<String> {
    ["decline_code", "code", "type"].iter().find_map(|name| error[*name].as_str()).map(str::to_owned)
}
