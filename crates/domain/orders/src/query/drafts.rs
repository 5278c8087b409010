//! Drafts.

use context::Ctx;
use kernel::id::DraftOrderId;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::READ_DRAFT;
use crate::entity::draft;
use crate::model::draft::Draft;
use crate::model::plan::SplitPlan;
use crate::model::status::DraftState;
use crate::repo;

/// A draft.
///
/// # Errors
/// Not found, also for everybody but the operator.
pub async fn draft(ctx: &Ctx, id: DraftOrderId) -> Result<Draft, Error> {
    crate::command::wide(&ctx.authorize(READ_DRAFT)?)?;
    repo::draft(ctx.read(), id, false).await
}

/// Drafts in a state, the newest first.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn drafts(ctx: &Ctx, state: DraftState, page: &PageArgs) -> Result<Page<Draft>, Error> {
    crate::command::wide(&ctx.authorize(READ_DRAFT)?)?;
    let mut wanted = Condition::all().add(draft::Column::State.eq(state));
    if let Some(last) = page.after_key::<DraftOrderId>()? {
        wanted = wanted.add(draft::Column::Id.lt(last));
    }
    let rows = draft::Entity::find()
        .filter(wanted)
        .order_by_desc(draft::Column::Id)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    let drafts = repo::drafts_of(ctx.read(), rows).await?;
    Ok(Page::from_rows(drafts, page, |draft: &Draft| draft.id))
}

/// How a draft would be split, priced and sent if it were placed now.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn plan_of_draft(ctx: &Ctx, draft: &Draft) -> Result<SplitPlan, Error> {
    crate::command::wide(&ctx.authorize(READ_DRAFT)?)?;
    crate::command::plan_of(ctx, &draft.cart).await
}
