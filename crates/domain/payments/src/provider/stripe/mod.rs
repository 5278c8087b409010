//! Stripe behind the port: payment intents with manual and automatic capture, refunds, signed webhooks.
//!
//! The requests have the published shape of version [`API_VERSION`]: form-encoded, with an idempotency key each. How
//! they travel is left to a [`Line`], so that no HTTP client is needed here.

mod connect;
mod event;
mod shape;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use url::form_urlencoded;

pub use connect::{BankState, ConnectEvent, ConnectOrder, Moved};

use super::{
    Answer, Lookup, NoAnswer, PaymentProvider, ProviderEvent, Request, STRIPE, Subject, WebhookFault, signature,
};
use crate::model::OperationKind;
use shape::{Intent, Refund, answer_of_intent, answer_of_refund, failure};

/// The version of the API that the requests and answers follow.
pub const API_VERSION: &str = "2024-06-20";
/// The header with the signature of a webhook.
const SIGNATURE_HEADER: &str = "stripe-signature";
/// Under this name the metadata of Stripe's objects hold the idempotency key.
const KEY: &str = "souk_operation";

/// Currencies whose amounts Stripe writes otherwise than ISO 4217: not taken, rather than taken wrongly.
const WRITTEN_OTHERWISE: [&str; 7] = ["BHD", "ISK", "JOD", "KWD", "OMR", "TND", "UGX"];

/// A request on its way to Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query, from `/v1`.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The form-encoded body of a `POST`.
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Carries requests to Stripe; implemented where an HTTP client lives.
#[async_trait]
pub trait Line: Send + Sync {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// A text for the log when there was none.
    async fn send(&self, call: Call) -> Result<Reply, String>;
}

/// How Stripe is used.
#[derive(Clone)]
pub struct StripeSettings {
    /// The secret key, `sk_…`.
    pub secret_key: String,
    /// What signs the webhooks, `whsec_…`.
    pub webhook_secret: String,
    /// What signs the webhooks of connected accounts; none is taken when empty.
    pub connect_webhook_secret: String,
    /// Whether the account may capture a payment in several parts. Without it the first capture is the last one.
    pub multicapture: bool,
}

/// Stripe.
#[derive(Clone)]
pub struct Stripe {
    line: Arc<dyn Line>,
    settings: StripeSettings,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").finish_non_exhaustive()
    }
}

/// Fields of a form.
type Form = Vec<(String, String)>;

fn field(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn encoded(form: Form) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

impl Stripe {
    /// Stripe at the other end of `line`.
    #[must_use]
    pub fn new(line: Arc<dyn Line>, settings: StripeSettings) -> Self {
        Self { line, settings }
    }

    async fn post(&self, path: String, key: &str, form: Form) -> Result<Reply, NoAnswer> {
        let mut headers = self.headers();
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        headers.push(("idempotency-key", key.to_owned()));
        self.send(Call { method: "POST", path, headers, body: Some(encoded(form)) }).await
    }

    async fn get(&self, path: String) -> Result<Reply, NoAnswer> {
        self.send(Call { method: "GET", path, headers: self.headers(), body: None }).await
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![
            ("authorization", format!("Bearer {}", self.settings.secret_key)),
            ("stripe-version", API_VERSION.to_owned()),
        ]
    }

    /// What is neither done nor refused for good counts as no answer: a key that is in use, too many requests, a wrong
    /// secret, a fault of Stripe.
    async fn send(&self, call: Call) -> Result<Reply, NoAnswer> {
        let reply = self.line.send(call).await.map_err(NoAnswer)?;
        match reply.status {
            200..=299 | 400 | 402 | 404 => Ok(reply),
            status => Err(NoAnswer(format!("Stripe answered with {status}: {}", failure(&reply.body)))),
        }
    }

    async fn intent(&self, id: &str) -> Result<Intent, NoAnswer> {
        let reply = self.get(format!("/v1/payment_intents/{}", path_part(id))).await?;
        Intent::read(&reply).ok_or_else(|| NoAnswer(format!("Stripe does not show the payment intent {id}")))
    }

    /// Opens a payment intent and confirms it.
    async fn open(&self, request: &Request, capture: &str, card: Card) -> Result<Answer, NoAnswer> {
        if WRITTEN_OTHERWISE.contains(&request.amount.currency.code()) {
            return Ok(refused("unsupported_currency"));
        }
        let mut form = vec![
            field("amount", request.amount.minor.to_string()),
            field("currency", request.amount.currency.code().to_lowercase()),
            field("capture_method", capture),
            field("confirm", "true"),
            field("payment_method", card.payment_method),
            field(&format!("metadata[{KEY}]"), request.key.clone()),
            field("expand[]", "latest_charge"),
        ];
        if let Some(customer) = card.customer {
            form.push(field("customer", customer));
        }
        if card.off_session {
            form.push(field("off_session", "true"));
        } else if let Some(url) = &request.return_url {
            form.push(field("return_url", url.clone()));
        }
        if capture == "manual" && self.settings.multicapture {
            form.push(field("payment_method_options[card][request_multicapture]", "if_available"));
        }
        let reply = self.post("/v1/payment_intents".to_owned(), &request.key, form).await?;
        Ok(answer_of_intent(&reply))
    }

    /// What the sandbox and Stripe have in common: a card is shown once, as a token.
    async fn card(&self, subject: &Subject) -> Result<Option<Card>, NoAnswer> {
        Ok(match subject {
            Subject::Token(token) => Some(Card::shown(token)),
            Subject::Renewal(id) => {
                let old = self.intent(id).await?;
                match (old.customer, old.payment_method) {
                    (Some(customer), Some(payment_method)) => {
                        Some(Card { payment_method, customer: Some(customer), off_session: true })
                    }
                    _ => None,
                }
            }
            Subject::Charge(_) => None,
        })
    }
}

/// A card to be used.
struct Card {
    payment_method: String,
    customer: Option<String>,
    /// Whether the buyer is not there.
    off_session: bool,
}

impl Card {
    /// A token is a payment method, `pm_…`, or one that a customer has stored, `cus_…/pm_…`; only such a one can be
    /// used again when a hold runs out.
    fn shown(token: &str) -> Self {
        let (customer, payment_method) = match token.split_once('/') {
            Some((customer, method)) => (Some(customer.to_owned()), method.to_owned()),
            None => (None, token.to_owned()),
        };
        Self { payment_method, customer, off_session: false }
    }
}

/// An id of Stripe as a part of a path: whatever it is, it stays one part.
fn path_part(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect()
}

fn refused(reason: &str) -> Answer {
    Answer::Failed { reason: reason.to_owned() }
}

#[async_trait]
impl PaymentProvider for Stripe {
    fn code(&self) -> &'static str {
        STRIPE
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE_HEADER
    }

    async fn authorize(&self, request: Request) -> Result<Answer, NoAnswer> {
        match self.card(&request.subject).await? {
            Some(card) => self.open(&request, "manual", card).await,
            None => Ok(refused("card_not_stored")),
        }
    }

    async fn capture(&self, request: Request) -> Result<Answer, NoAnswer> {
        let Subject::Charge(id) = &request.subject else {
            return match self.card(&request.subject).await? {
                Some(card) => self.open(&request, "automatic", card).await,
                None => Ok(refused("card_not_stored")),
            };
        };
        let mut form = vec![field("amount_to_capture", request.amount.minor.to_string())];
        if self.settings.multicapture {
            form.push(field("final_capture", "false"));
        }
        let path = format!("/v1/payment_intents/{}/capture", path_part(id));
        let reply = self.post(path, &request.key, form).await?;
        Ok(match answer_of_intent(&reply) {
            Answer::Succeeded { charge, .. } => Answer::Succeeded { charge, held_until: None },
            other => other,
        })
    }

    async fn void(&self, request: Request) -> Result<Answer, NoAnswer> {
        let Subject::Charge(id) = &request.subject else { return Ok(refused("no_such_charge")) };
        let intent = self.intent(id).await?;
        if intent.amount_capturable > request.amount.minor {
            // Canceling gives up all that is left; what is to be captured has to be captured before.
            return Err(NoAnswer("captures of this payment are still to come".to_owned()));
        }
        let given_up = Answer::Succeeded { charge: id.clone(), held_until: None };
        if !matches!(intent.status.as_str(), "requires_capture" | "requires_action") {
            // With the last capture, or after a week, Stripe gives up the rest by itself.
            return Ok(given_up);
        }
        let path = format!("/v1/payment_intents/{}/cancel", path_part(id));
        let reply = self.post(path, &request.key, Vec::new()).await?;
        match Intent::read(&reply) {
            Some(intent) if intent.status == "canceled" || intent.status == "succeeded" => Ok(given_up),
            Some(_) => Err(NoAnswer("Stripe still holds the money".to_owned())),
            None => Ok(refused(&failure(&reply.body))),
        }
    }

    async fn refund(&self, request: Request) -> Result<Answer, NoAnswer> {
        let Subject::Charge(id) = &request.subject else { return Ok(refused("no_such_charge")) };
        let form = vec![
            field("payment_intent", id.clone()),
            field("amount", request.amount.minor.to_string()),
            field(&format!("metadata[{KEY}]"), request.key.clone()),
        ];
        let reply = self.post("/v1/refunds".to_owned(), &request.key, form).await?;
        Ok(answer_of_refund(&reply, id))
    }

    /// What cannot be found is sent again with the same key, and Stripe does it once.
    async fn lookup(&self, request: Lookup) -> Result<Answer, NoAnswer> {
        match (request.kind, request.charge) {
            (OperationKind::Authorize, Some(id)) => {
                let path = format!("/v1/payment_intents/{}?expand%5B%5D=latest_charge", path_part(&id));
                Ok(answer_of_intent(&self.get(path).await?))
            }
            (OperationKind::Refund, Some(id)) => {
                let path = format!("/v1/refunds?limit=100&payment_intent={}", path_part(&id));
                let refunds = Refund::list(&self.get(path).await?);
                let known = refunds.iter().find(|refund| refund.key.as_deref() == Some(&request.key));
                Ok(known.map_or(Answer::NeverHeard, |refund| refund.answer(&id)))
            }
            (OperationKind::Capture, Some(id)) => {
                // The name is known before the money is there only while the buyer has to act.
                let intent = self.intent(&id).await?;
                Ok(if intent.key.as_deref() == Some(&request.key) { intent.answer() } else { Answer::NeverHeard })
            }
            _ => Ok(Answer::NeverHeard),
        }
    }

    fn read_webhook(
        &self,
        signature: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderEvent>, WebhookFault> {
        signature::verify(self.settings.webhook_secret.as_bytes(), signature, body, now)?;
        event::read(body).ok_or(WebhookFault::Unreadable)
    }
}
