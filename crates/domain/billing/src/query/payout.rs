//! Payouts.

use std::collections::HashMap;

use context::{Ctx, Error as CoreError, within_merchants};
use kernel::id::{MerchantId, PayoutId, PayoutRunId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::{READ_PAYOUT, READ_RUN};
use crate::entity::{payout as payout_row, payout_run};
use crate::error::Error;
use crate::model::{Payout, PayoutRun, PayoutState};

/// Which payouts.
#[derive(Debug, Clone, Copy, Default)]
pub struct PayoutFilter {
    /// Only this merchant's.
    pub merchant: Option<MerchantId>,
    /// Only of this run.
    pub run: Option<PayoutRunId>,
    /// Only in this state.
    pub state: Option<PayoutState>,
}

/// One payout.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn payout(ctx: &Ctx, id: PayoutId) -> Result<Payout, Error> {
    let grant = ctx.authorize(READ_PAYOUT)?;
    let own = within_merchants(&grant, payout_row::Column::MerchantId);
    let row = payout_row::Entity::find_by_id(id).filter(own).one(&ctx.read_for(&grant)).await?;
    Ok(row.map(Payout::from).ok_or(CoreError::NotFound("payout"))?)
}

/// Payouts, newest first; a merchant sees its own.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn payouts(ctx: &Ctx, filter: &PayoutFilter, page: &PageArgs) -> Result<Page<Payout>, Error> {
    let grant = ctx.authorize(READ_PAYOUT)?;
    let mut query = payout_row::Entity::find()
        .filter(within_merchants(&grant, payout_row::Column::MerchantId))
        .order_by_desc(payout_row::Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(payout_row::Column::MerchantId.eq(merchant));
    }
    if let Some(run) = filter.run {
        query = query.filter(payout_row::Column::RunId.eq(run));
    }
    if let Some(state) = filter.state {
        query = query.filter(payout_row::Column::State.eq(state.as_str()));
    }
    if let Some(after) = page.after_key::<PayoutId>()? {
        query = query.filter(payout_row::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(Payout::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Payout| row.id))
}

/// Payout runs, newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn payout_runs(ctx: &Ctx, page: &PageArgs) -> Result<Page<PayoutRun>, Error> {
    let grant = ctx.authorize(READ_RUN)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("payout run").into());
    }
    let mut query = payout_run::Entity::find().order_by_desc(payout_run::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<PayoutRunId>()? {
        query = query.filter(payout_run::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(PayoutRun::from).collect();
    Ok(Page::from_rows(rows, page, |row: &PayoutRun| row.id))
}

/// Runs by id; none for who may not see runs.
///
/// # Errors
/// The database error.
pub async fn runs_by_ids(ctx: &Ctx, ids: &[PayoutRunId]) -> Result<HashMap<PayoutRunId, PayoutRun>, Error> {
    let grant = ctx.authorize(READ_PAYOUT)?;
    if ids.is_empty() || !grant.is_wide() || !ctx.may(READ_RUN) {
        return Ok(HashMap::new());
    }
    let ids = db::dialect::pad(ids.to_vec());
    let rows = payout_run::Entity::find().filter(payout_run::Column::Id.is_in(ids)).all(&ctx.read_for(&grant)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}
