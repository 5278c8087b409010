//! Ending sessions.

use context::Ctx;
use history::Change;
use kernel::id::SessionId;

use super::oneself;
use crate::{Error, repo};

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
