//! Second factors and those who wait to show theirs.

use chrono::{DateTime, Utc};
use context::Sealed;
use db::dialect::statement;
use kernel::id::UserId;
use sea_orm::{ConnectionTrait, Value};

use crate::Error;
use crate::model::{Secret, recovery_digest};

/// What an app shares with Souk.
pub(crate) struct Totp {
    /// The secret, sealed.
    pub(crate) sealed: Sealed,
    pub(crate) last_step: i64,
    pub(crate) confirmed: bool,
}

async fn run<C: ConnectionTrait>(conn: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, Error> {
    Ok(conn.execute_raw(statement(conn, sql, values)).await?.rows_affected())
}

/// The app of a user, if there is one.
pub(crate) async fn totp<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<Option<Totp>, Error> {
    let sql = "SELECT secret, key_id, last_step, confirmed_at FROM user_totp WHERE user_id = ?";
    let Some(row) = conn.query_one_raw(statement(conn, sql, [user.into()])).await? else { return Ok(None) };
    Ok(Some(Totp {
        sealed: Sealed { key: row.try_get("", "key_id")?, text: row.try_get("", "secret")? },
        last_step: row.try_get("", "last_step")?,
        confirmed: row.try_get::<Option<DateTime<Utc>>>("", "confirmed_at")?.is_some(),
    }))
}

/// Whether the user has a second factor.
pub(crate) async fn is_on<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<bool, Error> {
    Ok(totp(conn, user).await?.is_some_and(|totp| totp.confirmed))
}

/// Begins an app that is not confirmed yet, in place of one that never was; tells `false` when there is one that is.
pub(crate) async fn begin<C: ConnectionTrait>(
    conn: &C,
    user: UserId,
    secret: &Sealed,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let sql = "INSERT INTO user_totp (user_id, secret, key_id, last_step, created_at) VALUES (?, ?, ?, 0, ?)
        ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, key_id = excluded.key_id, last_step = 0, created_at = excluded.created_at
        WHERE user_totp.confirmed_at IS NULL";
    Ok(run(conn, sql, [user.into(), secret.text.clone().into(), secret.key.clone().into(), now.into()]).await? == 1)
}

/// Keeps the same secret under another key.
pub(crate) async fn reseal<C: ConnectionTrait>(conn: &C, user: UserId, secret: &Sealed) -> Result<(), Error> {
    let sql = "UPDATE user_totp SET secret = ?, key_id = ? WHERE user_id = ?";
    run(conn, sql, [secret.text.clone().into(), secret.key.clone().into(), user.into()]).await?;
    Ok(())
}

/// Uses the code of a step up; tells `false` when that step or a later one was used.
pub(crate) async fn use_step<C: ConnectionTrait>(conn: &C, user: UserId, step: i64) -> Result<bool, Error> {
    let sql = "UPDATE user_totp SET last_step = ? WHERE user_id = ? AND last_step < ?";
    Ok(run(conn, sql, [step.into(), user.into(), step.into()]).await? == 1)
}

/// The app is good from now on; tells `false` when it was before.
pub(crate) async fn confirm<C: ConnectionTrait>(conn: &C, user: UserId, now: DateTime<Utc>) -> Result<bool, Error> {
    let sql = "UPDATE user_totp SET confirmed_at = ? WHERE user_id = ? AND confirmed_at IS NULL";
    Ok(run(conn, sql, [now.into(), user.into()]).await? == 1)
}

/// Removes app and recovery codes; tells whether there was an app that was confirmed.
pub(crate) async fn remove<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<bool, Error> {
    run(conn, "DELETE FROM recovery_code WHERE user_id = ?", [user.into()]).await?;
    run(conn, "DELETE FROM sign_in_challenge WHERE user_id = ?", [user.into()]).await?;
    run(conn, "DELETE FROM user_totp WHERE user_id = ? AND confirmed_at IS NULL", [user.into()]).await?;
    Ok(run(conn, "DELETE FROM user_totp WHERE user_id = ?", [user.into()]).await? == 1)
}

/// Puts new recovery codes in place of all former ones.
pub(crate) async fn replace_codes<C: ConnectionTrait>(conn: &C, user: UserId, codes: &[String]) -> Result<(), Error> {
    run(conn, "DELETE FROM recovery_code WHERE user_id = ?", [user.into()]).await?;
    let rows = vec!["(?, ?)"; codes.len()].join(", ");
    let values = codes.iter().flat_map(|code| [user.into(), recovery_digest(user, code).into()]);
    let sql = format!("INSERT INTO recovery_code (user_id, code_hash) VALUES {rows}");
    run(conn, &sql, values.collect::<Vec<Value>>()).await?;
    Ok(())
}

/// Uses a recovery code up; tells `false` when it is none or was used.
pub(crate) async fn use_code<C: ConnectionTrait>(
    conn: &C,
    user: UserId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let sql = "UPDATE recovery_code SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL";
    Ok(run(conn, sql, [now.into(), user.into(), recovery_digest(user, code).into()]).await? == 1)
}

/// How many recovery codes are left.
pub(crate) async fn codes_left<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM recovery_code WHERE user_id = ? AND used_at IS NULL";
    let row = conn.query_one_raw(statement(conn, sql, [user.into()])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// Somebody whose password was right.
pub(crate) struct Waiting {
    pub(crate) user: UserId,
    pub(crate) user_agent: Option<String>,
}

/// Keeps somebody whose password was right until `expires_at`.
pub(crate) async fn wait<C: ConnectionTrait>(
    conn: &C,
    token: &Secret,
    waiting: &Waiting,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    let sql = "INSERT INTO sign_in_challenge (token_hash, user_id, user_agent, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?)";
    let agent = waiting.user_agent.clone();
    run(conn, sql, [token.digest().into(), waiting.user.into(), agent.into(), now.into(), expires_at.into()]).await?;
    Ok(())
}

/// Who waits with this token, if the second factor can still be shown.
pub(crate) async fn waiting<C: ConnectionTrait>(
    conn: &C,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>, Error> {
    let sql = "SELECT user_id, user_agent FROM sign_in_challenge
        WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?";
    let Some(row) = conn.query_one_raw(statement(conn, sql, [token.digest().into(), now.into()])).await? else {
        return Ok(None);
    };
    Ok(Some(Waiting { user: row.try_get("", "user_id")?, user_agent: row.try_get("", "user_agent")? }))
}

/// Uses the token up; tells `false` when somebody was faster.
pub(crate) async fn end_waiting<C: ConnectionTrait>(
    conn: &C,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let sql = "UPDATE sign_in_challenge SET used_at = ? WHERE token_hash = ? AND used_at IS NULL";
    Ok(run(conn, sql, [now.into(), token.digest().into()]).await? == 1)
}

/// Nobody who gave the former password waits any longer.
pub(crate) async fn end_all_waiting<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<(), Error> {
    run(conn, "DELETE FROM sign_in_challenge WHERE user_id = ?", [user.into()]).await?;
    Ok(())
}

/// Removes what is over.
pub(crate) async fn purge<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<u64, Error> {
    run(conn, "DELETE FROM sign_in_challenge WHERE expires_at <= ?", [now.into()]).await
}
