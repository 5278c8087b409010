//! Promising stock to order lines.

use std::collections::{BTreeMap, HashMap};

use context::WriteTx;
use kernel::Invalid;
use kernel::id::{LocationId, OrderLineId, StockItemId};
use sea_orm::ActiveValue::Set;

use super::{ENTRIES_MAX, Turned};
use crate::entity::reservation;
use crate::error::{Error, Short};
use crate::model::demand::summed;
use crate::repo::{self, Level, Move};

/// Units of an article at a location for an order line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// The order line they are for.
    pub order_line_id: OrderLineId,
    /// The article.
    pub stock_item_id: StockItemId,
    /// Where it is taken from.
    pub location_id: LocationId,
    /// Units; at least one.
    pub quantity: i64,
}

/// Promises all of `lines` or nothing, in the caller's transaction; three statements for any number of lines.
///
/// Entries of one article at one location are summed before they are compared with what is left. Nothing is written
/// when something is short, so the caller may plan anew in the same transaction. The caller has authorized.
///
/// # Errors
/// [`Error::OutOfStock`] naming every article that is short with what is left; [`Invalid`] for a quantity out of range.
pub async fn reserve_in_tx(tx: &mut WriteTx, lines: &[Reserve]) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    if lines.len() > ENTRIES_MAX {
        return Err(Invalid::range("lines", 1, ENTRIES_MAX as i64).into());
    }
    let demand = summed(lines.iter().map(|l| ((l.stock_item_id, l.location_id), l.quantity)))?;
    let levels = repo::lock(tx, demand.keys().copied()).await?;
    let short = short_of(&demand, &levels, lines);
    if !short.is_empty() {
        return Err(Error::OutOfStock { short });
    }
    let mut turned = Turned::default();
    let mut moves = Vec::with_capacity(demand.len());
    for (key, quantity) in &demand {
        let level = level_of(&levels, *key)?;
        turned.saw(level.stock_item_id, level.promisable(), level.promisable() - quantity);
        moves.push(Move { level: level.id, on_hand: 0, reserved: *quantity });
    }
    repo::move_levels(tx, &moves).await?;
    let rows = reservations(tx, lines, &levels)?;
    repo::insert_reservations(tx, rows).await?;
    turned.tell(tx);
    Ok(())
}

type Key = (StockItemId, LocationId);

fn short_of(demand: &BTreeMap<Key, i64>, levels: &HashMap<Key, Level>, lines: &[Reserve]) -> Vec<Short> {
    let mut short = Vec::new();
    for (key, wanted) in demand {
        let available = levels.get(key).map_or(0, Level::promisable);
        if available >= *wanted {
            continue;
        }
        let of_key = lines.iter().filter(|line| (line.stock_item_id, line.location_id) == *key);
        let mut order_line_ids: Vec<OrderLineId> = of_key.map(|line| line.order_line_id).collect();
        order_line_ids.sort_unstable();
        order_line_ids.dedup();
        short.push(Short {
            stock_item_id: key.0,
            sku: levels.get(key).map(|level| level.sku.clone()).unwrap_or_default(),
            location_id: key.1,
            order_line_ids,
            wanted: *wanted,
            available,
        });
    }
    short
}

fn level_of(levels: &HashMap<Key, Level>, key: Key) -> Result<&Level, Error> {
    levels.get(&key).ok_or_else(|| context::Error::internal("a level under lock is missing").into())
}

fn reservations(
    tx: &WriteTx,
    lines: &[Reserve],
    levels: &HashMap<Key, Level>,
) -> Result<Vec<reservation::ActiveModel>, Error> {
    // A statement may not raise one row twice, so entries of one line and location become one row.
    let mut per_line: BTreeMap<(OrderLineId, LocationId), (StockItemId, i64)> = BTreeMap::new();
    for line in lines {
        let entry = per_line.entry((line.order_line_id, line.location_id)).or_insert((line.stock_item_id, 0));
        if entry.0 != line.stock_item_id {
            return Err(context::Error::internal("an order line of two articles").into());
        }
        entry.1 += line.quantity;
    }
    per_line
        .into_iter()
        .map(|((order_line, location), (item, quantity))| {
            Ok(reservation::ActiveModel {
                id: Set(tx.ctx().new_id()),
                order_line_id: Set(order_line),
                stock_level_id: Set(level_of(levels, (item, location))?.id),
                location_id: Set(location),
                quantity: Set(quantity),
                consumed: Set(0),
                released: Set(0),
                created_at: Set(tx.now()),
            })
        })
        .collect()
}
