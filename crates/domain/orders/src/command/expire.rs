//! The deadline for accepting.

use context::Ctx;
use kernel::id::{MerchantOrderId, OrderId};
use sea_orm::{ColumnTrait, Condition};

use super::decide::refuse;
use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::merchant_order;
use crate::model::state::{MerchantOrderAction, allowed};
use crate::model::status::{CancelReason, MerchantOrderState, Outcome};
use crate::repo;

/// Refuses merchant orders whose time to accept is over, each in a transaction of its own. Returns how many; run by
/// a schedule. Two nodes may run it at once: each merchant order expires once.
///
/// # Errors
/// The right may be missing; the database error. Those done before stay done.
pub async fn expire_due(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let due = Condition::all()
        .add(merchant_order::Column::State.eq(MerchantOrderState::AwaitingAcceptance))
        .add(merchant_order::Column::AcceptBy.lt(ctx.now()));
    let mut count = 0;
    for (part, order) in repo::due_parts(ctx.read(), due, limit).await? {
        count += u64::from(expire(ctx, order, part).await?);
    }
    Ok(count)
}

async fn expire(ctx: &Ctx, order: OrderId, id: MerchantOrderId) -> Result<bool, Error> {
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let now = work.tx.now();
    let part = work.book.part(id)?;
    // The merchant may have answered between the look and the lock.
    let waits = allowed(&work.book.facts(part)).contains(&MerchantOrderAction::Decide);
    if !waits || part.accept_by.is_none_or(|at| at >= now) {
        return Ok(false);
    }
    let part = work.book.part_mut(id)?;
    part.outcome = Some(Outcome::Expired);
    part.decided_at = Some(now);
    let lines: Vec<_> = work.book.open_units(id).into_iter().map(|units| (units, CancelReason::Expired)).collect();
    refuse(&mut work, id, &lines, true).await?;
    work.finish().await?;
    Ok(true)
}
