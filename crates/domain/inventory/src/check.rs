//! Proof that stock is what its journal and its promises say.

use db::dialect::statement;
use kernel::id::StockLevelId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::error::Error;

#[derive(FromQueryResult)]
struct Difference {
    id: StockLevelId,
    sku: String,
    on_hand: i64,
    moved: i64,
    reserved: i64,
    open: i64,
}

/// Every level where units on hand differ from the sum of the journal, or reserved units from the open parts of the
/// reservations; a sentence each. Empty when all is well.
///
/// # Errors
/// The database error.
pub async fn stock<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let sql = "SELECT l.id, l.sku, l.on_hand, CAST(COALESCE(m.total, 0) AS bigint) AS moved, l.reserved,
            CAST(COALESCE(r.total, 0) AS bigint) AS open
        FROM stock_level l
        LEFT JOIN (SELECT stock_level_id, SUM(quantity) AS total FROM stock_movement GROUP BY stock_level_id) m
            ON m.stock_level_id = l.id
        LEFT JOIN (SELECT stock_level_id, SUM(quantity - consumed - released) AS total FROM stock_reservation
            GROUP BY stock_level_id) r ON r.stock_level_id = l.id
        WHERE l.on_hand <> COALESCE(m.total, 0) OR l.reserved <> COALESCE(r.total, 0)
        ORDER BY l.id";
    let rows = Difference::find_by_statement(statement(conn, sql, [])).all(conn).await?;
    let mut differences = Vec::new();
    for row in rows {
        if row.on_hand != row.moved {
            let (id, sku, on_hand, moved) = (row.id, &row.sku, row.on_hand, row.moved);
            differences.push(format!("stock {id} ({sku}): {on_hand} on hand, the journal says {moved}"));
        }
        if row.reserved != row.open {
            let (id, sku, reserved, open) = (row.id, &row.sku, row.reserved, row.open);
            differences.push(format!("stock {id} ({sku}): {reserved} reserved, the reservations say {open}"));
        }
    }
    Ok(differences)
}
