//! What the operator, merchants and storefronts read. Everything comes from the snapshot: no table is asked.

use std::sync::Arc;

use access::Grant;
use context::Ctx;
use kernel::id::{CarrierId, ChannelId, CommissionRuleId, DeliveryMethodId, MerchantId, TaxClassId};
use kernel::{Page, PageArgs};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::snapshot;
use crate::Error;
use crate::actions::{READ_CARRIERS, READ_CHANNELS, READ_COMMISSION, READ_DELIVERY, READ_TAXES};
use crate::model::{Carrier, Channel, CommissionRule, DeliveryMethod, Snapshot, TaxClass};

/// Channels by code; whoever is not of the operator's team sees the active ones.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn channels(ctx: &Ctx, page: &PageArgs) -> Result<Page<Channel>, Error> {
    let grant = ctx.authorize(READ_CHANNELS)?;
    let market = snapshot(ctx).await?;
    let seen = market.channels.iter().filter(|channel| shown(&grant, channel.active));
    paged(seen, page, |channel| channel.code.clone())
}

/// One channel by its id.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn channel(ctx: &Ctx, id: ChannelId) -> Result<Channel, Error> {
    let grant = ctx.authorize(READ_CHANNELS)?;
    let market = snapshot(ctx).await?;
    found(market.channel(id).filter(|channel| shown(&grant, channel.active)), "channel")
}

/// One channel by its code.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn channel_by_code(ctx: &Ctx, code: &str) -> Result<Channel, Error> {
    let grant = ctx.authorize(READ_CHANNELS)?;
    let market = snapshot(ctx).await?;
    found(market.channel_by_code(code).filter(|channel| shown(&grant, channel.active)), "channel")
}

/// Delivery methods in the order of their position; whoever is not of the operator's team sees the active ones.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn delivery_methods(ctx: &Ctx, page: &PageArgs) -> Result<Page<DeliveryMethod>, Error> {
    let grant = ctx.authorize(READ_DELIVERY)?;
    let market = snapshot(ctx).await?;
    let seen = market.delivery_methods.iter().filter(|method| shown(&grant, method.active));
    paged(seen, page, |method| (method.position, method.code.clone()))
}

/// One delivery method.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn delivery_method(ctx: &Ctx, id: DeliveryMethodId) -> Result<DeliveryMethod, Error> {
    let grant = ctx.authorize(READ_DELIVERY)?;
    let market = snapshot(ctx).await?;
    found(market.delivery_method(id).filter(|method| shown(&grant, method.active)), "delivery method")
}

/// Tax classes by code.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn tax_classes(ctx: &Ctx, page: &PageArgs) -> Result<Page<TaxClass>, Error> {
    ctx.authorize(READ_TAXES)?;
    paged(snapshot(ctx).await?.tax_classes.iter(), page, |class| class.code.clone())
}

/// One tax class.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn tax_class(ctx: &Ctx, id: TaxClassId) -> Result<TaxClass, Error> {
    ctx.authorize(READ_TAXES)?;
    found(snapshot(ctx).await?.tax_class(id), "tax class")
}

/// Carriers by code.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn carriers(ctx: &Ctx, page: &PageArgs) -> Result<Page<Carrier>, Error> {
    ctx.authorize(READ_CARRIERS)?;
    paged(snapshot(ctx).await?.carriers.iter(), page, |carrier| carrier.code.clone())
}

/// One carrier.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn carrier(ctx: &Ctx, id: CarrierId) -> Result<Carrier, Error> {
    ctx.authorize(READ_CARRIERS)?;
    found(snapshot(ctx).await?.carrier(id), "carrier")
}

/// Commission rules by id; of one merchant when asked for.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn commission_rules(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    page: &PageArgs,
) -> Result<Page<CommissionRule>, Error> {
    ctx.authorize(READ_COMMISSION)?;
    let market = snapshot(ctx).await?;
    let mut rules: Vec<&CommissionRule> =
        stored_rules(&market).filter(|rule| merchant.is_none() || rule.scope.merchant == merchant).collect();
    rules.sort_by_key(|rule| rule.id);
    paged(rules.into_iter(), page, |rule| rule.id)
}

/// One commission rule.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn commission_rule(ctx: &Ctx, id: CommissionRuleId) -> Result<CommissionRule, Error> {
    ctx.authorize(READ_COMMISSION)?;
    let market: Arc<Snapshot> = snapshot(ctx).await?;
    found(stored_rules(&market).find(|rule| rule.id == id), "commission rule")
}

fn stored_rules(market: &Snapshot) -> impl Iterator<Item = &CommissionRule> {
    market.commission.iter().filter(|rule| rule.version > 0)
}

/// What is switched off is the operator's business alone.
fn shown(grant: &Grant, active: bool) -> bool {
    active || grant.is_wide()
}

fn found<T: Clone>(item: Option<&T>, what: &'static str) -> Result<T, Error> {
    item.cloned().ok_or_else(|| context::Error::NotFound(what).into())
}

/// A page of items that are in the order of their key.
fn paged<'a, T: Clone + 'a, K: Ord + Serialize + DeserializeOwned>(
    items: impl Iterator<Item = &'a T>,
    page: &PageArgs,
    key: impl Fn(&T) -> K,
) -> Result<Page<T>, Error> {
    let after: Option<K> = page.after_key()?;
    let rows: Vec<T> = items
        .filter(|item| after.as_ref().is_none_or(|after| key(item) > *after))
        .take(page.size() + 1)
        .cloned()
        .collect();
    Ok(Page::from_rows(rows, page, key))
}
