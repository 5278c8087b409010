//! Commission rules.

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::CommissionRuleId;
use kernel::{Invalid, Rate};

use super::{RULES_MAX, fresh, missing, put, room};
use crate::actions::EDIT_COMMISSION;
use crate::model::{CommissionAmounts, CommissionBase, CommissionRule, CommissionScope, Snapshot};
use crate::{Error, repo};

/// A commission rule to be made. It is never the default; `bootstrap` makes that one.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `CommissionRule`")]
pub struct CreateCommissionRule {
    pub name: String,
    pub scope: CommissionScope,
    pub base: CommissionBase,
    pub item_ppm: Rate,
    pub shipping_ppm: Rate,
    pub amounts: Vec<CommissionAmounts>,
    pub min_on_zero: bool,
    pub priority: i32,
    /// Now when absent.
    pub valid_from: Option<DateTime<Utc>>,
    pub valid_to: Option<DateTime<Utc>>,
}

/// A change of a commission rule: what is `None` stays. Where it holds never changes: end it and make another.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each field is described at `CommissionRule`")]
pub struct EditCommissionRule {
    pub id: CommissionRuleId,
    /// The version that the caller saw.
    pub expected_version: i64,
    pub name: Option<String>,
    pub base: Option<CommissionBase>,
    pub item_ppm: Option<Rate>,
    pub shipping_ppm: Option<Rate>,
    /// All its amounts; those that are missing are removed.
    pub amounts: Option<Vec<CommissionAmounts>>,
    pub min_on_zero: Option<bool>,
    pub priority: Option<i32>,
    pub valid_from: Option<DateTime<Utc>>,
    /// `Some(None)` lets it hold without an end.
    pub valid_to: Option<Option<DateTime<Utc>>>,
}

/// Makes a commission rule. It holds for orders placed from its beginning on.
///
/// # Errors
/// What is wrong with the input; denied; the database error.
pub async fn create_commission_rule(ctx: &Ctx, input: CreateCommissionRule) -> Result<CommissionRule, Error> {
    let grant = ctx.authorize(EDIT_COMMISSION)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    room(market.commission.iter().count(), RULES_MAX, "commission rules")?;
    let rule = new_rule(ctx, &tx, input)?;
    known_channel(&market, &rule.scope)?;
    repo::insert_rule(&tx, &rule).await?;
    tx.record(Change::new("commission_rule", rule.id, "created").diff(None, Some(&rule)));
    tx.commit().await?;
    Ok(rule)
}

/// Changes a commission rule. Orders that were placed keep what was frozen in them.
///
/// # Errors
/// What is wrong with the input; `DEFAULT_RULE_FIXED`; not found; stale; denied; the database error.
pub async fn edit_commission_rule(ctx: &Ctx, input: EditCommissionRule) -> Result<CommissionRule, Error> {
    let grant = ctx.authorize(EDIT_COMMISSION)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let stored = market.commission.iter().find(|rule| rule.id == input.id && rule.version > 0);
    let before = stored.ok_or_else(|| missing("commission rule"))?;
    fresh(before.version, input.expected_version, "commission rule")?;
    if before.is_default && (input.valid_from.is_some() || input.valid_to.is_some()) {
        return Err(Error::DefaultRuleFixed);
    }
    let mut after = CommissionRule { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    put(&mut after.name, input.name);
    put(&mut after.base, input.base);
    put(&mut after.item_ppm, input.item_ppm);
    put(&mut after.shipping_ppm, input.shipping_ppm);
    put(&mut after.amounts, input.amounts);
    put(&mut after.min_on_zero, input.min_on_zero);
    put(&mut after.priority, input.priority);
    put(&mut after.valid_from, input.valid_from);
    put(&mut after.valid_to, input.valid_to);
    let after = after.checked()?;
    repo::save_rule(&tx, &after).await?;
    tx.record(Change::new("commission_rule", after.id, "edited").diff(Some(before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// A rule as it would be made, without making it: for looks at what it would change.
///
/// # Errors
/// What is wrong with the input; denied; the database error.
pub async fn draft_commission_rule(ctx: &Ctx, input: CreateCommissionRule) -> Result<CommissionRule, Error> {
    ctx.authorize(EDIT_COMMISSION)?;
    let market = crate::snapshot(ctx).await?;
    let rule = rule_of(ctx, ctx.now(), input)?;
    known_channel(&market, &rule.scope)?;
    Ok(rule)
}

fn known_channel(market: &Snapshot, scope: &CommissionScope) -> Result<(), Error> {
    match scope.channel {
        Some(id) if market.channel(id).is_none() => {
            Err(Invalid::new("channelId", "NOT_FOUND", "there is no such channel").into())
        }
        _ => Ok(()),
    }
}

pub(super) fn new_rule(ctx: &Ctx, tx: &WriteTx, input: CreateCommissionRule) -> Result<CommissionRule, Error> {
    rule_of(ctx, tx.now(), input)
}

fn rule_of(ctx: &Ctx, now: DateTime<Utc>, input: CreateCommissionRule) -> Result<CommissionRule, Error> {
    let rule = CommissionRule {
        id: ctx.new_id(),
        name: input.name,
        is_default: false,
        scope: input.scope,
        base: input.base,
        item_ppm: input.item_ppm,
        shipping_ppm: input.shipping_ppm,
        amounts: input.amounts,
        min_on_zero: input.min_on_zero,
        priority: input.priority,
        valid_from: input.valid_from.unwrap_or(now),
        valid_to: input.valid_to,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    Ok(rule.checked()?)
}
