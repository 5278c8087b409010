//! What can be sold, and from where.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::{pad, placeholders, statement};
use kernel::id::{LocationId, StockItemId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::actions::AVAILABILITY_READ;
use crate::error::Error;
use crate::model::{LocationStock, Store};

#[derive(FromQueryResult)]
struct Row {
    stock_item_id: StockItemId,
    location_id: LocationId,
    code: String,
    name: String,
    country: String,
    priority: i32,
    store: Option<Store>,
    available: i64,
}

#[derive(FromQueryResult)]
struct Sum {
    stock_item_id: StockItemId,
    available: i64,
}

/// What each active location can sell of each article, the location used first at the front; one statement.
///
/// An article that no active location ever had is absent. Public: buyers see it.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn availability(ctx: &Ctx, items: &[StockItemId]) -> Result<HashMap<StockItemId, Vec<LocationStock>>, Error> {
    ctx.authorize(AVAILABILITY_READ)?;
    availability_on(ctx.read(), items).await
}

/// How many units of each article all active locations together can sell; what has none may be absent. One statement with
/// a row for each article, where [`availability`] has one for each place. Public: buyers see it.
///
/// # Errors
/// The database error; the right may be missing.
pub async fn available(ctx: &Ctx, items: &[StockItemId]) -> Result<HashMap<StockItemId, i64>, Error> {
    ctx.authorize(AVAILABILITY_READ)?;
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT l.stock_item_id, CAST(SUM(l.on_hand - l.reserved - l.safety) AS BIGINT) AS available
        FROM stock_level l JOIN stock_location o ON o.id = l.location_id
        WHERE l.stock_item_id IN ({}) AND o.active AND l.on_hand - l.reserved - l.safety > 0
        GROUP BY l.stock_item_id",
        placeholders(items.len())
    );
    let values: Vec<Value> = pad(items.iter().map(|id| (*id).into()).collect());
    let rows = Sum::find_by_statement(statement(ctx.read(), &sql, values)).all(ctx.read()).await?;
    Ok(rows.into_iter().map(|row| (row.stock_item_id, row.available)).collect())
}

/// [`availability`] inside a transaction or without a caller. Does not lock: only `reserve_in_tx` promises anything.
///
/// # Errors
/// The database error.
pub async fn availability_on<C: ConnectionTrait>(
    conn: &C,
    items: &[StockItemId],
) -> Result<HashMap<StockItemId, Vec<LocationStock>>, Error> {
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT l.stock_item_id, o.id AS location_id, o.code, o.name, o.country, o.priority, o.store,
            l.on_hand - l.reserved - l.safety AS available
        FROM stock_level l JOIN stock_location o ON o.id = l.location_id
        WHERE l.stock_item_id IN ({}) AND o.active
        ORDER BY o.priority, o.id",
        placeholders(items.len())
    );
    let values: Vec<Value> = pad(items.iter().map(|id| (*id).into()).collect());
    let rows = Row::find_by_statement(statement(conn, &sql, values)).all(conn).await?;
    let mut found: HashMap<StockItemId, Vec<LocationStock>> = HashMap::with_capacity(items.len());
    for row in rows {
        found.entry(row.stock_item_id).or_default().push(LocationStock {
            location_id: row.location_id,
            location_code: row.code,
            location_name: row.name,
            country: row.country,
            priority: row.priority,
            store: row.store,
            available: row.available.max(0),
        });
    }
    Ok(found)
}
