//! Pausing, resuming and ending an offer.

use context::Ctx;
use kernel::id::OfferId;

use super::tell;
use super::upsert::save;
use crate::actions::OFFER_EDIT;
use crate::error::Error;
use crate::model::{Offer, OfferAction};
use crate::repo;

/// A change of status.
#[derive(Debug, Clone)]
pub struct OfferStatusChange {
    /// Which offer.
    pub id: OfferId,
    /// The version the caller saw.
    pub expected_version: i64,
    /// What to do.
    pub action: OfferAction,
}

/// Pauses, resumes or ends an offer. An ended offer stays ended; its SKU is free for a new one.
///
/// # Errors
/// [`Error::InvalidTransition`] when the status does not allow it; `STALE_VERSION` when somebody else changed the offer
/// meanwhile; not found for another merchant's.
pub async fn offer_status_change(ctx: &Ctx, input: OfferStatusChange) -> Result<Offer, Error> {
    let grant = ctx.authorize_within(OFFER_EDIT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::lock_one(&tx, &grant, input.id).await?;
    if before.version != input.expected_version {
        return Err(context::Error::Stale("offer").into());
    }
    let (status, wanted) = (before.status, input.action);
    let mut after = before.clone();
    after.status = status.after(wanted).ok_or(Error::InvalidTransition { status, wanted })?;
    after.version += 1;
    after.updated_at = tx.now();
    let changed = [(Some(before), after.clone())];
    save(&tx, &changed).await?;
    tell(&mut tx, wanted.as_str(), &changed);
    tx.commit().await?;
    Ok(after)
}
