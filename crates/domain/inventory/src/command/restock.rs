//! Goods that come back.

use context::WriteTx;
use kernel::Invalid;
use kernel::id::{LocationId, StockItemId};

use super::{ENTRIES_MAX, Entry, Turned};
use crate::error::Error;
use crate::model::demand::summed;
use crate::model::{MovementKind, QUANTITY_MAX};
use crate::repo::{self, Move};

/// Units of an article that a location takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restock {
    /// The article.
    pub stock_item_id: StockItemId,
    /// Where it goes.
    pub location_id: LocationId,
    /// Units; at least one.
    pub quantity: i64,
}

/// Puts returned units back on hand, in the caller's transaction; three statements. `reference` is the document behind it.
///
/// The caller has authorized.
///
/// # Errors
/// Not found when the location never had the article; [`Invalid`] for a quantity out of range.
pub async fn restock_in_tx(tx: &mut WriteTx, lines: &[Restock], reference: &str) -> Result<(), Error> {
    if lines.len() > ENTRIES_MAX {
        return Err(Invalid::range("lines", 1, ENTRIES_MAX as i64).into());
    }
    let wanted = summed(lines.iter().map(|l| ((l.stock_item_id, l.location_id), l.quantity)))?;
    let levels = repo::lock(tx, wanted.keys().copied()).await?;
    let (mut moves, mut journal, mut turned) = (Vec::new(), Vec::new(), Turned::default());
    for (key, quantity) in &wanted {
        let level = levels.get(key).ok_or(context::Error::NotFound("stock level"))?;
        let balance = level.on_hand + quantity;
        if balance > QUANTITY_MAX {
            return Err(Invalid::range("quantity", 1, QUANTITY_MAX - level.on_hand).into());
        }
        let mut after = level.clone();
        after.on_hand = balance;
        turned.saw(level.stock_item_id, level.promisable(), after.promisable());
        moves.push(Move { level: level.id, on_hand: *quantity, reserved: 0 });
        let entry = Entry {
            level: level.id,
            merchant: level.merchant_id,
            kind: MovementKind::Returned,
            quantity: *quantity,
            balance,
            reference: Some(reference),
            reason: None,
        };
        journal.push(entry.row(tx));
    }
    repo::move_levels(tx, &moves).await?;
    repo::insert_movements(tx, journal).await?;
    turned.tell(tx);
    Ok(())
}
