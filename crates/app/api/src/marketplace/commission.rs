//! Commission rules as clients see them.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::id::MerchantId;
use marketplace::command;

use super::input::minor;
use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::loader::load;
use crate::merchants::{MerchantCard, MerchantCardLoader};
use crate::payload;
use crate::scalar::{Currency, DecimalText, Money};

/// What a percentage is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::CommissionBase")]
pub enum CommissionBase {
    /// What the buyer pays, tax included.
    Gross,
    /// What the buyer pays without tax.
    Net,
}

/// A rule by which the operator earns.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct CommissionRule {
    /// The id of the rule.
    pub id: ID,
    /// The name people read.
    pub name: String,
    /// Whether it is the one rule that holds where no other does.
    pub is_default: bool,
    #[graphql(skip)]
    merchant: Option<MerchantId>,
    /// Only for products in this category or below it.
    pub category_id: Option<ID>,
    /// Only for merchants of this tier.
    pub tier: Option<String>,
    /// Only for orders of this channel.
    pub channel_id: Option<ID>,
    /// Only for this product; closer than any category.
    pub product_id: Option<ID>,
    /// Only for orders to this country.
    pub country: Option<String>,
    /// What the percentages are taken of.
    pub base: CommissionBase,
    /// The percentage on an item line.
    pub item_percent: DecimalText,
    /// The percentage on shipping.
    pub shipping_percent: DecimalText,
    /// All of them: fixed fee, minimum and maximum by currency.
    pub amounts: Vec<CommissionAmounts>,
    /// Whether the minimum is charged on a line that costs nothing.
    pub min_on_zero: bool,
    /// Among rules that fit equally well the higher priority wins.
    pub priority: i32,
    /// The first instant at which it holds.
    pub valid_from: DateTime<Utc>,
    /// The first instant at which it no longer holds.
    pub valid_to: Option<DateTime<Utc>>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

#[ComplexObject]
impl CommissionRule {
    /// Only for this merchant.
    async fn merchant(&self, gql: &Context<'_>) -> Gql<Option<Arc<MerchantCard>>> {
        match self.merchant {
            Some(merchant) => load::<MerchantCardLoader, _>(gql, merchant).await,
            None => Ok(None),
        }
    }
}

/// The amounts of a commission rule in one currency.
#[derive(Debug, Clone, SimpleObject)]
pub struct CommissionAmounts {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The fixed fee of a merchant order.
    pub fixed_per_order: Money,
    /// The least commission on an item line.
    pub min_per_line: Option<Money>,
    /// The most commission on an item line.
    pub max_per_line: Option<Money>,
    /// The fixed amount of an item line that costs something.
    pub fixed_per_line: Money,
    /// All of them: percentages by the value of the line; below the first the rule's own holds.
    pub brackets: Vec<CommissionBracket>,
}

/// A percentage that holds for lines from a value on.
#[derive(Debug, Clone, SimpleObject)]
pub struct CommissionBracket {
    /// From this value of the line on, tax included.
    pub from: Money,
    /// The percentage on the whole line.
    pub item_percent: DecimalText,
}

impl From<marketplace::CommissionRule> for CommissionRule {
    fn from(rule: marketplace::CommissionRule) -> Self {
        let amounts = rule.amounts.into_iter().map(|amounts| {
            let money = |minor| Money::minor(minor, amounts.currency);
            CommissionAmounts {
                currency: Currency(amounts.currency),
                fixed_per_order: money(amounts.fixed_per_order_minor),
                min_per_line: amounts.min_per_line_minor.map(money),
                max_per_line: amounts.max_per_line_minor.map(money),
                fixed_per_line: money(amounts.fixed_per_line_minor),
                brackets: amounts
                    .brackets
                    .iter()
                    .map(|bracket| CommissionBracket {
                        from: money(bracket.from_minor),
                        item_percent: DecimalText::percent(bracket.item_ppm),
                    })
                    .collect(),
            }
        });
        Self {
            id: rule.id.to_string().into(),
            name: rule.name,
            is_default: rule.is_default,
            merchant: rule.scope.merchant,
            category_id: rule.scope.category.map(|id| id.to_string().into()),
            tier: rule.scope.tier,
            channel_id: rule.scope.channel.map(|id| id.to_string().into()),
            product_id: rule.scope.product.map(|id| id.to_string().into()),
            country: rule.scope.country,
            base: rule.base.into(),
            item_percent: DecimalText::percent(rule.item_ppm),
            shipping_percent: DecimalText::percent(rule.shipping_ppm),
            amounts: amounts.collect(),
            min_on_zero: rule.min_on_zero,
            priority: rule.priority,
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            version: rule.version,
        }
    }
}

/// The amounts of a commission rule in one currency.
#[derive(Debug, InputObject)]
pub struct CommissionAmountsInput {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The fixed fee of a merchant order; nothing when absent.
    pub fixed_per_order_amount: Option<String>,
    /// The least commission on an item line.
    pub min_per_line_amount: Option<String>,
    /// The most commission on an item line.
    pub max_per_line_amount: Option<String>,
    /// The fixed amount of an item line that costs something; nothing when absent.
    pub fixed_per_line_amount: Option<String>,
    /// Percentages by the value of the line, the smallest value first; below the first the rule's own holds.
    #[graphql(default)]
    pub brackets: Vec<CommissionBracketInput>,
}

/// A percentage that holds for lines from a value on.
#[derive(Debug, InputObject)]
pub struct CommissionBracketInput {
    /// From this value of the line on, tax included.
    pub from_amount: String,
    /// The percentage on the whole line.
    pub item_percent: DecimalText,
}

fn read_amounts(amounts: Vec<CommissionAmountsInput>) -> Result<Vec<marketplace::CommissionAmounts>, context::Error> {
    let read = |(index, amounts): (usize, CommissionAmountsInput)| {
        let currency = amounts.currency.0;
        let optional = |name: &str, amount: Option<&str>| {
            amount.map(|amount| minor(format!("amounts.{index}.{name}"), amount, currency)).transpose()
        };
        let fixed = optional("fixedPerOrderAmount", amounts.fixed_per_order_amount.as_deref())?;
        let of_line = optional("fixedPerLineAmount", amounts.fixed_per_line_amount.as_deref())?;
        let bracket = |(at, bracket): (usize, &CommissionBracketInput)| {
            let field = format!("amounts.{index}.brackets.{at}");
            Ok::<_, context::Error>(marketplace::CommissionBracket {
                from_minor: minor(format!("{field}.fromAmount"), &bracket.from_amount, currency)?,
                item_ppm: bracket.item_percent.to_rate(&format!("{field}.itemPercent"))?,
            })
        };
        Ok(marketplace::CommissionAmounts {
            currency,
            fixed_per_order_minor: fixed.unwrap_or(0),
            fixed_per_line_minor: of_line.unwrap_or(0),
            brackets: amounts.brackets.iter().enumerate().map(bracket).collect::<Result<_, _>>()?,
            min_per_line_minor: optional("minPerLineAmount", amounts.min_per_line_amount.as_deref())?,
            max_per_line_minor: optional("maxPerLineAmount", amounts.max_per_line_amount.as_deref())?,
        })
    };
    amounts.into_iter().enumerate().map(read).collect()
}

/// A commission rule to be made. Where it holds never changes.
#[derive(Debug, InputObject)]
pub struct CommissionRuleCreateInput {
    /// The name people read.
    pub name: String,
    /// Only for this merchant.
    pub merchant_id: Option<ID>,
    /// Only for products in this category or below it.
    pub category_id: Option<ID>,
    /// Only for merchants of this tier; not together with a merchant.
    pub tier: Option<String>,
    /// Only for orders of this channel.
    pub channel_id: Option<ID>,
    /// Only for this product; not together with a category.
    pub product_id: Option<ID>,
    /// Only for orders to this country.
    pub country: Option<String>,
    /// What the percentages are taken of.
    #[graphql(default_with = "CommissionBase::Gross")]
    pub base: CommissionBase,
    /// The percentage on an item line.
    pub item_percent: DecimalText,
    /// The percentage on shipping.
    pub shipping_percent: DecimalText,
    /// Fixed fee, minimum and maximum by currency.
    #[graphql(default)]
    pub amounts: Vec<CommissionAmountsInput>,
    /// Whether the minimum is charged on a line that costs nothing.
    #[graphql(default)]
    pub min_on_zero: bool,
    /// Among rules that fit equally well the higher priority wins.
    #[graphql(default)]
    pub priority: i32,
    /// The first instant at which it holds; now when absent.
    pub valid_from: Option<DateTime<Utc>>,
    /// The first instant at which it no longer holds.
    pub valid_to: Option<DateTime<Utc>>,
}

impl CommissionRuleCreateInput {
    pub(super) fn read(self) -> Result<command::CreateCommissionRule, context::Error> {
        Ok(command::CreateCommissionRule {
            name: self.name,
            scope: marketplace::CommissionScope {
                merchant: input::optional_id("merchantId", self.merchant_id.as_ref())?,
                category: input::optional_id("categoryId", self.category_id.as_ref())?,
                tier: self.tier,
                channel: input::optional_id("channelId", self.channel_id.as_ref())?,
                product: input::optional_id("productId", self.product_id.as_ref())?,
                country: self.country,
            },
            base: self.base.into(),
            item_ppm: self.item_percent.to_rate("itemPercent")?,
            shipping_ppm: self.shipping_percent.to_rate("shippingPercent")?,
            amounts: read_amounts(self.amounts)?,
            min_on_zero: self.min_on_zero,
            priority: self.priority,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}

/// A change of a commission rule: what is absent stays.
#[derive(Debug, InputObject)]
pub struct CommissionRuleEditInput {
    /// The rule.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// What the percentages are taken of.
    pub base: Option<CommissionBase>,
    /// The percentage on an item line.
    pub item_percent: Option<DecimalText>,
    /// The percentage on shipping.
    pub shipping_percent: Option<DecimalText>,
    /// All its amounts; those that are missing are removed.
    pub amounts: Option<Vec<CommissionAmountsInput>>,
    /// Whether the minimum is charged on a line that costs nothing.
    pub min_on_zero: Option<bool>,
    /// Among rules that fit equally well the higher priority wins.
    pub priority: Option<i32>,
    /// The first instant at which it holds.
    pub valid_from: Option<DateTime<Utc>>,
    /// The first instant at which it no longer holds; `null` lets it hold without an end.
    pub valid_to: MaybeUndefined<DateTime<Utc>>,
}

impl CommissionRuleEditInput {
    fn read(self) -> Result<command::EditCommissionRule, context::Error> {
        Ok(command::EditCommissionRule {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            base: self.base.map(Into::into),
            item_ppm: self.item_percent.map(|percent| percent.to_rate("itemPercent")).transpose()?,
            shipping_ppm: self.shipping_percent.map(|percent| percent.to_rate("shippingPercent")).transpose()?,
            amounts: self.amounts.map(read_amounts).transpose()?,
            min_on_zero: self.min_on_zero,
            priority: self.priority,
            valid_from: self.valid_from,
            valid_to: self.valid_to.into(),
        })
    }
}

payload! {
    /// What became of `commissionRuleCreate`.
    CommissionRuleCreatePayload {
        /// The new rule.
        commission_rule: CommissionRule }
    /// What became of `commissionRuleEdit`.
    CommissionRuleEditPayload {
        /// The rule as it is now.
        commission_rule: CommissionRule }
}

/// Changes of commission rules. Orders that were placed keep what was frozen in them.
#[derive(Default)]
pub struct CommissionMutation;

#[Object]
impl CommissionMutation {
    /// Makes a commission rule.
    async fn commission_rule_create(
        &self,
        gql: &Context<'_>,
        input: CommissionRuleCreateInput,
    ) -> Gql<CommissionRuleCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { command::create_commission_rule(ctx, input.read()?).await };
        respond(gql, Box::pin(made).await.map(CommissionRule::from))
    }

    /// Changes a commission rule; give it an end to switch it off.
    async fn commission_rule_edit(
        &self,
        gql: &Context<'_>,
        input: CommissionRuleEditInput,
    ) -> Gql<CommissionRuleEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { command::edit_commission_rule(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(CommissionRule::from))
    }
}
