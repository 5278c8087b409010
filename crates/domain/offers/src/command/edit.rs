//! Changes of one offer.

use context::Ctx;
use kernel::id::OfferId;

use super::upsert::{save, with_terms};
use super::{known_channels, tell};
use crate::actions::OFFER_EDIT;
use crate::error::Error;
use crate::model::input::{PriceInput, Terms};
use crate::model::{Offer, OfferStatus};
use crate::repo;

/// Changes of an offer; what is absent stays. SKU, variant and condition are fixed.
#[derive(Debug, Clone)]
pub struct OfferEdit {
    /// Which one.
    pub id: OfferId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// Days until the goods leave; `Some(None)` for the merchant's own.
    pub handling_days: Option<Option<i32>>,
    /// The fewest units of an order line.
    pub min_quantity: Option<i64>,
    /// The most units of an order line; `Some(None)` for no limit.
    pub max_quantity: Option<Option<i64>>,
    /// All prices anew.
    pub prices: Option<Vec<PriceInput>>,
}

/// Changes an offer. Orders that were placed keep what they froze.
///
/// # Errors
/// `STALE_VERSION` when somebody else changed it meanwhile; [`Error::Over`] for an ended offer; not found for another
/// merchant's.
pub async fn offer_edit(ctx: &Ctx, input: OfferEdit) -> Result<Offer, Error> {
    let grant = ctx.authorize_within(OFFER_EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::lock_one(&tx, &grant, input.id).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("offer").into());
    }
    if before.status == OfferStatus::Ended {
        return Err(Error::Over);
    }
    let prices = input.prices.unwrap_or_else(|| before.prices.iter().map(PriceInput::from).collect());
    let terms = Terms::checked(
        input.handling_days.unwrap_or(before.handling_days),
        input.min_quantity.unwrap_or(before.min_quantity),
        input.max_quantity.unwrap_or(before.max_quantity),
        &prices,
        &known_channels(&tx).await?,
    )?;
    let after = with_terms(&before, terms, tx.now());
    if after.version == before.version {
        return Ok(before);
    }
    let changed = [(Some(before), after.clone())];
    save(&tx, &changed).await?;
    tell(&mut tx, "edited", &changed);
    tx.commit().await?;
    Ok(after)
}
