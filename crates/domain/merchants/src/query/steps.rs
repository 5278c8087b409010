//! What was decided about merchants, and what they appeal against.

use context::{Ctx, within_merchants};
use kernel::id::{AppealId, MerchantId, MerchantStepId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::newest;
use crate::actions::READ;
use crate::entity::{appeal_row, transition_row};
use crate::model::{Appeal, AppealState, Step};
use crate::{Error, repo};

/// The steps on all axes within the caller's reach, the newest first; of one merchant, if one is named.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn steps(ctx: &Ctx, merchant: Option<MerchantId>, page: &PageArgs) -> Result<Page<Step>, Error> {
    use transition_row::{Column, Entity};
    let grant = ctx.authorize(READ)?;
    let columns = (Column::Id, Column::MerchantId);
    let rows = newest::<Entity, MerchantStepId>(ctx, &grant, columns, merchant, None, page).await?;
    let rows = rows.into_iter().map(repo::step::of_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(rows, page, |step| step.id))
}

/// One step within the caller's reach.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn step_by_id(ctx: &Ctx, id: MerchantStepId) -> Result<Step, Error> {
    let grant = ctx.authorize(READ)?;
    let own =
        transition_row::Entity::find_by_id(id).filter(within_merchants(&grant, transition_row::Column::MerchantId));
    let row = own.one(&ctx.read_for(&grant)).await?;
    repo::step::of_row(row.ok_or(context::Error::NotFound("step"))?)
}

/// Appeals within the caller's reach, the newest first; of one merchant, or in one state.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn appeals(
    ctx: &Ctx,
    merchant: Option<MerchantId>,
    state: Option<AppealState>,
    page: &PageArgs,
) -> Result<Page<Appeal>, Error> {
    use appeal_row::{Column, Entity};
    let grant = ctx.authorize(READ)?;
    let columns = (Column::Id, Column::MerchantId);
    let wanted = state.map(|state| Column::State.eq(state.as_str()));
    let rows = newest::<Entity, AppealId>(ctx, &grant, columns, merchant, wanted, page).await?;
    let rows = rows.into_iter().map(repo::appeal::of_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(rows, page, |appeal| appeal.id))
}

/// One appeal within the caller's reach.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn appeal_by_id(ctx: &Ctx, id: AppealId) -> Result<Appeal, Error> {
    let grant = ctx.authorize(READ)?;
    repo::appeal::find(&ctx.read_for(&grant), &grant, id).await
}
