//! Changes by a known difference.

use context::{Ctx, WriteTx, merchant_meant};
use kernel::Invalid;
use kernel::id::{LocationId, MerchantId, StockItemId};

use super::set::row_of;
use super::{Entry, Turned};
use crate::actions::STOCK_EDIT;
use crate::error::Error;
use crate::model::{MovementKind, QUANTITY_MAX, SKU_MAX, StockLevel};
use crate::query::locations::ids_of_merchant;
use crate::repo::{self, Level, Move};

/// Why stock changes by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustKind {
    /// Goods came in; the difference is positive.
    Received,
    /// Lost or damaged; the difference is negative.
    WrittenOff,
    /// A correction of either sign.
    Adjusted,
}

/// A change of stock by a known difference.
#[derive(Debug, Clone)]
pub struct StockAdjust {
    /// Whose stock; a merchant's own staff may leave it out.
    pub merchant_id: Option<MerchantId>,
    /// The merchant's SKU.
    pub sku: String,
    /// The location.
    pub location_id: LocationId,
    /// Units that came (positive) or went (negative).
    pub delta: i64,
    /// Why.
    pub kind: AdjustKind,
    /// Why, in words.
    pub reason: String,
    /// The document behind it.
    pub reference: Option<String>,
}

const REASON_MAX: usize = 300;

impl StockAdjust {
    fn movement_kind(&self) -> Result<MovementKind, Invalid> {
        let fits = match self.kind {
            AdjustKind::Received => (1..=QUANTITY_MAX).contains(&self.delta),
            AdjustKind::WrittenOff => (-QUANTITY_MAX..=-1).contains(&self.delta),
            AdjustKind::Adjusted => self.delta != 0 && (-QUANTITY_MAX..=QUANTITY_MAX).contains(&self.delta),
        };
        match self.kind {
            _ if !fits => Err(Invalid::new(
                "delta",
                "OUT_OF_RANGE",
                "received is above zero, written off below, and none is zero",
            )),
            AdjustKind::Received => Ok(MovementKind::Received),
            AdjustKind::WrittenOff => Ok(MovementKind::WrittenOff),
            AdjustKind::Adjusted => Ok(MovementKind::Adjusted),
        }
    }
}

/// Changes stock by a difference, with a reason.
///
/// # Errors
/// [`Error::BelowReserved`] when fewer units would remain than are promised; not found for another merchant's location.
pub async fn stock_adjust(ctx: &Ctx, input: StockAdjust) -> Result<StockLevel, Error> {
    let grant = ctx.authorize(STOCK_EDIT)?;
    let merchant = merchant_meant(&grant, input.merchant_id)?;
    let kind = input.movement_kind()?;
    let sku = kernel::text::line("sku", &input.sku, SKU_MAX)?;
    let reason = kernel::text::line("reason", &input.reason, REASON_MAX)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    if !ids_of_merchant(&*tx, merchant).await?.contains(&input.location_id) {
        return Err(context::Error::NotFound("location").into());
    }
    let key = (StockItemId::of(merchant, &sku), input.location_id);
    let old = level_for(&tx, merchant, &sku, key).await?;
    let balance = old.on_hand + input.delta;
    if balance < old.reserved {
        return Err(Error::BelowReserved { sku, reserved: old.reserved, wanted: balance });
    }
    if balance > QUANTITY_MAX {
        return Err(Invalid::range("delta", -QUANTITY_MAX, QUANTITY_MAX - old.on_hand).into());
    }
    repo::move_levels(&tx, &[Move { level: old.id, on_hand: input.delta, reserved: 0 }]).await?;
    let level = StockLevel {
        id: old.id,
        stock_item_id: old.stock_item_id,
        location_id: old.location_id,
        merchant_id: merchant,
        sku,
        on_hand: balance,
        reserved: old.reserved,
        safety: old.safety,
        version: old.version + 1,
        updated_at: tx.now(),
    };
    let (reference, reason) = (input.reference.as_deref(), Some(reason.as_str()));
    let entry = Entry { level: old.id, merchant, kind, quantity: input.delta, balance, reference, reason };
    let row = entry.row(&tx);
    repo::insert_movements(&tx, vec![row]).await?;
    let mut turned = Turned::default();
    turned.saw(level.stock_item_id, crate::model::sellable(old.on_hand, old.reserved, old.safety), level.available());
    turned.tell(&mut tx);
    tx.commit().await?;
    Ok(level)
}

/// The level under lock; an empty one is made when the location never had the article.
async fn level_for(
    tx: &WriteTx,
    merchant: MerchantId,
    sku: &str,
    key: (StockItemId, LocationId),
) -> Result<Level, Error> {
    if let Some(level) = repo::lock(tx, [key]).await?.remove(&key) {
        return Ok(level);
    }
    let empty = StockLevel {
        id: tx.ctx().new_id(),
        stock_item_id: key.0,
        location_id: key.1,
        merchant_id: merchant,
        sku: sku.to_owned(),
        on_hand: 0,
        reserved: 0,
        safety: 0,
        version: 0,
        updated_at: tx.now(),
    };
    repo::insert_levels(tx, vec![row_of(&empty)]).await?;
    let made = repo::lock(tx, [key]).await?.remove(&key);
    Ok(made.ok_or(context::Error::Stale("stock level"))?)
}
