//! What buyers see of offers.

use std::collections::HashMap;

use context::Ctx;
use kernel::Currency;
use kernel::id::{ChannelId, StockItemId, VariantId};

use super::sale::offers_of_variants_on;
use crate::actions::SALE_READ;
use crate::error::Error;
use crate::model::best::{Candidate, Ranking, rank};
use crate::model::sale::{OfferForSale, Standing, unsellable};

/// The offers of these variants that buyers can see in one channel and currency: active, with a price, of merchants that
/// may sell. Handling days are filled in from the merchant. Two statements.
///
/// Whether the product is published in the channel is for the caller, who came by it.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn by_variant_ids(
    ctx: &Ctx,
    variants: &[VariantId],
    channel: ChannelId,
    currency: Currency,
) -> Result<HashMap<VariantId, Vec<OfferForSale>>, Error> {
    ctx.authorize(SALE_READ)?;
    let mut found = offers_of_variants_on(ctx.read(), variants, channel, currency).await?;
    let mut sellers: Vec<_> = found.values().flatten().map(|offer| offer.merchant_id).collect();
    sellers.sort_unstable();
    sellers.dedup();
    let selling = merchants::selling_among_on(ctx.read(), &sellers, ctx.now()).await;
    let selling = selling.map_err(crate::repo::of_merchants)?;
    for offers in found.values_mut() {
        offers.retain_mut(|offer| {
            let Some(handling_days) = selling.get(&offer.merchant_id) else { return false };
            offer.handling_days = offer.handling_days.or(Some(*handling_days));
            let standing = Standing { merchant_can_sell: true, published: true };
            unsellable(offer, standing, offer.min_quantity).is_empty()
        });
    }
    found.retain(|_, offers| !offers.is_empty());
    Ok(found)
}

/// The best of the offers that [`by_variant_ids`] finds for each variant, with the reasons.
///
/// `available` says how many units of each article can be sold; what is absent has none.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn best_by_variant_ids(
    ctx: &Ctx,
    variants: &[VariantId],
    channel: ChannelId,
    currency: Currency,
    available: &HashMap<StockItemId, i64>,
) -> Result<HashMap<VariantId, Ranking>, Error> {
    let found = by_variant_ids(ctx, variants, channel, currency).await?;
    Ok(found.into_iter().filter_map(|(variant, offers)| Some((variant, best_of(&offers, available)?))).collect())
}

/// Ranks offers of one variant that can all be sold; those without a price do not take part.
#[must_use]
pub fn best_of(offers: &[OfferForSale], available: &HashMap<StockItemId, i64>) -> Option<Ranking> {
    let candidates = offers.iter().filter_map(|offer| {
        Some(Candidate {
            offer_id: offer.offer_id,
            price_minor: offer.price_minor?,
            condition: offer.condition,
            available: available.get(&offer.stock_item_id).copied().unwrap_or(0),
            min_quantity: offer.min_quantity,
            handling_days: offer.handling_days.unwrap_or(0),
        })
    });
    rank(candidates.collect())
}
