//! Loading and saving tasks. A merchant reaches those of its own side.

use access::Grant;
use chrono::{DateTime, Utc};
use context::{WriteTx, within_merchants};
use kernel::id::{TaskId, TaskViewId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::entity::{task_note_row, task_pause_row, task_row, task_view_row};
use crate::model::task::{
    Assignee, Pause, Priority, Side, Task, TaskFilter, TaskKind, TaskNote, TaskPause, TaskSort, TaskView,
};

impl From<task_row::Model> for Task {
    fn from(row: task_row::Model) -> Self {
        Self {
            id: row.id,
            kind: TaskKind::parse(&row.kind).unwrap_or(TaskKind::Manual),
            subject: row.subject,
            merchant: row.merchant_id,
            side: if row.owner_id.is_some() { Side::Merchant } else { Side::Operator },
            title: row.title,
            queue: row.queue,
            home_queue: row.home_queue,
            assignee: row.assignee_id.zip(row.assignee_name).map(|(id, name)| Assignee { id, name }),
            priority: Priority::of_rank(row.rank),
            settings_version: row.settings_version,
            opened_at: row.opened_at,
            due_at: row.due_at,
            warn_at: row.warn_at,
            first_response_due_at: row.first_response_due_at,
            first_responded_at: row.first_responded_at,
            escalation_level: row.escalation_level,
            paused_at: row.paused_at,
            pause_reason: row.pause_reason,
            pause_count: row.pause_count,
            note_count: row.note_count,
            resolved_at: row.resolved_at,
            outcome: row.outcome,
            first_response_breached_at: row.first_response_breached_at,
            resolution_breached_at: row.resolution_breached_at,
            version: row.version,
        }
    }
}

impl From<task_pause_row::Model> for TaskPause {
    fn from(row: task_pause_row::Model) -> Self {
        let pause = Pause { from: row.from_at, to: row.to_at };
        Self { task: row.task_id, number: row.number, reason: row.reason, pause }
    }
}

impl From<task_note_row::Model> for TaskNote {
    fn from(row: task_note_row::Model) -> Self {
        Self { task: row.task_id, number: row.number, text: row.text, author_name: row.author_name, at: row.created_at }
    }
}

impl From<task_view_row::Model> for TaskView {
    fn from(row: task_view_row::Model) -> Self {
        Self {
            id: row.id,
            merchant: row.merchant_id,
            keeper: row.user_id,
            keeper_name: row.user_name,
            shared: row.shared,
            name: row.name,
            filter: serde_json::from_str::<TaskFilter>(&row.filter).unwrap_or_default(),
            sort: TaskSort::parse(&row.sort).unwrap_or(TaskSort::Due),
            version: row.version,
        }
    }
}

/// The tasks that a grant reaches. The merchant is named twice: it owns its tasks, and finds them by its index.
pub(crate) fn within(grant: &Grant) -> Condition {
    within_merchants(grant, task_row::Column::MerchantId).add(within_merchants(grant, task_row::Column::OwnerId))
}

fn row(task: &Task) -> task_row::ActiveModel {
    let (assignee_id, assignee_name) = task.assignee.clone().map(|of| (of.id, of.name)).unzip();
    task_row::ActiveModel {
        id: Set(task.id),
        kind: Set(task.kind.as_str().to_owned()),
        subject: Set(task.subject.clone()),
        merchant_id: Set(task.merchant),
        owner_id: Set(task.owner()),
        title: Set(task.title.clone()),
        queue: Set(task.queue.clone()),
        home_queue: Set(task.home_queue.clone()),
        assignee_id: Set(assignee_id),
        assignee_name: Set(assignee_name),
        rank: Set(task.priority.rank()),
        settings_version: Set(task.settings_version),
        state: Set(task.state().as_str().to_owned()),
        is_resolved: Set(task.resolved_at.is_some()),
        opened_at: Set(task.opened_at),
        due_at: Set(task.due_at),
        warn_at: Set(task.warn_at),
        first_response_due_at: Set(task.first_response_due_at),
        first_responded_at: Set(task.first_responded_at),
        escalation_level: Set(task.escalation_level),
        strikes_at: Set(task.strikes_at()),
        paused_at: Set(task.paused_at),
        pause_reason: Set(task.pause_reason.clone()),
        pause_count: Set(task.pause_count),
        note_count: Set(task.note_count),
        resolved_at: Set(task.resolved_at),
        outcome: Set(task.outcome.clone()),
        first_response_breached_at: Set(task.first_response_breached_at),
        resolution_breached_at: Set(task.resolution_breached_at),
        version: Set(task.version),
    }
}

/// Keeps a new task, unless there is an open one of its kind for its subject. Whether it was kept.
pub(crate) async fn insert(tx: &WriteTx, task: &Task) -> Result<bool, Error> {
    let insert = task_row::Entity::insert(row(task)).on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(insert.exec_without_returning(&**tx).await? == 1)
}

/// Keeps a task that was changed; its version is one above the stored one.
pub(crate) async fn save(tx: &WriteTx, task: &Task) -> Result<(), Error> {
    use task_row::Column;
    let own = task_row::Entity::update_many().set(row(task)).filter(Column::Id.eq(task.id));
    let saved = own.filter(Column::Version.eq(task.version - 1)).exec(&**tx).await;
    let saved = saved.map_err(|error| match db::violated(&error) {
        // Only opening a task again can make it the second of its kind for its subject.
        Some(db::error::Violation::Unique) => Error::TaskOpenAlready,
        _ => error.into(),
    })?;
    if saved.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("task").into()) }
}

/// A task that the grant reaches.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: TaskId) -> Result<Task, Error> {
    let row = task_row::Entity::find_by_id(id).filter(within(grant)).one(conn).await?;
    row.map(Task::from).ok_or_else(|| context::Error::NotFound("task").into())
}

/// A task that the grant reaches, locked.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: TaskId) -> Result<Task, Error> {
    let row = task_row::Entity::find_by_id(id).filter(within(grant)).lock(LockType::Update).one(&**tx).await?;
    row.map(Task::from).ok_or_else(|| context::Error::NotFound("task").into())
}

/// The open task of a kind for a subject, locked.
pub(crate) async fn lock_open(tx: &WriteTx, kind: TaskKind, subject: &str) -> Result<Option<Task>, Error> {
    use task_row::Column;
    let find = task_row::Entity::find()
        .filter(Column::Kind.eq(kind.as_str()))
        .filter(Column::Subject.eq(subject))
        .filter(Column::IsResolved.eq(false))
        .order_by_asc(Column::Id);
    Ok(find.lock(LockType::Update).one(&**tx).await?.map(Task::from))
}

/// Tasks of which a clock strikes before `now`, the first first, locked; those that another node has are left out.
pub(crate) async fn lock_striking(tx: &WriteTx, now: DateTime<Utc>, limit: u64) -> Result<Vec<Task>, Error> {
    use sea_orm::sea_query::LockBehavior;
    use task_row::Column;
    let find = task_row::Entity::find()
        .filter(Column::StrikesAt.lt(now))
        .order_by_asc(Column::StrikesAt)
        .order_by_asc(Column::Id)
        .limit(limit);
    let rows = find.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked).all(&**tx).await?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// When the clocks of a task stood still, in order.
pub(crate) async fn pauses(tx: &WriteTx, id: TaskId) -> Result<Vec<Pause>, Error> {
    use task_pause_row::Column;
    let find = task_pause_row::Entity::find().filter(Column::TaskId.eq(id)).order_by_asc(Column::Number);
    Ok(find.all(&**tx).await?.into_iter().map(|row| TaskPause::from(row).pause).collect())
}

/// Keeps a pause, the `task.pause_count`th of a task.
pub(crate) async fn insert_pause(tx: &WriteTx, task: &Task, reason: &str, pause: Pause) -> Result<(), Error> {
    let row = task_pause_row::ActiveModel {
        task_id: Set(task.id),
        number: Set(task.pause_count),
        owner_id: Set(task.owner()),
        reason: Set(reason.to_owned()),
        from_at: Set(pause.from),
        to_at: Set(pause.to),
    };
    task_pause_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Ends the pause of a task.
pub(crate) async fn end_pause(tx: &WriteTx, id: TaskId) -> Result<(), Error> {
    use task_pause_row::Column;
    let open = task_pause_row::Entity::update_many().filter(Column::TaskId.eq(id)).filter(Column::ToAt.is_null());
    open.col_expr(Column::ToAt, Expr::value(tx.now())).exec(&**tx).await?;
    Ok(())
}

/// Keeps what somebody wrote, the `task.note_count`th note of a task.
pub(crate) async fn insert_note(tx: &WriteTx, task: &Task, text: &str) -> Result<(), Error> {
    let row = task_note_row::ActiveModel {
        task_id: Set(task.id),
        number: Set(task.note_count),
        owner_id: Set(task.owner()),
        text: Set(text.to_owned()),
        author: Set(tx.ctx().actor().id()),
        author_name: Set(tx.ctx().actor().name.clone()),
        created_at: Set(tx.now()),
    };
    task_note_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The views of the team that a grant reaches: of the operator's people, or of a merchant's.
pub(crate) fn of_team(grant: &Grant) -> Condition {
    use task_view_row::Column;
    let of = within_merchants(grant, Column::MerchantId);
    if grant.is_wide() { of.add(Column::MerchantId.is_null()) } else { of }
}

/// A view of the caller's team.
pub(crate) async fn view<C: ConnectionTrait>(conn: &C, grant: &Grant, id: TaskViewId) -> Result<TaskView, Error> {
    let row = task_view_row::Entity::find_by_id(id).filter(of_team(grant)).one(conn).await?;
    row.map(TaskView::from).ok_or_else(|| context::Error::NotFound("task view").into())
}

fn view_row(tx: &WriteTx, view: &TaskView) -> Result<task_view_row::ActiveModel, Error> {
    Ok(task_view_row::ActiveModel {
        id: Set(view.id),
        merchant_id: Set(view.merchant),
        user_id: Set(view.keeper),
        user_name: Set(view.keeper_name.clone()),
        shared: Set(view.shared),
        name: Set(view.name.clone()),
        filter: Set(serde_json::to_string(&view.filter)?),
        sort: Set(view.sort.as_str().to_owned()),
        version: Set(view.version),
        updated_at: Set(tx.now()),
    })
}

/// Keeps a new view.
pub(crate) async fn insert_view(tx: &WriteTx, view: &TaskView) -> Result<(), Error> {
    task_view_row::Entity::insert(view_row(tx, view)?).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Keeps a view that was changed; its version is one above the stored one.
pub(crate) async fn save_view(tx: &WriteTx, view: &TaskView) -> Result<(), Error> {
    use task_view_row::Column;
    let own = task_view_row::Entity::update_many().set(view_row(tx, view)?).filter(Column::Id.eq(view.id));
    if own.filter(Column::Version.eq(view.version - 1)).exec(&**tx).await?.rows_affected == 1 {
        return Ok(());
    }
    Err(context::Error::Stale("task view").into())
}
