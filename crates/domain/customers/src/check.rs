//! What `souk verify` re-derives here.

use db::dialect;
use sea_orm::{ConnectionTrait, DbErr};

/// Differences between what is stored and what must hold, as sentences; empty when all is well.
///
/// # Errors
/// The database error.
pub async fn check<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    for (what, table) in [("addresses", "customer_address"), ("places in companies", "company_member")] {
        let sql =
            format!("SELECT count(*) FROM {table} a JOIN customer c ON c.id = a.customer_id WHERE c.status = 'erased'");
        let row = conn.query_one_raw(dialect::statement(conn, &sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("customers: {count} {what} of erased buyers"));
        }
    }
    Ok(found)
}
