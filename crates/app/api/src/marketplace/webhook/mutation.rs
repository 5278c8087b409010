//! Changes of webhooks.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use marketplace::actions::MANAGE_WEBHOOKS;
use marketplace::command::webhook::{
    CreateEndpoint, EditEndpoint, ReplayRange, create_endpoint, edit_endpoint, ping, replay, replay_range,
    rotate_secret, switch_endpoint,
};

use super::object::{WebhookDelivery, WebhookEndpoint, WebhookEndpointWithSecret};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// An endpoint to be made.
#[derive(Debug, InputObject)]
pub struct WebhookEndpointCreateInput {
    /// The merchant that it belongs to; the acting merchant if absent, and the operator if the operator names none.
    pub merchant_id: Option<ID>,
    /// Where messages are posted; `https://`, and a public address.
    pub url: String,
    /// What people call it.
    #[graphql(default)]
    pub description: String,
    /// Of which kinds of changes it is told: `offer` for all that happens to offers, or `offer.created`. All if there is none.
    #[graphql(default)]
    pub kinds: Vec<String>,
}

/// A change of an endpoint: what is absent stays.
#[derive(Debug, InputObject)]
pub struct WebhookEndpointUpdateInput {
    /// The endpoint.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Where messages are posted.
    pub url: Option<String>,
    /// What people call it.
    pub description: Option<String>,
    /// Of which kinds of changes it is told; an empty list for all.
    pub kinds: Option<Vec<String>>,
}

/// An endpoint at the version that was read.
#[derive(Debug, InputObject)]
pub struct WebhookEndpointVersionInput {
    /// The endpoint.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

/// A secret to be replaced.
#[derive(Debug, InputObject)]
pub struct WebhookSecretRotateInput {
    /// The endpoint.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// For how many hours messages are signed with the former secret, too: 0 to 168.
    #[graphql(default = 24)]
    pub overlap_hours: i64,
}

/// The endpoint to be tested.
#[derive(Debug, InputObject)]
pub struct WebhookPingInput {
    /// The endpoint.
    pub id: ID,
}

/// A message to be sent again.
#[derive(Debug, InputObject)]
pub struct WebhookDeliveryReplayInput {
    /// The message.
    pub id: ID,
}

/// Messages to be sent again.
#[derive(Debug, InputObject)]
pub struct WebhookReplayInput {
    /// To which endpoint.
    pub endpoint_id: ID,
    /// Those made at this instant or later.
    pub from: DateTime<Utc>,
    /// Those made before this instant.
    pub to: DateTime<Utc>,
    /// Only those that were given up.
    #[graphql(default)]
    pub dead_only: bool,
}

payload! {
    /// What became of `webhookEndpointCreate`.
    WebhookEndpointCreatePayload {
        /// The endpoint and its secret.
        created: WebhookEndpointWithSecret }
    /// What became of `webhookEndpointUpdate`.
    WebhookEndpointUpdatePayload {
        /// The endpoint as it is now.
        endpoint: WebhookEndpoint }
    /// What became of `webhookEndpointEnable`.
    WebhookEndpointEnablePayload {
        /// The endpoint as it is now.
        endpoint: WebhookEndpoint }
    /// What became of `webhookEndpointDisable`.
    WebhookEndpointDisablePayload {
        /// The endpoint as it is now.
        endpoint: WebhookEndpoint }
    /// What became of `webhookSecretRotate`.
    WebhookSecretRotatePayload {
        /// The endpoint and its new secret.
        rotated: WebhookEndpointWithSecret }
    /// What became of `webhookPing`.
    WebhookPingPayload {
        /// The message, on its way.
        delivery: WebhookDelivery }
    /// What became of `webhookDeliveryReplay`.
    WebhookDeliveryReplayPayload {
        /// The message, on its way again.
        delivery: WebhookDelivery }
    /// What became of `webhookReplay`.
    WebhookReplayPayload {
        /// How many messages are on their way again.
        count: i64 }
}

/// Changes of webhooks.
#[derive(Default)]
pub struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Makes an endpoint, which is told of everything that changes from now on in the scope of its owner. The secret that signs
    /// its messages is in this answer and nowhere else.
    async fn webhook_endpoint_create(
        &self,
        gql: &Context<'_>,
        input: WebhookEndpointCreateInput,
    ) -> Gql<WebhookEndpointCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(MANAGE_WEBHOOKS)?;
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            if let Some(merchant) = merchant {
                known(ctx, merchant).await?;
            }
            let (url, description, kinds) = (input.url, input.description, input.kinds);
            create_endpoint(ctx, CreateEndpoint { merchant, url, description, kinds }).await
        };
        let done: Result<_, marketplace::Error> = Box::pin(done).await;
        respond(
            gql,
            done.map(|(endpoint, secret)| WebhookEndpointWithSecret {
                endpoint: endpoint.into(),
                secret: secret.reveal(),
            }),
        )
    }

    /// Changes an endpoint.
    async fn webhook_endpoint_update(
        &self,
        gql: &Context<'_>,
        input: WebhookEndpointUpdateInput,
    ) -> Gql<WebhookEndpointUpdatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let (id, expected_version) = (input::id("id", &input.id)?, input.expected_version);
            let (url, description, kinds) = (input.url, input.description, input.kinds);
            edit_endpoint(ctx, EditEndpoint { id, expected_version, url, description, kinds }).await
        };
        respond(gql, Box::pin(done).await.map(WebhookEndpoint::from))
    }

    /// Switches an endpoint on. It gets what it missed while it was off.
    async fn webhook_endpoint_enable(
        &self,
        gql: &Context<'_>,
        input: WebhookEndpointVersionInput,
    ) -> Gql<WebhookEndpointEnablePayload> {
        let ctx = ctx(gql)?;
        let done = async { switch_endpoint(ctx, input::id("id", &input.id)?, input.expected_version, true).await };
        respond(gql, Box::pin(done).await.map(WebhookEndpoint::from))
    }

    /// Switches an endpoint off. Nothing is sent until it is switched on again, and nothing is lost.
    async fn webhook_endpoint_disable(
        &self,
        gql: &Context<'_>,
        input: WebhookEndpointVersionInput,
    ) -> Gql<WebhookEndpointDisablePayload> {
        let ctx = ctx(gql)?;
        let done = async { switch_endpoint(ctx, input::id("id", &input.id)?, input.expected_version, false).await };
        respond(gql, Box::pin(done).await.map(WebhookEndpoint::from))
    }

    /// Gives an endpoint a new secret, which is in this answer and nowhere else. For a while messages are signed with the former
    /// one, too, so that a receiver can change over without losing any.
    async fn webhook_secret_rotate(
        &self,
        gql: &Context<'_>,
        input: WebhookSecretRotateInput,
    ) -> Gql<WebhookSecretRotatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            rotate_secret(ctx, input::id("id", &input.id)?, input.expected_version, input.overlap_hours).await
        };
        let done = Box::pin(done).await;
        respond(
            gql,
            done.map(|(endpoint, secret)| WebhookEndpointWithSecret {
                endpoint: endpoint.into(),
                secret: secret.reveal(),
            }),
        )
    }

    /// Sends a test to an endpoint.
    async fn webhook_ping(&self, gql: &Context<'_>, input: WebhookPingInput) -> Gql<WebhookPingPayload> {
        let ctx = ctx(gql)?;
        let done = async { ping(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(WebhookDelivery::from))
    }

    /// Sends a message again, under the id that it had.
    async fn webhook_delivery_replay(
        &self,
        gql: &Context<'_>,
        input: WebhookDeliveryReplayInput,
    ) -> Gql<WebhookDeliveryReplayPayload> {
        let ctx = ctx(gql)?;
        let done = async { replay(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(WebhookDelivery::from))
    }

    /// Sends everything again that was made for an endpoint in a range of time, each message under the id that it had. What is
    /// still to be sent stays as it is.
    async fn webhook_replay(&self, gql: &Context<'_>, input: WebhookReplayInput) -> Gql<WebhookReplayPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let endpoint = input::id("endpointId", &input.endpoint_id)?;
            let range = ReplayRange { endpoint, from: input.from, to: input.to, dead_only: input.dead_only };
            replay_range(ctx, range).await
        };
        respond(gql, Box::pin(done).await.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

/// Refuses a merchant that there is not.
pub(in crate::marketplace) async fn known(
    ctx: &context::Ctx,
    merchant: kernel::id::MerchantId,
) -> Result<(), marketplace::Error> {
    match crate::identity::known_merchant(ctx, merchant).await {
        Ok(()) => Ok(()),
        Err(identity::Error::Core(core)) => Err(core.into()),
        Err(other) => Err(context::Error::internal(other).into()),
    }
}
