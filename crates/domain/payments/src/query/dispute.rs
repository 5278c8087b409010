//! Chargebacks.

use context::{Ctx, Error as CoreError};
use kernel::id::{DisputeId, PaymentId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::wide;
use crate::actions::READ;
use crate::entity::dispute;
use crate::error::Error;
use crate::model::{Dispute, DisputeState};

/// Which disputes.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisputeFilter {
    /// Only of this payment.
    pub payment: Option<PaymentId>,
    /// Only in this state.
    pub state: Option<DisputeState>,
}

/// Disputes, the newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn disputes(ctx: &Ctx, filter: &DisputeFilter, page: &PageArgs) -> Result<Page<Dispute>, Error> {
    wide(&ctx.authorize(READ)?)?;
    let mut query = dispute::Entity::find().order_by_desc(dispute::Column::Id).limit(page.limit());
    if let Some(payment) = filter.payment {
        query = query.filter(dispute::Column::PaymentId.eq(payment));
    }
    if let Some(state) = filter.state {
        query = query.filter(dispute::Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<DisputeId>()? {
        query = query.filter(dispute::Column::Id.lt(after));
    }
    let rows = query.all(ctx.read()).await?.into_iter().map(Dispute::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Dispute| row.id))
}

/// One dispute; for the operator.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn dispute(ctx: &Ctx, id: DisputeId) -> Result<Dispute, Error> {
    wide(&ctx.authorize(READ)?)?;
    let row = dispute::Entity::find_by_id(id).one(ctx.read()).await?;
    Ok(row.map(Dispute::from).ok_or(CoreError::NotFound("dispute"))?)
}
