//! Proves what was given up of what companies owe.

use std::collections::HashMap;

use db::dialect::{pad, placeholders, statement};
use kernel::id::{LedgerTxId, WriteOffId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::buyer_write_off as row;
use crate::error::Error;
use crate::model::EntryState;

/// Write-offs looked at together.
const BATCH: u64 = 200;

/// Every way in which write-offs are wrong. Empty when all is well: each posted one stands in the ledger with its
/// amount and the merchant's share of it, and what was paid after all has its running share for the merchant.
///
/// # Errors
/// The database error.
pub async fn write_offs<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut after: Option<WriteOffId> = None;
    loop {
        let mut query = row::Entity::find()
            .filter(row::Column::State.eq(EntryState::Posted.as_str()))
            .order_by_asc(row::Column::Id)
            .limit(BATCH);
        if let Some(after) = after {
            query = query.filter(row::Column::Id.gt(after));
        }
        let rows = query.all(conn).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = Some(last.id);
        let txs: Vec<LedgerTxId> = rows.iter().filter_map(|row| row.tx_id).collect();
        let posted = posted(conn, &txs).await?;
        for row in rows {
            let told = row.tx_id.and_then(|tx| posted.get(&tx)).copied().unwrap_or_default();
            if told != (row.amount_minor, row.merchant_minor) {
                let stored = (row.amount_minor, row.merchant_minor);
                found.push(format!("write-off {}: {stored:?} were given up, the ledger says {told:?}", row.id));
            }
            let rounding = kernel::Rounding::HalfUp;
            let share = kernel::cumulative(row.merchant_minor, row.recovered_minor, row.amount_minor, rounding);
            if share != row.recovered_merchant_minor {
                found.push(format!("write-off {}: the merchant got another share of what was paid after all", row.id));
            }
        }
    }
}

#[derive(FromQueryResult)]
struct Posted {
    tx_id: LedgerTxId,
    given_minor: i64,
    merchant_minor: i64,
}

async fn posted<C: ConnectionTrait>(conn: &C, txs: &[LedgerTxId]) -> Result<HashMap<LedgerTxId, (i64, i64)>, Error> {
    let sql = format!(
        "SELECT e.tx_id,
            CAST(SUM(CASE WHEN a.role = 'asset:buyer:receivable' THEN e.amount_minor ELSE 0 END) AS bigint) AS given_minor,
            CAST(SUM(CASE WHEN e.merchant_id IS NOT NULL THEN e.amount_minor ELSE 0 END) AS bigint) AS merchant_minor
        FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.tx_id IN ({}) GROUP BY e.tx_id",
        placeholders(txs.len())
    );
    let values: Vec<sea_orm::Value> = pad(txs.iter().map(|id| (*id).into()).collect());
    let rows = Posted::find_by_statement(statement(conn, &sql, values)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.tx_id, (row.given_minor, row.merchant_minor))).collect())
}
