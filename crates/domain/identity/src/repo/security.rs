//! The one row of what is asked of those who sign in.

use chrono::{DateTime, Utc};
use db::dialect::statement;
use sea_orm::ConnectionTrait;

use crate::Error;
use crate::model::SecurityPolicy;

pub(crate) async fn policy<C: ConnectionTrait>(conn: &C) -> Result<SecurityPolicy, Error> {
    let sql = "SELECT fresh_minutes, second_factor_roles, version FROM security_policy WHERE id = 1";
    let row = conn.query_one_raw(statement(conn, sql, [])).await?;
    let row = row.ok_or_else(|| context::Error::internal("there is no security policy"))?;
    let roles: String = row.try_get("", "second_factor_roles")?;
    Ok(SecurityPolicy {
        fresh_minutes: row.try_get("", "fresh_minutes")?,
        second_factor_roles: serde_json::from_str(&roles).map_err(context::Error::from)?,
        version: row.try_get("", "version")?,
    })
}

/// Saves it over the version before.
pub(crate) async fn save<C: ConnectionTrait>(
    conn: &C,
    policy: &SecurityPolicy,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let sql = "UPDATE security_policy SET fresh_minutes = ?, second_factor_roles = ?, version = ?, updated_at = ?
        WHERE id = 1 AND version = ?";
    let roles = serde_json::to_string(&policy.second_factor_roles).map_err(context::Error::from)?;
    let values =
        [policy.fresh_minutes.into(), roles.into(), policy.version.into(), now.into(), (policy.version - 1).into()];
    let done = conn.execute_raw(statement(conn, sql, values)).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(context::Error::Stale("policy").into()) }
}
