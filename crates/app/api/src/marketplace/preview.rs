//! What a changed commission rule would have taken.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use marketplace::command;
use orders::query::{self, CommissionTrial};

use super::commission::CommissionRuleCreateInput;
use crate::error::{Gql, answer, ctx};
use crate::input;
use crate::scalar::{Currency, Money};

/// A rule to be tried on orders that were placed.
#[derive(Debug, InputObject)]
pub struct CommissionPreviewInput {
    /// The rule, as if it had held all the time.
    pub rule: CommissionRuleCreateInput,
    /// The rule that it takes the place of.
    pub replaces_id: Option<ID>,
    /// Orders placed at or after this.
    pub placed_from: DateTime<Utc>,
    /// Orders placed before this.
    pub placed_to: DateTime<Utc>,
}

/// What a changed commission rule would have taken.
#[derive(Debug, SimpleObject)]
pub struct CommissionPreview {
    /// All of them, by merchant and currency.
    pub merchants: Vec<CommissionDifference>,
    /// Whether there are more orders than one look takes in; the newest were left out.
    pub truncated: bool,
}

/// What a rule would have taken of one merchant, without tax.
#[derive(Debug, SimpleObject)]
pub struct CommissionDifference {
    /// The merchant.
    pub merchant_id: ID,
    /// The currency.
    pub currency: Currency,
    /// Merchant orders looked at.
    pub merchant_order_count: i64,
    /// What was frozen when they were placed.
    pub charged: Money,
    /// What the rules of today would take.
    pub present: Money,
    /// What they would take with the rule.
    pub changed: Money,
    /// What the rule changes: `changed` less `present`.
    pub difference: Money,
}

/// What a changed commission rule would have taken.
#[derive(Default)]
pub struct PreviewQuery;

#[Object]
impl PreviewQuery {
    /// Runs a changed commission rule over past orders, with the tiers and categories of today. Nothing is written.
    #[graphql(complexity = "500 + 20 * child_complexity")]
    async fn commission_preview(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The rule and the orders.")] input: CommissionPreviewInput,
    ) -> Gql<CommissionPreview> {
        let ctx = ctx(gql)?;
        let replaces = answer(gql, input::optional_id("replacesId", input.replaces_id.as_ref()))?;
        let rule = answer(gql, input.rule.read())?;
        let rule = answer(gql, command::draft_commission_rule(ctx, rule).await)?;
        let trial = CommissionTrial { rule, replaces, from: input.placed_from, to: input.placed_to };
        let found = answer(gql, query::commission_preview(ctx, trial).await)?;
        let merchant = |of: query::CommissionDifference| {
            let money = |minor| Money::minor(minor, of.currency);
            CommissionDifference {
                merchant_id: of.merchant.to_string().into(),
                currency: Currency(of.currency),
                merchant_order_count: of.orders,
                charged: money(of.charged_minor),
                present: money(of.present_minor),
                changed: money(of.changed_minor),
                difference: money(of.changed_minor - of.present_minor),
            }
        };
        Ok(CommissionPreview {
            merchants: found.merchants.into_iter().map(merchant).collect(),
            truncated: found.truncated,
        })
    }
}
