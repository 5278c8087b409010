//! Reminding merchants that do not answer.

use chrono::Duration;
use context::Ctx;
use kernel::id::{MerchantOrderId, OrderId};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::work::{Work, market_fault};
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::merchant_order;
use crate::event::AcceptanceDue;
use crate::model::status::MerchantOrderState;
use crate::repo;

/// Reminds merchants of orders whose time to accept is about to end, each once. Returns how many; run by a schedule.
/// Nobody is reminded before half of the time is over.
///
/// # Errors
/// The right may be missing; the database error. Those done before stay done.
pub async fn remind_due(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let market = marketplace::snapshot(ctx).await.map_err(market_fault)?;
    let before = Duration::hours(market.settings.remind_before_hours.into());
    let due = Condition::all()
        .add(merchant_order::Column::State.eq(MerchantOrderState::AwaitingAcceptance))
        .add(merchant_order::Column::RemindedAt.is_null())
        .add(merchant_order::Column::AcceptBy.lte(ctx.now() + before))
        .add(merchant_order::Column::AcceptBy.gt(ctx.now()));
    let mut count = 0;
    if before > Duration::zero() {
        for (part, order) in repo::due_parts(ctx.read(), due, limit).await? {
            count += u64::from(remind(ctx, order, part).await?);
        }
    }
    Ok(count)
}

async fn remind(ctx: &Ctx, order: OrderId, id: MerchantOrderId) -> Result<bool, Error> {
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let now = work.tx.now();
    // The merchant may have answered between the look and the lock.
    let part = work.book.part_mut(id)?;
    let (Some(released_at), Some(accept_by)) = (part.released_at, part.accept_by) else { return Ok(false) };
    let waits = part.state == MerchantOrderState::AwaitingAcceptance && part.reminded_at.is_none();
    if !waits || now - released_at < accept_by - now {
        return Ok(false);
    }
    part.reminded_at = Some(now);
    let merchant = part.merchant_id;
    work.tx.emit(&AcceptanceDue { order, merchant_order: id, merchant, accept_by });
    work.note("reminded", Some(id), &json!({ "accept_by": accept_by }));
    work.finish().await?;
    Ok(true)
}
