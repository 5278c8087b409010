//! The port to payment providers.

mod books;
mod sandbox;
mod session;
mod signature;
pub mod stripe;

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kernel::Money;

use crate::model::OperationKind;

pub use sandbox::{Chaos, Sandbox, SandboxBalance, SandboxWebhook};
pub use session::{Session, SessionOutcome};
pub use signature::{sign, verify};

/// Code of the sandbox provider.
pub const SANDBOX: &str = "sandbox";
/// Code of Stripe.
pub const STRIPE: &str = "stripe";
/// Code under which operations on the buyer's credit are kept. Souk does them itself, at once.
pub const CREDIT: &str = "credit";
/// The marketplace itself, which lets companies owe.
pub const INVOICE: &str = "invoice";

/// A request to a provider. The key makes it safe to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The provider does the work once per key.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// What the request is about.
    pub subject: Subject,
    /// Where the buyer's browser returns when the provider wanted it to do something.
    pub return_url: Option<String>,
}

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A new charge with the token of the buyer's card.
    Token(String),
    /// A charge the provider knows, by the provider's name.
    Charge(String),
    /// A new charge with the card of a charge whose hold runs out.
    Renewal(String),
}

/// A question what became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// What was asked for.
    pub kind: OperationKind,
    /// Under which key.
    pub key: String,
    /// The provider's name of the charge, where it is known.
    pub charge: Option<String>,
}

/// What a provider says about an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It happened.
    Succeeded {
        /// The provider's name of the charge.
        charge: String,
        /// Until when the provider holds the money, where it says so.
        held_until: Option<DateTime<Utc>>,
    },
    /// The buyer has to do something first, such as to confirm with the bank.
    ActionRequired {
        /// The provider's name of the charge.
        charge: String,
        /// Where the buyer has to go.
        url: String,
    },
    /// It did not happen and will not.
    Failed {
        /// The provider's reason: `card_declined`.
        reason: String,
    },
    /// The provider works on it and will tell by webhook.
    Pending,
    /// The provider never heard of it: it may be sent again.
    NeverHeard,
}

/// The provider did not answer; what was asked may or may not have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer from the payment provider: {0}")]
pub struct NoAnswer(pub String);

/// What a provider told by webhook, after its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's unique name of the event.
    pub id: String,
    /// What happened.
    pub kind: OperationKind,
    /// Under which key it was asked for.
    pub key: Option<String>,
    /// The provider's name of the charge.
    pub charge: String,
    /// How much.
    pub amount: Money,
    /// Why it did not happen; `None` when it did.
    pub failure: Option<String>,
    /// Until when the provider holds the money, where it says so.
    pub held_until: Option<DateTime<Utc>>,
}

/// A webhook is not what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFault {
    /// There is no readable signature.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// The signature does not fit the body.
    #[error("the signature does not fit the body")]
    Forged,
    /// The signature is too old or from the future.
    #[error("the signature is outside the time window")]
    Stale,
    /// The signed body is not an event.
    #[error("the body is not an event")]
    Unreadable,
}

/// A payment provider. Every call may be repeated with the same key.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Its code, as in [`crate::Method::provider`].
    fn code(&self) -> &'static str;
    /// The name of the header that carries the signature of a webhook, in lower case.
    fn signature_header(&self) -> &'static str;
    /// Holds money. With [`Subject::Renewal`] it holds it anew, with the card of an earlier charge.
    async fn authorize(&self, request: Request) -> Result<Answer, NoAnswer>;
    /// Takes a part of what is held; several parts are possible. With [`Subject::Token`] it takes money at once.
    async fn capture(&self, request: Request) -> Result<Answer, NoAnswer>;
    /// Gives up a part of what is held.
    async fn void(&self, request: Request) -> Result<Answer, NoAnswer>;
    /// Gives back a part of what was taken.
    async fn refund(&self, request: Request) -> Result<Answer, NoAnswer>;
    /// What became of the request with this key; `charge` is the provider's name of its charge, where it is known.
    async fn lookup(&self, request: Lookup) -> Result<Answer, NoAnswer>;
    /// Checks the signature of a webhook and reads it; `None` when it is about nothing that matters here.
    ///
    /// # Errors
    /// [`WebhookFault`].
    fn read_webhook(
        &self,
        signature: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<ProviderEvent>, WebhookFault>;
}

/// Sends webhooks of the sandbox over real HTTP; implemented where an HTTP client lives.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Posts `body` to `/webhooks/payments/{provider}` with the header `signature_header: signature`.
    ///
    /// # Errors
    /// A text for the log when there was no answer with a status of 2xx.
    async fn send(&self, provider: &str, signature_header: &str, signature: &str, body: Vec<u8>) -> Result<(), String>;
}

/// The providers by code.
#[derive(Clone, Default)]
pub struct Providers(HashMap<&'static str, Arc<dyn PaymentProvider>>);

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Providers {
    /// No provider.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a provider under its code.
    #[must_use]
    pub fn with(mut self, provider: Arc<dyn PaymentProvider>) -> Self {
        self.0.insert(provider.code(), provider);
        self
    }

    /// The provider with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<Arc<dyn PaymentProvider>> {
        self.0.get(code).cloned()
    }
}
