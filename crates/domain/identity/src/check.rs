//! What `souk verify` re-derives here.

use db::dialect;
use sea_orm::{ConnectionTrait, DbErr};

/// Differences between what is stored and what must hold, as sentences; empty when all is well.
///
/// # Errors
/// The database error.
pub async fn check<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    let rules = [
        (
            "SELECT count(*) FROM user_session s JOIN user_account u ON u.id = s.user_id WHERE u.status <> 'active'",
            "sessions of accounts that are not active",
        ),
        (
            "SELECT count(*) FROM membership m JOIN user_account u ON u.id = m.user_id WHERE u.status = 'erased'",
            "memberships of erased accounts",
        ),
        (
            "SELECT count(*) FROM invitation i WHERE i.accepted_at IS NOT NULL AND i.accepted_at >= i.expires_at",
            "invitations that were accepted after they had expired",
        ),
    ];
    for (sql, what) in rules {
        let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("identity: {count} {what}"));
        }
    }
    Ok(found)
}
