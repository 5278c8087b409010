//! What people decide about ratings: one in the place of the computed one, and orders that count for nothing.

use access::Grant;
use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{MerchantId, MerchantOrderId};
use kernel::{Invalid, text};
use marketplace::MerchantSettings;

use super::super::step::rules;
use super::rate::rate_in_tx;
use crate::actions::{EXCLUDE_ORDER, OVERRIDE_RATING};
use crate::model::rating::{Exclusion, ExclusionTag, FULL, Override, RatedOrder, Standing};
use crate::{Error, repo};

/// The longest reason.
const REASON_MAX: usize = 500;
/// The longest time for which a rating is given by hand, in days.
const OVERRIDE_DAYS_MAX: i64 = 366;

/// A rating to be put in the place of the computed one.
#[derive(Debug, Clone)]
pub struct OverrideRating {
    /// The merchant.
    pub merchant: MerchantId,
    /// The version of the rating that the caller saw.
    pub expected_version: i64,
    /// The rating, in millionths of a point.
    pub rating: i64,
    /// Why.
    pub reason: String,
    /// Until when it counts.
    pub until: DateTime<Utc>,
}

/// Puts a rating in the place of the computed one, for a time. It counts at once, for thresholds too.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn override_rating(ctx: &Ctx, input: OverrideRating) -> Result<Standing, Error> {
    let grant = ctx.authorize(OVERRIDE_RATING)?;
    if !(0..=FULL).contains(&input.rating) {
        return Err(Invalid::new("rating", "OUT_OF_RANGE", "must be between 0 and 100").into());
    }
    let reason = text::line("reason", &input.reason, REASON_MAX)?;
    let (now, most) = (ctx.now(), ctx.now() + Duration::days(OVERRIDE_DAYS_MAX));
    if input.until <= now || input.until > most {
        let message = format!("must be later than now, by at most {OVERRIDE_DAYS_MAX} days");
        return Err(Invalid::new("until", "OUT_OF_RANGE", message).into());
    }
    let author_name = ctx.actor().name.clone();
    let over = Override { rating: input.rating, reason, until: input.until, author_name, at: now };
    set(ctx, &grant, (input.merchant, input.expected_version), Some(over)).await
}

/// Lets the computed rating count again.
///
/// # Errors
/// Not found when none was put in its place; stale; denied; the database error.
pub async fn end_override(ctx: &Ctx, merchant: MerchantId, expected_version: i64) -> Result<Standing, Error> {
    let grant = ctx.authorize(OVERRIDE_RATING)?;
    set(ctx, &grant, (merchant, expected_version), None).await
}

async fn set(
    ctx: &Ctx,
    grant: &Grant,
    (merchant, seen): (MerchantId, i64),
    over: Option<Override>,
) -> Result<Standing, Error> {
    let rules = rules(ctx).await?;
    let mut tx = ctx.begin_write_for(grant).await?;
    repo::find(&*tx, grant, merchant).await?;
    let before = repo::rating::lock(&tx, grant, merchant).await?;
    if before.version != seen {
        return Err(context::Error::Stale("rating").into());
    }
    if over.is_none() && before.override_.is_none() {
        return Err(context::Error::NotFound("override").into());
    }
    let action = if over.is_some() { "overridden" } else { "override_ended" };
    let mut change = Change::new("merchant_rating", merchant, action).of_merchant(merchant);
    if let Some(over) = &over {
        change = change.because(over.reason.clone());
    }
    tx.record(change.diff(before.override_.as_ref(), over.as_ref()));
    let after = Standing { override_: over, version: before.version + 1, ..before };
    repo::rating::save_override(&tx, &after).await?;
    let after = rate_in_tx(&mut tx, grant, &rules, after).await?;
    tx.commit().await?;
    Ok(after)
}

/// An order that is to count for nothing.
#[derive(Debug, Clone)]
pub struct ExcludeOrder {
    /// The order.
    pub merchant_order: MerchantOrderId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The kind of reason.
    pub tag: ExclusionTag,
    /// In words.
    pub reason: String,
}

/// Lets an order count for nothing in the rating of its merchant, which is computed again at once.
///
/// # Errors
/// A wrong `reason`; not found for an order that says nothing; stale; denied; the database error.
pub async fn exclude_order(ctx: &Ctx, input: ExcludeOrder) -> Result<RatedOrder, Error> {
    let grant = ctx.authorize(EXCLUDE_ORDER)?;
    let reason = text::line("reason", &input.reason, REASON_MAX)?;
    let author_name = ctx.actor().name.clone();
    let excluded = Exclusion { tag: input.tag, reason, author_name, at: ctx.now() };
    count(ctx, &grant, (input.merchant_order, input.expected_version), Some(excluded)).await
}

/// Lets an order count again.
///
/// # Errors
/// Not found for an order that says nothing; stale; denied; the database error.
pub async fn include_order(
    ctx: &Ctx,
    merchant_order: MerchantOrderId,
    expected_version: i64,
) -> Result<RatedOrder, Error> {
    let grant = ctx.authorize(EXCLUDE_ORDER)?;
    count(ctx, &grant, (merchant_order, expected_version), None).await
}

async fn count(
    ctx: &Ctx,
    grant: &Grant,
    (id, seen): (MerchantOrderId, i64),
    excluded: Option<Exclusion>,
) -> Result<RatedOrder, Error> {
    let rules: MerchantSettings = rules(ctx).await?;
    let mut tx: WriteTx = ctx.begin_write_for(grant).await?;
    let known = repo::rating::facts::order(&*tx, grant, id).await?;
    let standing = repo::rating::lock(&tx, grant, known.merchant).await?;
    let before = repo::rating::facts::order(&*tx, grant, id).await?;
    let after = RatedOrder { excluded, version: seen + 1, ..before.clone() };
    if before.version != seen || !repo::rating::facts::save_exclusion(&tx, &after).await? {
        return Err(context::Error::Stale("rated order").into());
    }
    let action = if after.excluded.is_some() { "excluded" } else { "included" };
    let mut change = Change::new("rated_order", id, action).of_merchant(after.merchant);
    if let Some(excluded) = &after.excluded {
        change = change.because(excluded.reason.clone());
    }
    tx.record(change.diff(before.excluded.as_ref(), after.excluded.as_ref()));
    rate_in_tx(&mut tx, grant, &rules, standing).await?;
    tx.commit().await?;
    Ok(after)
}
