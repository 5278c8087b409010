//! Ways to look at tasks that people keep.

use access::{Grant, Reach};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{TaskViewId, UserId};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::Staff;
use crate::actions::{DIRECT_TASKS, READ_TASKS};
use crate::entity::task_view_row;
use crate::model::task::{TaskFilter, TaskSort, TaskView};
use crate::{Error, repo};

/// The most views of a team.
const VIEWS_MAX: u64 = 500;

/// A view to be kept.
#[derive(Debug, Clone)]
pub struct SaveTaskView {
    /// Which; a new one if `None`.
    pub id: Option<TaskViewId>,
    /// The version that the caller saw, of a view that there is.
    pub expected_version: Option<i64>,
    /// What people call it.
    pub name: String,
    /// Whether the whole team sees it.
    pub shared: bool,
    /// Which tasks.
    pub filter: TaskFilter,
    /// In which order.
    pub sort: TaskSort,
}

/// Keeps a view: one's own, or one of the team for whoever directs tasks.
///
/// # Errors
/// A wrong `name` or `filter`; too many; stale; not found, also what is another's; denied; the database error.
pub async fn save_task_view(ctx: &Ctx, input: SaveTaskView, staff: &impl Staff) -> Result<TaskView, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    let keeper = person(ctx)?;
    if input.shared {
        ctx.authorize(DIRECT_TASKS)?;
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = match input.id {
        Some(id) => Some(changeable(ctx, &tx, &grant, id, input.expected_version).await?),
        None => None,
    };
    let merchant = match grant.merchants() {
        Reach::Only(own) => Some(own),
        Reach::All | Reach::Nothing => None,
    };
    let view = TaskView {
        id: before.as_ref().map_or_else(|| tx.new_id(), |view| view.id),
        merchant,
        keeper: before.as_ref().map_or(keeper, |view| view.keeper),
        keeper_name: before.as_ref().map_or_else(|| ctx.actor().name.clone(), |view| view.keeper_name.clone()),
        shared: input.shared,
        name: input.name,
        filter: input.filter,
        sort: input.sort,
        version: before.as_ref().map_or(1, |view| view.version + 1),
    };
    let view = view.checked()?;
    of_ones_own(&tx, &view, staff).await?;
    let action = if before.is_some() {
        repo::task::save_view(&tx, &view).await?;
        "edited"
    } else {
        if task_view_row::Entity::find().filter(repo::task::of_team(&grant)).count(&*tx).await? >= VIEWS_MAX {
            return Err(Error::TooMany { what: "views of tasks", max: VIEWS_MAX });
        }
        repo::task::insert_view(&tx, &view).await?;
        "created"
    };
    tx.record(change(&view, action).diff(before.as_ref(), Some(&view)));
    tx.commit().await?;
    Ok(view)
}

/// Forgets a view: one's own, or one of the team for whoever directs tasks.
///
/// # Errors
/// Stale; not found, also what is another's; denied; the database error.
pub async fn remove_task_view(ctx: &Ctx, id: TaskViewId, expected_version: i64) -> Result<TaskView, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let view = changeable(ctx, &tx, &grant, id, Some(expected_version)).await?;
    task_view_row::Entity::delete_by_id(id).exec(&*tx).await?;
    tx.record(change(&view, "removed").diff(Some(&view), None));
    tx.commit().await?;
    Ok(view)
}

fn change(view: &TaskView, action: &'static str) -> Change {
    let change = Change::new("task_view", view.id, action);
    change.of_merchant(view.merchant)
}

/// A view that the caller may change, at the version that was seen.
async fn changeable(
    ctx: &Ctx,
    tx: &WriteTx,
    grant: &Grant,
    id: TaskViewId,
    expected_version: Option<i64>,
) -> Result<TaskView, Error> {
    let view = repo::task::view(&**tx, grant, id).await?;
    if Some(view.keeper) != ctx.actor().user() {
        if !view.shared {
            return Err(super::super::missing("task view"));
        }
        ctx.authorize(DIRECT_TASKS)?;
    }
    let expected = expected_version.ok_or_else(|| kernel::Invalid::required("expectedVersion"))?;
    super::super::fresh(view.version, expected, "task view")?;
    Ok(view)
}

/// A view names people of the team only, and a merchant's no other merchant.
async fn of_ones_own(tx: &WriteTx, view: &TaskView, staff: &impl Staff) -> Result<(), Error> {
    if view.merchant.is_some() && view.filter.merchant.is_some_and(|named| view.merchant != Some(named)) {
        return Err(super::super::missing("merchant"));
    }
    let Some(user) = view.filter.assignee.filter(|user| *user != view.keeper) else { return Ok(()) };
    if staff.name(tx, user, view.merchant).await?.is_none() {
        let said = "does not work where the view is";
        return Err(kernel::Invalid::new("filter.assigneeId", "NOT_ON_THE_TEAM", said).into());
    }
    Ok(())
}

/// Views are kept by people: programs have nobody to show them to.
fn person(ctx: &Ctx) -> Result<UserId, Error> {
    ctx.actor().user().ok_or_else(|| kernel::Invalid::new("name", "PEOPLE_ONLY", "views are kept by people").into())
}
