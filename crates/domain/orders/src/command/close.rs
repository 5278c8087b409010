//! The end of a merchant order.

use context::Ctx;
use kernel::id::{MerchantOrderId, OrderId};
use sea_orm::{ColumnTrait, Condition};
use serde_json::json;

use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::merchant_order;
use crate::model::book::Book;
use crate::model::state::{MerchantOrderAction, allowed};
use crate::model::status::MerchantOrderState;
use crate::repo;

/// Closes a delivered merchant order before its time.
///
/// # Errors
/// Not found; [`Error::InvalidTransition`].
pub async fn close(ctx: &Ctx, id: MerchantOrderId) -> Result<Book, Error> {
    let grant = ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = repo::order_of_part(&*tx, &grant, id).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.book.require(id, MerchantOrderAction::Close)?;
    close_in(&mut work, id)?;
    work.finish().await
}

/// Closes delivered merchant orders whose time to complain is over. Returns how many; run by a schedule.
///
/// # Errors
/// The right may be missing; the database error. Those done before stay done.
pub async fn close_due(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let due = Condition::all()
        .add(merchant_order::Column::State.eq(MerchantOrderState::Delivered))
        .add(merchant_order::Column::IncidentOpen.eq(false))
        .add(merchant_order::Column::ReturnsOpen.eq(0))
        .add(merchant_order::Column::CloseAfter.lt(ctx.now()));
    let mut count = 0;
    for (part, order) in repo::due_parts(ctx.read(), due, limit).await? {
        count += u64::from(close_one(ctx, order, part).await?);
    }
    Ok(count)
}

async fn close_one(ctx: &Ctx, order: OrderId, id: MerchantOrderId) -> Result<bool, Error> {
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    if !allowed(&work.book.facts(work.book.part(id)?)).contains(&MerchantOrderAction::Close) {
        return Ok(false);
    }
    close_in(&mut work, id)?;
    work.finish().await?;
    Ok(true)
}

fn close_in(work: &mut Work, id: MerchantOrderId) -> Result<(), Error> {
    let now = work.tx.now();
    work.book.part_mut(id)?.closed_at = Some(now);
    work.note("closed", Some(id), &json!({}));
    Ok(())
}
