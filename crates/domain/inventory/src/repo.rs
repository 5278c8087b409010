//! The few statements of this crate, each for any number of rows.
//!
//! Every change of stock goes the same way: [`lock`] or [`lock_reservations`] locks the level rows in the order of their
//! ids (so that commands never wait for each other in a circle), the caller decides on what it read under the lock, and
//! [`move_levels`] writes all levels in one conditional statement whose row count must be exact.

use std::collections::HashMap;

use access::Grant;
use context::WriteTx;
use db::dialect::statement;
use kernel::id::{LocationId, MerchantId, OrderLineId, ReservationId, StockItemId, StockLevelId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, Value};

use crate::entity::{level, movement, reservation};
use crate::error::Error;
use crate::model::{StockLevel, sellable};

/// A level under lock.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Level {
    pub(crate) id: StockLevelId,
    pub(crate) stock_item_id: StockItemId,
    pub(crate) location_id: LocationId,
    pub(crate) merchant_id: MerchantId,
    pub(crate) sku: String,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) safety: i64,
    pub(crate) version: i64,
    pub(crate) active: bool,
}

impl Level {
    /// Units that can be promised; none at a location that serves no new orders.
    pub(crate) fn promisable(&self) -> i64 {
        if self.active { sellable(self.on_hand, self.reserved, self.safety) } else { 0 }
    }
}

/// A reservation and its level, both under lock.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Held {
    pub(crate) reservation_id: ReservationId,
    pub(crate) order_line_id: OrderLineId,
    pub(crate) location_id: LocationId,
    pub(crate) open: i64,
    pub(crate) level_id: StockLevelId,
    pub(crate) stock_item_id: StockItemId,
    pub(crate) merchant_id: MerchantId,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) safety: i64,
}

/// By how much a level changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) level: StockLevelId,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
}

/// Rows that one statement inserts: databases bound the number of its values.
const CHUNK: usize = 2_000;

/// By how much a reservation changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) reservation: ReservationId,
    pub(crate) consumed: i64,
    pub(crate) released: i64,
}

/// `(?, ?), (?, ?)` with its values, padded to a power of two rows by repeating the last one: few statement texts, and
/// a repeated row changes nothing in a join that updates.
fn rows<const N: usize>(rows: impl IntoIterator<Item = [Value; N]>) -> (String, Vec<Value>) {
    let rows = db::dialect::pad(rows.into_iter().collect::<Vec<_>>());
    let row = format!("({})", vec!["?"; N].join(", "));
    (vec![row; rows.len()].join(", "), rows.into_iter().flatten().collect())
}

fn for_update(conn: &impl ConnectionTrait, tables: &str) -> String {
    if conn.get_database_backend() == DbBackend::Postgres { format!("FOR UPDATE OF {tables}") } else { String::new() }
}

/// The levels of these articles at these locations, locked in the order of their ids. What is not there is absent.
pub(crate) async fn lock(
    tx: &WriteTx,
    keys: impl IntoIterator<Item = (StockItemId, LocationId)>,
) -> Result<HashMap<(StockItemId, LocationId), Level>, Error> {
    let (list, values) = rows(keys.into_iter().map(|(item, place)| [item.into(), place.into()]));
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "WITH want (item_id, place_id) AS (VALUES {list})
        SELECT l.id, l.stock_item_id, l.location_id, l.merchant_id, l.sku, l.on_hand, l.reserved, l.safety, l.version, o.active
        FROM want
        JOIN stock_level l ON l.stock_item_id = want.item_id AND l.location_id = want.place_id
        JOIN stock_location o ON o.id = l.location_id
        ORDER BY l.id {}",
        for_update(&**tx, "l")
    );
    let found = Level::find_by_statement(statement(&**tx, &sql, values)).all(&**tx).await?;
    Ok(found.into_iter().map(|level| ((level.stock_item_id, level.location_id), level)).collect())
}

/// The reservations of these lines at these locations with their levels, locked in the order of the levels' ids.
pub(crate) async fn lock_reservations(
    tx: &WriteTx,
    keys: impl IntoIterator<Item = (OrderLineId, LocationId)>,
) -> Result<Vec<Held>, Error> {
    let (list, values) = rows(keys.into_iter().map(|(line, place)| [line.into(), place.into()]));
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "WITH want (line_id, place_id) AS (VALUES {list})
        SELECT r.id AS reservation_id, r.order_line_id, r.location_id, r.quantity - r.consumed - r.released AS open,
            l.id AS level_id, l.stock_item_id, l.merchant_id, l.on_hand, l.reserved, l.safety
        FROM want
        JOIN stock_reservation r ON r.order_line_id = want.line_id AND r.location_id = want.place_id
        JOIN stock_level l ON l.id = r.stock_level_id
        ORDER BY l.id, r.id {}",
        for_update(&**tx, "l, r")
    );
    let mut held = Held::find_by_statement(statement(&**tx, &sql, values)).all(&**tx).await?;
    held.dedup_by_key(|held| held.reservation_id);
    Ok(held)
}

/// Changes all these levels, each at most once, in one statement.
///
/// The condition repeats what the caller decided under the lock; should a row not fit it, nothing may stand.
pub(crate) async fn move_levels(tx: &WriteTx, moves: &[Move]) -> Result<(), Error> {
    let (list, mut values) = rows(moves.iter().map(|m| [m.level.into(), m.on_hand.into(), m.reserved.into()]));
    if values.is_empty() {
        return Ok(());
    }
    values.push(tx.now().into());
    let sql = format!(
        "WITH change (level_id, on_hand_by, reserved_by) AS (VALUES {list})
        UPDATE stock_level SET on_hand = on_hand + on_hand_by, reserved = reserved + reserved_by,
            version = version + CASE WHEN on_hand_by = 0 THEN 0 ELSE 1 END, updated_at = ?
        FROM change
        WHERE stock_level.id = level_id AND on_hand + on_hand_by >= reserved + reserved_by AND reserved + reserved_by >= 0
            AND (reserved_by <= 0 OR on_hand - reserved - safety >= reserved_by)"
    );
    exactly(moves.len(), tx.execute_raw(statement(&**tx, &sql, values)).await?.rows_affected())
}

/// Marks parts of reservations as shipped or given back, in one statement.
pub(crate) async fn progress(tx: &WriteTx, steps: &[Progress]) -> Result<(), Error> {
    let (list, values) = rows(steps.iter().map(|s| [s.reservation.into(), s.consumed.into(), s.released.into()]));
    let sql = format!(
        "WITH change (reservation_id, consumed_by, released_by) AS (VALUES {list})
        UPDATE stock_reservation SET consumed = consumed + consumed_by, released = released + released_by
        FROM change
        WHERE stock_reservation.id = reservation_id AND consumed + released + consumed_by + released_by <= quantity"
    );
    exactly(steps.len(), tx.execute_raw(statement(&**tx, &sql, values)).await?.rows_affected())
}

fn exactly(wanted: usize, affected: u64) -> Result<(), Error> {
    if usize::try_from(affected) == Ok(wanted) {
        return Ok(());
    }
    Err(context::Error::internal(format!("{affected} of {wanted} locked stock rows changed")).into())
}

/// Adds reservations; what a line has at a location already is raised.
pub(crate) async fn insert_reservations(tx: &WriteTx, rows: Vec<reservation::ActiveModel>) -> Result<(), Error> {
    let raise = OnConflict::columns([reservation::Column::OrderLineId, reservation::Column::LocationId])
        .value(
            reservation::Column::Quantity,
            sea_orm::sea_query::Expr::cust("stock_reservation.quantity + excluded.quantity"),
        )
        .to_owned();
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.to_vec();
        reservation::Entity::insert_many(rows).on_conflict(raise.clone()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Adds entries to the journal.
pub(crate) async fn insert_movements(tx: &WriteTx, rows: Vec<movement::ActiveModel>) -> Result<(), Error> {
    for chunk in rows.chunks(CHUNK) {
        movement::Entity::insert_many(chunk.to_vec()).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// Adds levels. Those that somebody else added meanwhile are left alone; the answer says which were added.
pub(crate) async fn insert_levels(tx: &WriteTx, rows: Vec<level::ActiveModel>) -> Result<Vec<StockLevelId>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<StockLevelId> = rows.iter().filter_map(|row| row.id.try_as_ref().copied()).collect();
    let skip = OnConflict::columns([level::Column::StockItemId, level::Column::LocationId]).do_nothing().to_owned();
    let wanted = rows.len();
    let added = level::Entity::insert_many(rows).on_conflict(skip).exec_without_returning(&**tx).await?;
    if usize::try_from(added) == Ok(wanted) {
        return Ok(ids);
    }
    levels_with_ids(tx, ids).await
}

async fn levels_with_ids(tx: &WriteTx, ids: Vec<StockLevelId>) -> Result<Vec<StockLevelId>, Error> {
    use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
    let found: Vec<StockLevelId> = level::Entity::find()
        .select_only()
        .column(level::Column::Id)
        .filter(level::Column::Id.is_in(db::dialect::pad(ids)))
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok(found)
}

impl From<level::Model> for StockLevel {
    fn from(row: level::Model) -> Self {
        Self {
            id: row.id,
            stock_item_id: row.stock_item_id,
            location_id: row.location_id,
            merchant_id: row.merchant_id,
            sku: row.sku,
            on_hand: row.on_hand,
            reserved: row.reserved,
            safety: row.safety,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// What a level was counted to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) level: StockLevelId,
    pub(crate) on_hand: i64,
    pub(crate) safety: i64,
}

/// Sets all these levels, locked before, in one statement.
pub(crate) async fn count_levels(tx: &WriteTx, counts: &[Count]) -> Result<(), Error> {
    let (list, mut values) = rows(counts.iter().map(|c| [c.level.into(), c.on_hand.into(), c.safety.into()]));
    if values.is_empty() {
        return Ok(());
    }
    values.push(tx.now().into());
    let sql = format!(
        "WITH change (level_id, counted, kept) AS (VALUES {list})
        UPDATE stock_level SET on_hand = counted, safety = kept, version = version + 1, updated_at = ?
        FROM change WHERE stock_level.id = level_id AND reserved <= counted"
    );
    exactly(counts.len(), tx.execute_raw(statement(&**tx, &sql, values)).await?.rows_affected())
}

/// Refuses a merchant that does not exist. Its staff need not be asked: they are of it.
pub(crate) async fn require_merchant(tx: &WriteTx, grant: &Grant, id: MerchantId) -> Result<(), Error> {
    if !grant.is_wide() {
        return Ok(());
    }
    let terms = merchants::selling_terms_on(&**tx, &[id]).await.map_err(of_merchants)?;
    if terms.contains_key(&id) { Ok(()) } else { Err(context::Error::NotFound("merchant").into()) }
}

fn of_merchants(error: merchants::Error) -> Error {
    match error {
        merchants::Error::Core(core) => Error::Core(core),
        other => Error::Core(context::Error::internal(other)),
    }
}
