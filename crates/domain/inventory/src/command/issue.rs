//! Goods that leave with a parcel.

use std::collections::BTreeMap;

use context::WriteTx;
use kernel::id::{LocationId, OrderLineId, StockLevelId};

use super::Entry;
use super::release::held;
use crate::error::Error;
use crate::model::MovementKind;
use crate::model::demand::summed;
use crate::repo::{self, Move, Progress};

/// Units of an order line that leave from a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// The order line they were promised to.
    pub order_line_id: OrderLineId,
    /// Where they are reserved and leave from.
    pub location_id: LocationId,
    /// Units; at least one.
    pub quantity: i64,
}

/// Takes promised units out of stock, all of `lines` or nothing, in the caller's transaction; four statements.
///
/// A parcel consumes what is reserved for its own line at its own location, nothing else. `reference` is the id of the
/// shipment. What can be sold does not change. The caller has authorized.
///
/// # Errors
/// [`Error::NotReserved`] when a line has fewer open units at the location; `Invalid` for a quantity out of range.
pub async fn issue_in_tx(tx: &mut WriteTx, lines: &[Issue], reference: &str) -> Result<(), Error> {
    let wanted = summed(lines.iter().map(|l| ((l.order_line_id, l.location_id), l.quantity)))?;
    let held = held(tx, &wanted).await?;
    if held.is_empty() {
        return Ok(());
    }
    let mut moves: BTreeMap<StockLevelId, Move> = BTreeMap::new();
    let mut steps = Vec::with_capacity(held.len());
    let mut journal = Vec::with_capacity(held.len());
    for (held, quantity) in &held {
        let level = moves.entry(held.level_id).or_insert(Move { level: held.level_id, on_hand: 0, reserved: 0 });
        level.on_hand -= quantity;
        level.reserved -= quantity;
        steps.push(Progress { reservation: held.reservation_id, consumed: *quantity, released: 0 });
        let entry = Entry {
            level: held.level_id,
            merchant: held.merchant_id,
            kind: MovementKind::Shipped,
            quantity: -quantity,
            balance: held.on_hand + level.on_hand,
            reference: Some(reference),
            reason: None,
        };
        journal.push(entry.row(tx));
    }
    repo::move_levels(tx, &moves.into_values().collect::<Vec<_>>()).await?;
    repo::progress(tx, &steps).await?;
    repo::insert_movements(tx, journal).await
}
