//! How captured money was spread over merchant orders.

use context::Ctx;
use kernel::id::PaymentOperationId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Error;
use crate::actions::READ;
use crate::entity::{Capture, capture};

/// The shares of the money that one operation brought, by merchant order.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn captures_of_operation(ctx: &Ctx, operation: PaymentOperationId) -> Result<Vec<Capture>, Error> {
    let grant = ctx.authorize(READ)?;
    if !grant.is_wide() {
        return Err(context::Error::NotFound("payment operation").into());
    }
    let rows = capture::Entity::find()
        .filter(capture::Column::OperationId.eq(operation))
        .order_by_asc(capture::Column::MerchantOrderId)
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows)
}
