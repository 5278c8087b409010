//! Ending sessions.

use context::Ctx;
use history::Change;
use kernel::id::{SessionId, UserId};
use kernel::text;

use super::oneself;
use crate::query::wide;
use crate::{Error, actions, repo};

/// Ends the session of the request. Ending it twice is no error.
///
/// # Errors
/// Denied when nobody is signed in.
pub async fn sign_out(ctx: &Ctx) -> Result<(), Error> {
    let user = oneself(ctx)?;
    let Some(session) = ctx.actor().session() else { return Ok(()) };
    let mut tx = ctx.begin_write().await?;
    if repo::session::remove(&*tx, user, session).await? {
        tx.record(Change::new("user", user, "signed_out").field("session", session, None::<String>));
    }
    Ok(tx.commit().await?)
}

/// Ends one of one's own sessions.
///
/// # Errors
/// Denied; not found when it is over or somebody else's.
pub async fn session_revoke(ctx: &Ctx, id: SessionId) -> Result<(), Error> {
    let user = oneself(ctx)?;
    let mut tx = ctx.begin_write().await?;
    if !repo::session::remove(&*tx, user, id).await? {
        return Err(context::Error::NotFound("session").into());
    }
    tx.record(Change::new("user", user, "session_revoked").field("session", id, None::<String>));
    Ok(tx.commit().await?)
}

/// Ends all of one's own sessions but that of the request; tells how many.
///
/// # Errors
/// Denied.
pub async fn session_revoke_others(ctx: &Ctx) -> Result<u64, Error> {
    let user = oneself(ctx)?;
    let mut tx = ctx.begin_write().await?;
    let ended = repo::session::remove_all(&*tx, user, ctx.actor().session()).await?;
    if ended > 0 {
        tx.record(Change::new("user", user, "sessions_revoked").field("sessions", ended, 0));
    }
    tx.commit().await?;
    Ok(ended)
}

/// Whose session to end, and why.
#[derive(Debug, Clone)]
pub struct UserSessionsRevoke {
    /// The account.
    pub user: UserId,
    /// Which session; all of them if none.
    pub session: Option<SessionId>,
    /// In the words of the operator.
    pub reason: String,
}

/// Ends a session of an account, or all of them; tells how many. For the operator.
///
/// # Errors
/// Denied; not found for an account or a session that is not there; invalid `reason`.
pub async fn user_sessions_revoke(ctx: &Ctx, input: UserSessionsRevoke) -> Result<u64, Error> {
    wide(ctx, actions::SESSION_REVOKE)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write().await?;
    super::account::locked(&tx, input.user).await?;
    let ended = match input.session {
        Some(session) if repo::session::remove(&*tx, input.user, session).await? => 1,
        Some(_) => return Err(context::Error::NotFound("session").into()),
        None => repo::session::remove_all(&*tx, input.user, None).await?,
    };
    if ended > 0 {
        let change = Change::new("user", input.user, "sessions_revoked").about("user", input.user, reason);
        tx.record(change.field("session", input.session, None::<String>).field("sessions", ended, 0));
    }
    tx.commit().await?;
    Ok(ended)
}
