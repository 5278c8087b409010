//! Where other systems are told of changes, and how each of them was told.

pub mod guard;
pub mod retry;
pub mod sign;

use chrono::{DateTime, Utc};
use kernel::id::{ChangeId, MerchantId, WebhookAttemptId, WebhookDeliveryId, WebhookEndpointId};
use kernel::{Invalid, text};
use serde::Serialize;

/// The longest address.
const URL_MAX: usize = 1_000;
/// The longest description.
const DESCRIPTION_MAX: usize = 200;

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledWhy {
    /// Somebody switched it off.
    ByHand,
    /// It answered 410: it wants no more.
    Gone,
    /// Nothing was taken there for days.
    Failing,
}

impl DisabledWhy {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "gone" => Self::Gone,
            "failing" => Self::Failing,
            _ => Self::ByHand,
        }
    }
}

/// Where another system is told of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose it is; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// Where messages are posted.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// Of which kinds of changes it is told; of all if there is none.
    pub kinds: Vec<String>,
    /// Why nothing is sent there; `None`: it is active.
    pub disabled: Option<DisabledWhy>,
    /// Until when messages are signed with the secret before the present one, too.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// Since when nothing was taken there.
    #[serde(skip)]
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when it asked not to be called.
    #[serde(skip)]
    pub paused_until: Option<DateTime<Utc>>,
    /// Who made it, by name.
    #[serde(skip)]
    pub author_name: String,
    /// Grows by one with every change by people, and when it is disabled.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Endpoint {
    /// The endpoint with what people wrote put in order.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.url = guard::address("url", &self.url, URL_MAX)?;
        if self.description.trim().is_empty() {
            self.description.clear();
        } else {
            self.description = text::line("description", &self.description, DESCRIPTION_MAX)?;
        }
        self.kinds = context::change_kinds("kinds", &self.kinds)?;
        Ok(self)
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is sent, or will be.
    Pending,
    /// It was taken.
    Delivered,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "delivered" => Self::Delivered,
            "dead" => Self::Dead,
            _ => Self::Pending,
        }
    }
}

/// One message to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The `webhook-id` of every try.
    pub id: WebhookDeliveryId,
    /// Where to.
    pub endpoint: WebhookEndpointId,
    /// The change it tells of; `None`: a test.
    pub change: Option<ChangeId>,
    /// What it tells: `offer.edited`.
    pub kind: String,
    /// The body of every try.
    pub body: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it is pending.
    pub due_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was taken first.
    pub delivered_at: Option<DateTime<Utc>>,
}

impl Delivery {
    /// A message that nobody has tried to send: `kind` and `body` are as they are posted.
    pub(crate) const fn new(
        id: WebhookDeliveryId,
        endpoint: WebhookEndpointId,
        change: Option<ChangeId>,
        kind: String,
        body: String,
        at: DateTime<Utc>,
    ) -> Self {
        let state = DeliveryState::Pending;
        Self { id, endpoint, change, kind, body, state, attempts: 0, due_at: at, created_at: at, delivered_at: None }
    }
}

/// One try to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: WebhookAttemptId,
    /// Of what.
    pub delivery: WebhookDeliveryId,
    /// The tries of a message count from 1.
    pub number: i64,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<i32>,
    /// How the answer begins.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
}
