//! Questions about webhooks.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use marketplace::query;

use super::object::{WebhookDelivery, WebhookDeliveryState, WebhookEndpoint};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about webhooks.
#[derive(Default)]
pub struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// Where other systems are told of changes, the newest first. A merchant sees its own endpoints.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn webhook_endpoints(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, WebhookEndpoint>> {
        let page = answer(gql, page_args(first, after))?;
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = query::webhook_endpoints(ctx(gql)?, merchant, &page).await;
        Ok(connection(answer(gql, found)?, WebhookEndpoint::from))
    }

    /// An endpoint.
    async fn webhook_endpoint(&self, gql: &Context<'_>, id: ID) -> Gql<Option<WebhookEndpoint>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::webhook_endpoint(ctx(gql)?, id).await)?.map(WebhookEndpoint::from))
    }

    /// What was sent to endpoints, and will be, the newest first. A merchant sees what goes to its own.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn webhook_deliveries(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only to this endpoint.")] endpoint_id: Option<ID>,
        #[graphql(desc = "Only those of which this became.")] state: Option<WebhookDeliveryState>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, WebhookDelivery>> {
        let page = answer(gql, page_args(first, after))?;
        let endpoint = answer(gql, input::optional_id("endpointId", endpoint_id.as_ref()))?;
        let found = query::webhook_deliveries(ctx(gql)?, endpoint, state.map(Into::into), &page).await;
        Ok(connection(answer(gql, found)?, WebhookDelivery::from))
    }

    /// A message.
    async fn webhook_delivery(&self, gql: &Context<'_>, id: ID) -> Gql<Option<WebhookDelivery>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::webhook_delivery(ctx(gql)?, id).await)?.map(WebhookDelivery::from))
    }
}
