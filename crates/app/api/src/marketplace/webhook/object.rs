//! Endpoints of webhooks and messages to them.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::WebhookDeliveryId;
use marketplace::query;
use marketplace::webhook::{self, Attempt, Delivery, DisabledWhy, Endpoint};

use crate::error::Gql;
use crate::loader::{LoadError, Loader, OfRequest, load};

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DisabledWhy")]
pub enum WebhookDisabledReason {
    /// Somebody switched it off.
    ByHand,
    /// It answered 410: it wants no more.
    Gone,
    /// For five days it took nothing.
    Failing,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "webhook::DeliveryState")]
pub enum WebhookDeliveryState {
    /// It is sent, or will be.
    Pending,
    /// It was taken.
    Delivered,
    /// It was tried ten times over three days and is given up; it can be sent again.
    Dead,
}

/// Where another system is told of changes, by Standard Webhooks (standardwebhooks.com).
#[derive(Debug, Clone, SimpleObject)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: ID,
    /// The merchant that it belongs to; the operator's if there is none.
    pub merchant_id: Option<ID>,
    /// Where messages are posted.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// Of which kinds of changes it is told, as in `changeFeed`; of all if there is none.
    pub kinds: Vec<String>,
    /// Whether anything is sent there.
    pub active: bool,
    /// Why nothing is sent there.
    pub disabled_reason: Option<WebhookDisabledReason>,
    /// Until when messages are signed with the secret before the present one, too.
    pub old_secret_until: Option<DateTime<Utc>>,
    /// Since when it takes nothing.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when it asked to be left alone.
    pub paused_until: Option<DateTime<Utc>>,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<Endpoint> for WebhookEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.into(),
            merchant_id: endpoint.merchant.map(ID::from),
            url: endpoint.url,
            description: endpoint.description,
            kinds: endpoint.kinds,
            active: endpoint.disabled.is_none(),
            disabled_reason: endpoint.disabled.map(WebhookDisabledReason::from),
            old_secret_until: endpoint.old_secret_until,
            failing_since: endpoint.failing_since,
            paused_until: endpoint.paused_until,
            author: endpoint.author_name,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            version: endpoint.version,
        }
    }
}

/// An endpoint with its secret.
#[derive(Debug, Clone, SimpleObject)]
pub struct WebhookEndpointWithSecret {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// What signs its messages, shown this once: `whsec_…`, as the libraries of Standard Webhooks take it.
    pub secret: String,
}

/// One message to one endpoint.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct WebhookDelivery {
    /// Its id: the header `webhook-id` of every try.
    pub id: ID,
    /// Where to.
    pub endpoint_id: ID,
    /// The change that it tells of; none for a test.
    pub change_id: Option<ID>,
    /// What it tells: `offer.edited`, or `ping`.
    pub kind: String,
    /// The body of every try.
    pub body: String,
    /// What became of it.
    pub state: WebhookDeliveryState,
    /// How often it was tried.
    pub attempt_count: i64,
    /// When it is tried next.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was taken first.
    pub delivered_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    key: WebhookDeliveryId,
}

impl From<Delivery> for WebhookDelivery {
    fn from(delivery: Delivery) -> Self {
        let pending = delivery.state == webhook::DeliveryState::Pending;
        Self {
            id: delivery.id.into(),
            endpoint_id: delivery.endpoint.into(),
            change_id: delivery.change.map(ID::from),
            kind: delivery.kind,
            body: delivery.body,
            state: delivery.state.into(),
            attempt_count: delivery.attempts,
            next_attempt_at: pending.then_some(delivery.due_at),
            created_at: delivery.created_at,
            delivered_at: delivery.delivered_at,
            key: delivery.id,
        }
    }
}

#[ComplexObject]
impl WebhookDelivery {
    /// The tries, the first first. All of them.
    async fn attempts(&self, gql: &Context<'_>) -> Gql<Vec<WebhookAttempt>> {
        let found = load::<Attempts, _>(gql, self.key).await?;
        Ok(found.unwrap_or_default().into_iter().map(WebhookAttempt::from).collect())
    }
}

/// One try to deliver a message.
#[derive(Debug, Clone, SimpleObject)]
pub struct WebhookAttempt {
    /// The tries of a message count from 1.
    pub number: i64,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The HTTP status of the answer; only 2xx takes a message.
    pub status: Option<i32>,
    /// How the answer begins.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl From<Attempt> for WebhookAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            began_at: attempt.began_at,
            took_ms: attempt.took_ms,
            status: attempt.status,
            answer: attempt.answer,
            error: attempt.error,
        }
    }
}

/// The tries of messages.
pub struct Attempts(Ctx);

impl OfRequest for Attempts {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<WebhookDeliveryId> for Attempts {
    type Value = Vec<Attempt>;

    async fn load(&self, keys: &[WebhookDeliveryId]) -> Result<HashMap<WebhookDeliveryId, Self::Value>, LoadError> {
        query::webhook_attempts(&self.0, keys).await.map_err(LoadError::new)
    }
}
