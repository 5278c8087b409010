//! Tasks, what was written about them, queues and views.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::{TaskId, TaskViewId};
use kernel::{Invalid, Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::actions::{DIRECT_TASKS, HANDLE_TASKS, READ_TASKS};
use crate::entity::task_row::{Column, Entity};
use crate::entity::{task_note_row, task_pause_row, task_view_row};
use crate::model::task::{Task, TaskAction, TaskFilter, TaskKind, TaskNote, TaskPause, TaskSort, TaskState, TaskView};
use crate::{Error, repo};

/// One task.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn task(ctx: &Ctx, id: TaskId) -> Result<Task, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    repo::task::find(&ctx.read_for(&grant), &grant, id).await
}

/// The tasks in the caller's scope that meet the filter.
///
/// # Errors
/// A wrong filter; denied; a bad cursor; the database error.
pub async fn tasks(ctx: &Ctx, filter: TaskFilter, sort: TaskSort, page: &PageArgs) -> Result<Page<Task>, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    let found = Entity::find().filter(repo::task::within(&grant)).filter(wanted(ctx, filter)?).limit(page.limit());
    let found = sorted(found, sort, page)?;
    let rows = found.all(&ctx.read_for(&grant)).await?;
    let tasks: Vec<Task> = rows.into_iter().map(Task::from).collect();
    Ok(match sort {
        TaskSort::Due => Page::from_rows(tasks, page, |task: &Task| (task.due_at, task.id)),
        TaskSort::Priority => Page::from_rows(tasks, page, |task: &Task| (task.priority.rank(), task.due_at, task.id)),
        TaskSort::Opened => Page::from_rows(tasks, page, |task: &Task| task.id),
    })
}

fn wanted(ctx: &Ctx, filter: TaskFilter) -> Result<Condition, Error> {
    let filter = filter.checked()?;
    let mut wanted = Condition::all().add(Column::IsResolved.eq(filter.state == Some(TaskState::Resolved)));
    let assignee = if filter.mine { Some(mine(ctx)?) } else { filter.assignee };
    let texts = [
        (Column::Queue, filter.queue),
        (Column::Kind, filter.kind.map(|kind| kind.as_str().to_owned())),
        (Column::Subject, filter.subject),
        (Column::State, filter.state.map(|state| state.as_str().to_owned())),
    ];
    for (column, text) in texts {
        wanted = wanted.add_option(text.map(|text| column.eq(text)));
    }
    let late =
        |late| if late { Column::ResolutionBreachedAt.is_not_null() } else { Column::ResolutionBreachedAt.is_null() };
    Ok(wanted
        .add_option(assignee.map(|user| Column::AssigneeId.eq(user)))
        .add_option(filter.unassigned.then(|| Column::AssigneeId.is_null()))
        .add_option(filter.merchant.map(|merchant| Column::MerchantId.eq(merchant)))
        .add_option(filter.late.map(late))
        .add_option(filter.due_before.map(|at| Column::DueAt.lt(at))))
}

fn mine(ctx: &Ctx) -> Result<kernel::id::UserId, Error> {
    ctx.actor().user().ok_or_else(|| Invalid::new("filter.mine", "PEOPLE_ONLY", "a program has no tasks").into())
}

fn sorted(find: Select<Entity>, sort: TaskSort, page: &PageArgs) -> Result<Select<Entity>, Error> {
    let (keys, order): (Vec<Column>, Order) = match sort {
        TaskSort::Due => (vec![Column::DueAt, Column::Id], Order::Asc),
        TaskSort::Priority => (vec![Column::Rank, Column::DueAt, Column::Id], Order::Asc),
        TaskSort::Opened => (vec![Column::Id], Order::Desc),
    };
    let last: Option<Vec<Expr>> = match sort {
        TaskSort::Due => {
            page.after_key::<(DateTime<Utc>, TaskId)>()?.map(|(due, id)| vec![Expr::val(due), Expr::val(id)])
        }
        TaskSort::Priority => {
            let last = page.after_key::<(i64, DateTime<Utc>, TaskId)>()?;
            last.map(|(rank, due, id)| vec![Expr::val(rank), Expr::val(due), Expr::val(id)])
        }
        TaskSort::Opened => page.after_key::<TaskId>()?.map(|id| vec![Expr::val(id)]),
    };
    let mut find = find;
    if let Some(last) = last {
        let row = Expr::tuple(keys.iter().map(|key| Expr::col(*key)));
        let last = Expr::tuple(last);
        find = find.filter(if order == Order::Asc { row.gt(last) } else { row.lt(last) });
    }
    Ok(keys.into_iter().fold(find, |find, key| find.order_by(key, order.clone())))
}

/// What the caller could do to a task now. For answers, never to guard anything.
#[must_use]
pub fn task_actions(ctx: &Ctx, task: &Task) -> Vec<TaskAction> {
    let (handle, direct) = (ctx.may(HANDLE_TASKS), ctx.may(DIRECT_TASKS));
    let may = |action: &TaskAction| match action {
        TaskAction::Move | TaskAction::Prioritize => direct,
        _ => handle,
    };
    TaskAction::ALL.into_iter().filter(|action| may(action) && task.allows(*action)).collect()
}

/// What was written about tasks, the first first.
///
/// # Errors
/// Denied; the database error.
pub async fn task_notes(ctx: &Ctx, tasks: &[TaskId]) -> Result<HashMap<TaskId, Vec<TaskNote>>, Error> {
    use task_note_row::Column;
    let grant = ctx.authorize(READ_TASKS)?;
    let rows = task_note_row::Entity::find()
        .filter(context::within_merchants(&grant, Column::OwnerId))
        .filter(Column::TaskId.is_in(db::dialect::pad(tasks.to_vec())))
        .order_by_asc(Column::TaskId)
        .order_by_asc(Column::Number)
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(grouped(rows.into_iter().map(TaskNote::from), |note| note.task))
}

/// The subjects among these of which a task of a kind is open. It authorizes nothing: it is for handlers.
///
/// # Errors
/// The database error.
pub async fn open_task_subjects_on<C: ConnectionTrait>(
    conn: &C,
    kind: TaskKind,
    subjects: &[String],
) -> Result<HashSet<String>, Error> {
    let open = Entity::find()
        .select_only()
        .column(Column::Subject)
        .filter(Column::Subject.is_in(db::dialect::pad(subjects.to_vec())))
        .filter(Column::IsResolved.eq(false))
        .filter(Column::Kind.eq(kind.as_str()));
    Ok(open.into_tuple::<String>().all(conn).await?.into_iter().collect())
}

/// When the clocks of tasks stood still, the first time first.
///
/// # Errors
/// Denied; the database error.
pub async fn task_pauses(ctx: &Ctx, tasks: &[TaskId]) -> Result<HashMap<TaskId, Vec<TaskPause>>, Error> {
    use task_pause_row::Column;
    let grant = ctx.authorize(READ_TASKS)?;
    let rows = task_pause_row::Entity::find()
        .filter(context::within_merchants(&grant, Column::OwnerId))
        .filter(Column::TaskId.is_in(db::dialect::pad(tasks.to_vec())))
        .order_by_asc(Column::TaskId)
        .order_by_asc(Column::Number)
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(grouped(rows.into_iter().map(TaskPause::from), |pause| pause.task))
}

fn grouped<T>(rows: impl Iterator<Item = T>, task: impl Fn(&T) -> TaskId) -> HashMap<TaskId, Vec<T>> {
    let mut groups: HashMap<TaskId, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(task(&row)).or_default().push(row);
    }
    groups
}

/// What waits in a queue.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TaskQueue {
    /// Its name.
    pub queue: String,
    /// What is not resolved.
    pub open_count: i64,
    /// What of it is late.
    pub late_count: i64,
    /// What of it is due soon.
    pub due_soon_count: i64,
    /// What of it nobody has.
    pub unassigned_count: i64,
}

/// The queues in which something waits in the caller's scope, in the order of their names.
///
/// # Errors
/// Denied; the database error.
pub async fn task_queues(ctx: &Ctx) -> Result<Vec<TaskQueue>, Error> {
    let grant = ctx.authorize(READ_TASKS)?;
    let count = |of: Condition| Expr::expr(Expr::case(of, Expr::val(1_i64)).finally(Expr::null())).count();
    let one = |of: Expr| Condition::all().add(of);
    let found = Entity::find()
        .select_only()
        .column(Column::Queue)
        .expr_as(Column::Id.count(), "open_count")
        .expr_as(count(one(Column::ResolutionBreachedAt.is_not_null())), "late_count")
        .expr_as(count(one(Column::EscalationLevel.eq(1))), "due_soon_count")
        .expr_as(count(one(Column::AssigneeId.is_null())), "unassigned_count")
        .filter(repo::task::within(&grant))
        .filter(Column::IsResolved.eq(false))
        .group_by(Column::Queue)
        .order_by_asc(Column::Queue);
    Ok(found.into_model::<TaskQueue>().all(&ctx.read_for(&grant)).await?)
}

/// The views that the caller keeps, and those of the team, the oldest first.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn task_views(ctx: &Ctx, page: &PageArgs) -> Result<Page<TaskView>, Error> {
    use task_view_row::Column;
    let grant = ctx.authorize(READ_TASKS)?;
    let mut find = task_view_row::Entity::find().filter(repo::task::of_team(&grant)).filter(seen(ctx));
    if let Some(after) = page.after_key::<TaskViewId>()? {
        find = find.filter(Column::Id.gt(after));
    }
    let rows = find.order_by_asc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    Ok(Page::from_rows(rows.into_iter().map(TaskView::from).collect(), page, |view: &TaskView| view.id))
}

/// Those that the team shares, and one's own.
fn seen(ctx: &Ctx) -> Condition {
    use task_view_row::Column;
    let own = ctx.actor().user().map(|user| Column::UserId.eq(user));
    Condition::any().add(Column::Shared.eq(true)).add_option(own)
}
