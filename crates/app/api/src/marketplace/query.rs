//! Questions about the marketplace.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use marketplace::query;

use super::commission::CommissionRule;
use super::delivery::DeliveryMethod;
use super::object::{Carrier, Channel, TaxClass};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about the marketplace.
#[derive(Default)]
pub struct RulesQuery;

#[Object]
impl RulesQuery {
    /// Channels by code. Storefronts see the active ones.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn channels(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Channel>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::channels(ctx(gql)?, &page).await)?, Channel::from))
    }

    /// The channel with this code, such as `web`.
    async fn channel(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The code of the channel.")] code: String,
    ) -> Gql<Option<Channel>> {
        let found = answer_optional(gql, query::channel_by_code(ctx(gql)?, &code).await)?;
        Ok(found.map(Channel::from))
    }

    /// Delivery methods in the order of their position. Storefronts see the active ones.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn delivery_methods(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, DeliveryMethod>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::delivery_methods(ctx(gql)?, &page).await)?, DeliveryMethod::from))
    }

    /// One delivery method.
    async fn delivery_method(&self, gql: &Context<'_>, id: ID) -> Gql<Option<DeliveryMethod>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::delivery_method(ctx(gql)?, id).await)?.map(DeliveryMethod::from))
    }

    /// Tax classes by code.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn tax_classes(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, TaxClass>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::tax_classes(ctx(gql)?, &page).await)?, TaxClass::from))
    }

    /// One tax class.
    async fn tax_class(&self, gql: &Context<'_>, id: ID) -> Gql<Option<TaxClass>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::tax_class(ctx(gql)?, id).await)?.map(TaxClass::from))
    }

    /// Carriers by code.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn carriers(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Carrier>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::carriers(ctx(gql)?, &page).await)?, Carrier::from))
    }

    /// Commission rules, oldest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn commission_rules(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only the rules of this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, CommissionRule>> {
        let page = answer(gql, page_args(first, after))?;
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let rules = answer(gql, query::commission_rules(ctx(gql)?, merchant, &page).await)?;
        Ok(connection(rules, CommissionRule::from))
    }

    /// One commission rule.
    async fn commission_rule(&self, gql: &Context<'_>, id: ID) -> Gql<Option<CommissionRule>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, query::commission_rule(ctx(gql)?, id).await)?.map(CommissionRule::from))
    }
}
