//! What the clock changes: planned closings begin and end, agreements are due, papers expire.

use context::Ctx;
use kernel::id::MerchantId;

use super::standing::{PAPERS_EXPIRED, kyc_in_tx};
use super::step::{Why, live_in_tx, rules};
use crate::actions::TURN;
use crate::event::MerchantSellingChanged;
use crate::model::{KycState, KycTransition, Status, Transition};
use crate::{Error, repo};

/// Looks at up to `limit` merchants for which an instant has come: lists are told to look again, papers that are too old
/// end what they showed, and restrict the merchant when the settings have a reason for it. Doing it twice changes
/// nothing. What may be sold does not wait for this: it is read with the time.
///
/// # Errors
/// Denied; the database error.
pub async fn turn_due(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(TURN)?;
    let due = repo::due_to_turn(ctx.read(), ctx.now(), limit).await?;
    let mut turned = 0;
    for id in due {
        turned += u64::from(turn(ctx, id).await?);
    }
    Ok(turned)
}

async fn turn(ctx: &Ctx, id: MerchantId) -> Result<bool, Error> {
    let grant = ctx.authorize(TURN)?;
    let rules = rules(ctx).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let now = tx.now();
    let Some((merchant, listed)) = repo::lock_to_turn(&tx, &grant, id, now).await? else { return Ok(false) };
    let mut after = merchant;
    if after.kyc.state == KycState::Approved && after.kyc.expires_at.is_some_and(|at| at <= now) {
        let why = Why::of_souk(PAPERS_EXPIRED, "the papers are too old");
        after = kyc_in_tx(&mut tx, &grant, &after, KycTransition::Expire, &why, None).await?;
        if let Some(effects) = rules.effects_of(PAPERS_EXPIRED).filter(|_| after.status == Status::Active) {
            after = live_in_tx(&mut tx, &grant, &after, Transition::Restrict, &why, Some(effects)).await?;
        }
    }
    // The version stays when only the clock moved: nobody who reads the merchant sees a difference.
    repo::turn(&tx, &grant, &after, now).await?;
    if after.is_listed(now) != listed {
        tx.emit(&MerchantSellingChanged { merchant: id });
    }
    tx.commit().await?;
    Ok(true)
}
