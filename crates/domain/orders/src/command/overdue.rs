//! Goods that did not leave when they should have.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::{FulfillmentOrderId, OrderId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::json;

use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::{fulfillment_order, merchant_order};
use crate::event::ShipmentOverdue;
use crate::model::book::Book;
use crate::model::status::{FulfillmentOrderState, MerchantOrderState};

/// Finds fulfillment orders whose day to leave is over while units are open, marks them and their merchant orders as
/// late for good, and tells of it once. Returns how many; run by a schedule. What waits for the buyer's money is not
/// late, nor what lies ready to be collected; what its merchant holds is.
///
/// # Errors
/// The right may be missing; the database error. Those done before stay done.
pub async fn find_overdue(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let working = merchant_order::Entity::find()
        .select_only()
        .column(merchant_order::Column::Id)
        .filter(merchant_order::Column::State.is_in(WORKING));
    let due: Vec<OrderId> = fulfillment_order::Entity::find()
        .select_only()
        .column(fulfillment_order::Column::OrderId)
        .filter(fulfillment_order::Column::LateAt.is_null())
        .filter(fulfillment_order::Column::ReadyAt.is_null())
        .filter(fulfillment_order::Column::State.is_in(OPEN))
        .filter(fulfillment_order::Column::ShipBy.lte(ctx.now()))
        .filter(fulfillment_order::Column::MerchantOrderId.in_subquery(working.into_query()))
        .order_by_asc(fulfillment_order::Column::ShipBy)
        .order_by_asc(fulfillment_order::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(ctx.read())
        .await?;
    let mut count = 0;
    for order in BTreeSet::from_iter(due) {
        count += mark_all(ctx, order).await?;
    }
    Ok(count)
}

const WORKING: [MerchantOrderState; 2] = [MerchantOrderState::AwaitingAcceptance, MerchantOrderState::ToShip];
const OPEN: [FulfillmentOrderState; 3] =
    [FulfillmentOrderState::Open, FulfillmentOrderState::InProgress, FulfillmentOrderState::OnHold];

async fn mark_all(ctx: &Ctx, order: OrderId) -> Result<u64, Error> {
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let now = work.tx.now();
    // A parcel may have left between the look and the lock.
    let works = |part| work.book.parts.iter().any(|row| row.id == part && WORKING.contains(&row.state));
    let overdue = work.book.fulfillments.iter().filter(|row| {
        row.late_at.is_none()
            && row.ready_at.is_none()
            && row.ship_by <= now
            && OPEN.contains(&row.state)
            && works(row.merchant_order_id)
    });
    let overdue: Vec<_> = overdue.cloned().collect();
    for row in &overdue {
        mark(&mut work.book, row.id, now);
        work.note("late", Some(row.merchant_order_id), &json!({ "fulfillment_order": row.id, "ship_by": row.ship_by }));
        work.tx.emit(&ShipmentOverdue {
            order,
            merchant_order: row.merchant_order_id,
            merchant: row.merchant_id,
            fulfillment_order: row.id,
            ship_by: row.ship_by,
        });
    }
    if !overdue.is_empty() {
        work.finish().await?;
    }
    Ok(overdue.len() as u64)
}

/// Marks a fulfillment order and its merchant order as late, unless they are. It stays with them for good.
pub(super) fn mark(book: &mut Book, id: FulfillmentOrderId, now: DateTime<Utc>) {
    let Some(row) = book.fulfillments.iter_mut().find(|row| row.id == id) else { return };
    row.late_at.get_or_insert(now);
    let part = row.merchant_order_id;
    if let Some(part) = book.parts.iter_mut().find(|row| row.id == part) {
        part.late_at.get_or_insert(now);
    }
}
