//! Ending sessions.

use context::Ctx;
use history::Change;
use kernel::id::SessionId;

use super::oneself;
use crate::model::Secret;
use crate::{Error, repo};

/// Ends the session of the bearer. Ending it twice is no error.
///
/// # Errors
/// Denied when nobody is signed in.
pub async fn sign_out(ctx: &Ctx, bearer: &Secret) -> Result<(), Error> {
    let user = oneself(ctx)?;
    let mut tx = ctx.begin_write().await?;
    if repo::session::remove_by_token(&*tx, user, bearer).await? {
        tx.record(Change::new("user", user, "signed_out"));
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

/// Ends all of one's own sessions but the one of `keep`; tells how many.
///
/// # Errors
/// Denied.
pub async fn session_revoke_others(ctx: &Ctx, keep: Option<&Secret>) -> Result<u64, Error> {
    let user = oneself(ctx)?;
    let mut tx = ctx.begin_write().await?;
    let ended = repo::session::remove_all(&*tx, user, keep).await?;
    if ended > 0 {
        tx.record(Change::new("user", user, "sessions_revoked").field("sessions", ended, 0));
    }
    tx.commit().await?;
    Ok(ended)
}
