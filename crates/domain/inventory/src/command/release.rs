//! Giving promised stock back to sale.

use std::collections::BTreeMap;

use context::WriteTx;
use kernel::Invalid;
use kernel::id::{LocationId, OrderLineId};

use super::{ENTRIES_MAX, Turned};
use crate::error::Error;
use crate::model::demand::summed;
use crate::model::sellable;
use crate::repo::{self, Held, Move, Progress};

/// Units of an order line that its location need not keep any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// The order line they were promised to.
    pub order_line_id: OrderLineId,
    /// Where they are reserved.
    pub location_id: LocationId,
    /// Units; at least one.
    pub quantity: i64,
}

/// Gives promised units back to sale, all of `lines` or nothing, in the caller's transaction; three statements.
///
/// The caller has authorized.
///
/// # Errors
/// [`Error::NotReserved`] when a line has fewer open units at the location; [`Invalid`] for a quantity out of range.
pub async fn release_in_tx(tx: &mut WriteTx, lines: &[Release]) -> Result<(), Error> {
    let wanted = summed(lines.iter().map(|l| ((l.order_line_id, l.location_id), l.quantity)))?;
    let held = held(tx, &wanted).await?;
    let mut moves: BTreeMap<_, Move> = BTreeMap::new();
    let mut steps = Vec::with_capacity(held.len());
    for (held, quantity) in &held {
        let level = moves.entry(held.level_id).or_insert(Move { level: held.level_id, on_hand: 0, reserved: 0 });
        level.reserved -= quantity;
        steps.push(Progress { reservation: held.reservation_id, consumed: 0, released: *quantity });
    }
    if steps.is_empty() {
        return Ok(());
    }
    let mut turned = Turned::default();
    for (held, _) in &held {
        let after = held.reserved + moves.get(&held.level_id).map_or(0, |m| m.reserved);
        let before = sellable(held.on_hand, held.reserved, held.safety);
        turned.saw(held.stock_item_id, before, sellable(held.on_hand, after, held.safety));
    }
    repo::move_levels(tx, &moves.into_values().collect::<Vec<_>>()).await?;
    repo::progress(tx, &steps).await?;
    turned.tell(tx);
    Ok(())
}

/// The reservations asked for, locked, each with the units wanted of it; refuses when one has fewer open units.
pub(super) async fn held(
    tx: &WriteTx,
    wanted: &BTreeMap<(OrderLineId, LocationId), i64>,
) -> Result<Vec<(Held, i64)>, Error> {
    if wanted.len() > ENTRIES_MAX {
        return Err(Invalid::range("lines", 1, ENTRIES_MAX as i64).into());
    }
    let found = repo::lock_reservations(tx, wanted.keys().copied()).await?;
    for ((order_line_id, location_id), quantity) in wanted {
        let open = found
            .iter()
            .find(|held| held.order_line_id == *order_line_id && held.location_id == *location_id)
            .map_or(0, |held| held.open);
        if open < *quantity {
            let (order_line_id, location_id) = (*order_line_id, *location_id);
            return Err(Error::NotReserved { order_line_id, location_id, wanted: *quantity, open });
        }
    }
    let pairs = found.into_iter().map(|held| {
        let quantity = wanted.get(&(held.order_line_id, held.location_id)).copied().unwrap_or(0);
        (held, quantity)
    });
    Ok(pairs.collect())
}
