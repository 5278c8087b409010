//! Removing what is over.

use context::Ctx;

use crate::{Error, actions, repo};

/// How many rows went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Sessions that were over.
    pub sessions: u64,
    /// Mailed tokens that had expired.
    pub tokens: u64,
    /// Sign-ins that waited for a second factor.
    pub challenges: u64,
    /// Browsers that did not come back from a provider.
    pub attempts: u64,
    /// Counts of failed tries that are forgotten.
    pub tallies: u64,
}

/// Removes sessions, mailed tokens and counts of failed tries that are over. For a schedule; nothing depends on it.
///
/// # Errors
/// Denied.
pub async fn purge_expired(ctx: &Ctx) -> Result<Purged, Error> {
    ctx.authorize(actions::PURGE)?;
    let tx = ctx.begin_write().await?;
    let purged = Purged {
        sessions: repo::session::purge(&*tx, tx.now()).await?,
        tokens: repo::mail_token::purge(&*tx, tx.now()).await?,
        challenges: repo::second_factor::purge(&*tx, tx.now()).await?,
        attempts: repo::oidc::purge(&*tx, tx.now()).await?,
        tallies: repo::throttle::purge(&*tx, tx.now()).await?,
    };
    tx.commit().await?;
    Ok(purged)
}
