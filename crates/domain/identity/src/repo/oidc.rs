//! Identities at providers, and attempts to sign in by them.

use chrono::{DateTime, Utc};
use db::dialect::statement;
use kernel::id::{IdentityLinkId, SignInAttemptId, UserId};
use sea_orm::{ConnectionTrait, QueryResult, Value};

use crate::Error;
use crate::model::{LinkedIdentity, OidcPurpose, Secret};

const IDENTITY: &str = "SELECT id, user_id, issuer, created_at, used_at FROM user_identity";

async fn run<C: ConnectionTrait>(conn: &C, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64, Error> {
    Ok(conn.execute_raw(statement(conn, sql, values)).await?.rows_affected())
}

fn identity(row: &QueryResult) -> Result<LinkedIdentity, Error> {
    Ok(LinkedIdentity {
        id: row.try_get("", "id")?,
        user: row.try_get("", "user_id")?,
        issuer: row.try_get("", "issuer")?,
        created_at: row.try_get("", "created_at")?,
        used_at: row.try_get("", "used_at")?,
    })
}

/// The identity of a subject, if it is linked.
pub(crate) async fn by_subject<C: ConnectionTrait>(
    conn: &C,
    issuer: &str,
    subject: &str,
) -> Result<Option<LinkedIdentity>, Error> {
    let sql = format!("{IDENTITY} WHERE issuer = ? AND subject = ?");
    let row = conn.query_one_raw(statement(conn, &sql, [issuer.into(), subject.into()])).await?;
    row.as_ref().map(identity).transpose()
}

/// The identities of an account: one for each provider at most.
pub(crate) async fn of_user<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<Vec<LinkedIdentity>, Error> {
    let sql = format!("{IDENTITY} WHERE user_id = ? ORDER BY issuer");
    let rows = conn.query_all_raw(statement(conn, &sql, [user.into()])).await?;
    rows.iter().map(identity).collect()
}

/// Links an identity; tells `false` when it is linked, or the account has one of this provider. Waits for a rival that is
/// not committed yet.
pub(crate) async fn insert<C: ConnectionTrait>(conn: &C, new: &LinkedIdentity, subject: &str) -> Result<bool, Error> {
    let sql = "INSERT INTO user_identity (id, user_id, issuer, subject, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING";
    let values = [new.id.into(), new.user.into(), new.issuer.clone().into(), subject.into(), new.created_at.into()];
    Ok(run(conn, sql, values).await? == 1)
}

/// Notes that somebody signed in by it.
pub(crate) async fn used<C: ConnectionTrait>(conn: &C, id: IdentityLinkId, now: DateTime<Utc>) -> Result<(), Error> {
    run(conn, "UPDATE user_identity SET used_at = ? WHERE id = ?", [now.into(), id.into()]).await?;
    Ok(())
}

/// Takes a link away.
pub(crate) async fn remove<C: ConnectionTrait>(conn: &C, id: IdentityLinkId) -> Result<(), Error> {
    run(conn, "DELETE FROM user_identity WHERE id = ?", [id.into()]).await?;
    Ok(())
}

/// Forgets all that an account has at providers, and what was begun there.
pub(crate) async fn remove_all<C: ConnectionTrait>(conn: &C, user: UserId) -> Result<(), Error> {
    run(conn, "DELETE FROM user_identity WHERE user_id = ?", [user.into()]).await?;
    run(conn, "DELETE FROM sign_in_attempt WHERE user_id = ?", [user.into()]).await?;
    Ok(())
}

/// A browser that was sent to a provider.
pub(crate) struct Attempt {
    pub(crate) id: SignInAttemptId,
    pub(crate) provider: String,
    pub(crate) purpose: OidcPurpose,
    pub(crate) user_agent: Option<String>,
}

/// Keeps an attempt until `expires_at`.
pub(crate) async fn begin<C: ConnectionTrait>(
    conn: &C,
    attempt: &Attempt,
    secret: &Secret,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Error> {
    let sql = "INSERT INTO sign_in_attempt
        (id, secret_hash, provider, purpose, user_id, invitation_id, user_agent, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let purpose = attempt.purpose;
    let values: [Value; 9] = [
        attempt.id.into(),
        secret.digest().into(),
        attempt.provider.clone().into(),
        purpose.as_str().into(),
        purpose.user().into(),
        purpose.invitation().into(),
        attempt.user_agent.clone().into(),
        now.into(),
        expires_at.into(),
    ];
    run(conn, sql, values).await?;
    Ok(())
}

/// Uses an attempt up and gives it; `None` when there is none, it is over, was used, or was begun for something else.
pub(crate) async fn use_up<C: ConnectionTrait>(
    conn: &C,
    id: SignInAttemptId,
    secret: &Secret,
    purpose: OidcPurpose,
    now: DateTime<Utc>,
) -> Result<Option<Attempt>, Error> {
    let (mut which, mut values) = (String::new(), vec![now.into(), id.into(), secret.digest().into()]);
    values.extend([purpose.as_str().into(), now.into()]);
    if let Some(user) = purpose.user() {
        which.push_str(" AND user_id = ?");
        values.push(user.into());
    }
    if let Some(invitation) = purpose.invitation() {
        which.push_str(" AND invitation_id = ?");
        values.push(invitation.into());
    }
    let sql = format!(
        "UPDATE sign_in_attempt SET used_at = ?
        WHERE id = ? AND secret_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?{which}"
    );
    if run(conn, &sql, values).await? != 1 {
        return Ok(None);
    }
    let sql = "SELECT provider, user_agent FROM sign_in_attempt WHERE id = ?";
    let Some(row) = conn.query_one_raw(statement(conn, sql, [id.into()])).await? else { return Ok(None) };
    let (provider, user_agent) = (row.try_get("", "provider")?, row.try_get("", "user_agent")?);
    Ok(Some(Attempt { id, provider, purpose, user_agent }))
}

/// Removes what is over.
pub(crate) async fn purge<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<u64, Error> {
    run(conn, "DELETE FROM sign_in_attempt WHERE expires_at <= ?", [now.into()]).await
}
