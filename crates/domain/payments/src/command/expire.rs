//! Gives up payments that were not completed in time.

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::PaymentId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::plan::plan_voids;
use crate::actions::EXECUTE;
use crate::entity::payment;
use crate::error::Error;
use crate::event::PaymentExpired;
use crate::repo;

/// Payments given up in one call.
const BATCH: u64 = 100;

/// Closes payments whose time was up at `now`, each in a transaction of its own, and tells it. Returns them; when
/// there are a hundred, call again.
///
/// # Errors
/// The database error; the payments before it are closed.
pub async fn expire_due(ctx: &Ctx, now: DateTime<Utc>) -> Result<Vec<PaymentId>, Error> {
    ctx.authorize(EXECUTE)?;
    let due = payment::Entity::find()
        .filter(payment::Column::ExpiresAt.lte(now))
        .filter(payment::Column::ExpiredAt.is_null())
        .filter(payment::Column::ClosedAt.is_null())
        .order_by_asc(payment::Column::ExpiresAt)
        .limit(BATCH)
        .all(ctx.read())
        .await?;
    let mut expired = Vec::with_capacity(due.len());
    for row in due {
        let mut tx = ctx.begin_write().await?;
        let mut payment = repo::lock_payment(&tx, row.id).await?;
        // Paid or closed since it was read.
        if payment.closed_at.is_some() || payment.expires_at.is_none_or(|at| at > now) {
            continue;
        }
        payment.expired_at = Some(tx.now());
        payment.closed_at = Some(tx.now());
        plan_voids(&mut tx, &mut payment).await?;
        repo::save_payment(&tx, &payment).await?;
        let received_minor = payment.amounts.captured.done_minor;
        tx.emit(&PaymentExpired { payment: payment.id, order: payment.order_id, received_minor });
        tx.commit().await?;
        expired.push(payment.id);
    }
    Ok(expired)
}
