//! A new offer.

use context::{Ctx, merchant_meant};
use kernel::id::MerchantId;

use super::known_channels;
use super::upsert::{Batch, Row};
use crate::actions::OFFER_EDIT;
use crate::error::Error;
use crate::model::Offer;
use crate::model::input::OfferInput;
use crate::repo;

/// A new offer.
#[derive(Debug, Clone)]
pub struct OfferCreate {
    /// Who sells; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// What the merchant writes about it.
    pub offer: OfferInput,
}

/// Makes an offer; it is active at once.
///
/// # Errors
/// `TAKEN` when an offer of the merchant has the SKU; [`Error::OfferedAlready`] when one has the variant in this
/// condition; invalid for a variant that the merchant may not see; not found for another merchant.
pub async fn offer_create(ctx: &Ctx, input: OfferCreate) -> Result<Offer, Error> {
    let grant = ctx.authorize_within(OFFER_EDIT)?;
    let merchant = merchant_meant(&grant, input.merchant_id)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::require_merchant(&tx, &grant, merchant).await?;
    let (sku, terms) = input.offer.checked(&known_channels(&tx).await?)?;
    let row = Row { index: 0, sku, variant: input.offer.variant_id, condition: input.offer.condition, terms };
    let rows = [row];
    let mut batch = Batch::load(&tx, &grant, merchant, &rows).await?;
    let [row] = rows;
    if batch.has(&row.sku) {
        return Err(context::Error::Taken { field: "sku".to_owned() }.into());
    }
    batch.add(&tx, row)?;
    let outcome = batch.carry_out(&mut tx, Vec::new()).await?;
    tx.commit().await?;
    let made = outcome.offers.into_iter().next();
    Ok(made.ok_or_else(|| context::Error::internal("an offer was made and is not there"))?)
}
