//! Questions of the operator about notifications.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};
use marketplace::actions::READ_NOTIFICATION_RULES;
use marketplace::notification::EVENTS;
use marketplace::query::{self, DeliveryFilter};

use super::input::rule_id;
use super::object::{NotificationDelivery, NotificationDeliveryState, NotificationEvent};
use super::rule::NotificationRule;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which tellings are wanted.
#[derive(Debug, Default, InputObject)]
pub struct NotificationDeliveryFilter {
    /// Only of this rule.
    pub rule_id: Option<ID>,
    /// Only of this event.
    pub event: Option<String>,
    /// Only of what concerns this merchant.
    pub merchant_id: Option<ID>,
    /// Only what stands there.
    pub state: Option<NotificationDeliveryState>,
}

/// Questions of the operator about notifications.
#[derive(Default)]
pub struct RuleQuery;

#[Object]
impl RuleQuery {
    /// All of them: the events that people can be told of.
    async fn notification_events(&self, gql: &Context<'_>) -> Gql<Vec<NotificationEvent>> {
        answer(gql, ctx(gql)?.authorize(READ_NOTIFICATION_RULES))?;
        Ok(EVENTS.iter().map(NotificationEvent::from).collect())
    }

    /// The rules that say who is told of what, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn notification_rules(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those about this event.")] event: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, NotificationRule>> {
        let page = answer(gql, page_args(first, after))?;
        let found = query::notification_rules(ctx(gql)?, event.as_deref(), &page).await;
        Ok(connection(answer(gql, found)?, NotificationRule::from))
    }

    /// A rule.
    async fn notification_rule(&self, gql: &Context<'_>, id: ID) -> Gql<Option<NotificationRule>> {
        let id = answer(gql, rule_id(&id))?;
        Ok(answer_optional(gql, query::notification_rule(ctx(gql)?, id).await)?.map(NotificationRule::from))
    }

    /// What a rule said at each of its versions, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn notification_rule_versions(
        &self,
        gql: &Context<'_>,
        id: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, NotificationRule>> {
        let id = answer(gql, rule_id(&id))?;
        let page = answer(gql, page_args(first, after))?;
        let found = query::notification_rule_versions(ctx(gql)?, id, &page).await;
        Ok(connection(answer(gql, found)?, NotificationRule::from))
    }

    /// What was told, is told, or was not told, and why, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn notification_deliveries(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only some of them.")] filter: Option<NotificationDeliveryFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, NotificationDelivery>> {
        let page = answer(gql, page_args(first, after))?;
        let of = filter.unwrap_or_default();
        let filter = DeliveryFilter {
            rule: answer(gql, input::optional_id("filter.ruleId", of.rule_id.as_ref()))?,
            event: of.event,
            merchant: answer(gql, input::optional_id("filter.merchantId", of.merchant_id.as_ref()))?,
            state: of.state.map(Into::into),
        };
        let found = query::notification_deliveries(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, NotificationDelivery::from))
    }
}
