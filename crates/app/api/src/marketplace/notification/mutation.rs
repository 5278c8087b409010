//! Changes of the rules of notifications.

use async_graphql::{Context, Object, SimpleObject};
use marketplace::actions::EDIT_NOTIFICATION_RULES;
use marketplace::command::notification::{create_rule, edit_rule, restore_rule, retry_delivery, switch_rule};
use marketplace::{NoteText, query};

use super::input::{
    NotificationDeliveryRetryInput, NotificationPreviewInput, NotificationRuleCreateInput,
    NotificationRuleRestoreInput, NotificationRuleSwitchInput, NotificationRuleUpdateInput, below_rule, rule_id,
};
use super::object::NotificationDelivery;
use super::rule::NotificationRule;
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// What people would read.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationPreview {
    /// One line.
    pub title: String,
    /// The text.
    pub text: String,
}

payload! {
    /// What became of `notificationRuleCreate`.
    NotificationRuleCreatePayload {
        /// The rule.
        rule: NotificationRule }
    /// What became of `notificationRuleUpdate`.
    NotificationRuleUpdatePayload {
        /// The rule as it is now.
        rule: NotificationRule }
    /// What became of `notificationRuleSwitch`.
    NotificationRuleSwitchPayload {
        /// The rule as it is now.
        rule: NotificationRule }
    /// What became of `notificationRuleRestore`.
    NotificationRuleRestorePayload {
        /// The rule as it is now.
        rule: NotificationRule }
    /// What became of `notificationPreview`.
    NotificationPreviewPayload {
        /// The words, filled with an example.
        preview: NotificationPreview }
    /// What became of `notificationDeliveryRetry`.
    NotificationDeliveryRetryPayload {
        /// The telling, on its way again.
        delivery: NotificationDelivery }
}

/// Changes of the rules of notifications.
#[derive(Default)]
pub struct RuleMutation;

#[Object]
impl RuleMutation {
    /// Makes a rule that says who is told of an event, and how.
    async fn notification_rule_create(
        &self,
        gql: &Context<'_>,
        input: NotificationRuleCreateInput,
    ) -> Gql<NotificationRuleCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(EDIT_NOTIFICATION_RULES)?;
            below_rule(create_rule(ctx, input.rule.read()?).await)
        };
        respond(gql, Box::pin(done).await.map(NotificationRule::from))
    }

    /// Lets a rule say something else from now on.
    async fn notification_rule_update(
        &self,
        gql: &Context<'_>,
        input: NotificationRuleUpdateInput,
    ) -> Gql<NotificationRuleUpdatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(EDIT_NOTIFICATION_RULES)?;
            let id = rule_id(&input.id)?;
            below_rule(edit_rule(ctx, id, input.expected_version, input.rule.read()?).await)
        };
        respond(gql, Box::pin(done).await.map(NotificationRule::from))
    }

    /// Switches a rule on or off; what is not sent yet of one that is off is dropped.
    async fn notification_rule_switch(
        &self,
        gql: &Context<'_>,
        input: NotificationRuleSwitchInput,
    ) -> Gql<NotificationRuleSwitchPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = rule_id(&input.id)?;
            switch_rule(ctx, id, input.expected_version, input.active).await
        };
        respond(gql, Box::pin(done).await.map(NotificationRule::from))
    }

    /// Lets a rule say again what it said at an earlier version, as a new version.
    async fn notification_rule_restore(
        &self,
        gql: &Context<'_>,
        input: NotificationRuleRestoreInput,
    ) -> Gql<NotificationRuleRestorePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = rule_id(&input.id)?;
            restore_rule(ctx, id, input.version, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(NotificationRule::from))
    }

    /// What people would read with words that are not kept, filled with an example. Nothing changes.
    async fn notification_preview(
        &self,
        gql: &Context<'_>,
        input: NotificationPreviewInput,
    ) -> Gql<NotificationPreviewPayload> {
        let note = NoteText { title: input.title, text: input.text };
        let filled = query::notification_preview(ctx(gql)?, &input.event, &note).await;
        respond(gql, filled.map(|of| NotificationPreview { title: of.title, text: of.text }))
    }

    /// Sends again what was given up; it is tried as often as something new.
    async fn notification_delivery_retry(
        &self,
        gql: &Context<'_>,
        input: NotificationDeliveryRetryInput,
    ) -> Gql<NotificationDeliveryRetryPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            retry_delivery(ctx, id).await
        };
        respond(gql, Box::pin(done).await.map(NotificationDelivery::from))
    }
}
