//! Offers, for those who keep them.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::pad;
use kernel::id::{MerchantId, OfferId, ProductId, VariantId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition};

use crate::actions::OFFER_READ;
use crate::entity::offer::Column;
use crate::error::Error;
use crate::model::{Offer, OfferStatus};
use crate::repo;

/// Which offers.
#[derive(Debug, Clone, Default)]
pub struct OfferFilter {
    /// Of this merchant.
    pub merchant_id: Option<MerchantId>,
    /// Of this product.
    pub product_id: Option<ProductId>,
    /// Of this variant.
    pub variant_id: Option<VariantId>,
    /// With this SKU.
    pub sku: Option<String>,
    /// In this status.
    pub status: Option<OfferStatus>,
}

/// Offers within the caller's scope, the oldest first.
///
/// # Errors
/// A bad cursor; the right may be missing.
pub async fn offers(ctx: &Ctx, filter: &OfferFilter, page: &PageArgs) -> Result<Page<Offer>, Error> {
    let grant = ctx.authorize_within(OFFER_READ)?;
    let mut wanted = Condition::all();
    if let Some(merchant) = filter.merchant_id {
        wanted = wanted.add(Column::MerchantId.eq(merchant));
    }
    if let Some(product) = filter.product_id {
        wanted = wanted.add(Column::ProductId.eq(product));
    }
    if let Some(variant) = filter.variant_id {
        wanted = wanted.add(Column::VariantId.eq(variant));
    }
    if let Some(sku) = &filter.sku {
        wanted = wanted.add(Column::Sku.eq(sku.trim()));
    }
    if let Some(status) = filter.status {
        wanted = wanted.add(Column::Status.eq(status.as_str()));
    }
    if let Some(after) = page.after_key::<OfferId>()? {
        wanted = wanted.add(Column::Id.gt(after));
    }
    let rows = repo::find(&ctx.read_for(&grant), &grant, wanted, Some(page.limit())).await?;
    Ok(Page::from_rows(rows, page, |offer: &Offer| offer.id))
}

/// One offer.
///
/// # Errors
/// Not found, also for another merchant's.
pub async fn offer(ctx: &Ctx, id: OfferId) -> Result<Offer, Error> {
    let grant = ctx.authorize_within(OFFER_READ)?;
    let found = repo::find(&ctx.read_for(&grant), &grant, Condition::all().add(Column::Id.eq(id)), None).await?;
    Ok(found.into_iter().next().ok_or(context::Error::NotFound("offer"))?)
}

/// These offers, as far as they are within the caller's scope.
///
/// # Errors
/// The right may be missing.
pub async fn by_ids(ctx: &Ctx, ids: &[OfferId]) -> Result<HashMap<OfferId, Offer>, Error> {
    let grant = ctx.authorize_within(OFFER_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = Condition::all().add(Column::Id.is_in(pad(ids.to_vec())));
    let found = repo::find(&ctx.read_for(&grant), &grant, wanted, None).await?;
    Ok(found.into_iter().map(|offer| (offer.id, offer)).collect())
}

/// The offers of these variants within the caller's scope that are not ended, the oldest first.
///
/// # Errors
/// The right may be missing.
pub async fn merchant_offers_by_variant_ids(
    ctx: &Ctx,
    variants: &[VariantId],
) -> Result<HashMap<VariantId, Vec<Offer>>, Error> {
    let grant = ctx.authorize_within(OFFER_READ)?;
    if variants.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = Condition::all()
        .add(Column::VariantId.is_in(pad(variants.to_vec())))
        .add(Column::Status.ne(OfferStatus::Ended.as_str()));
    let mut found: HashMap<VariantId, Vec<Offer>> = HashMap::new();
    for offer in repo::find(&ctx.read_for(&grant), &grant, wanted, None).await? {
        found.entry(offer.variant_id).or_default().push(offer);
    }
    Ok(found)
}
