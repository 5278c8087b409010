//! Ways to look at tasks that people keep.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use marketplace::{query, task};

use super::input::{TaskFilter, TaskSort};
use super::object::{TaskKind, TaskState};
use super::staff::People;
use crate::error::{Gql, answer, ctx, respond};
use crate::page::{connection, page_args};
use crate::{input, payload};

/// Which tasks a view shows. What is absent does not narrow.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskViewFilter {
    /// In this queue.
    pub queue: Option<String>,
    /// Of this person.
    pub assignee_id: Option<ID>,
    /// Of whoever asks.
    pub mine: bool,
    /// Of nobody.
    pub unassigned: bool,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// About this merchant.
    pub merchant_id: Option<ID>,
    /// About the thing with this id.
    pub subject_id: Option<String>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Those whose time ran out; `false`: the others.
    pub late: Option<bool>,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
}

/// A way to look at tasks that somebody keeps.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskView {
    /// Its id.
    pub id: ID,
    /// What people call it.
    pub name: String,
    /// Whether the whole team sees it.
    pub shared: bool,
    /// Who keeps it.
    pub keeper: String,
    /// Which tasks.
    pub filter: TaskViewFilter,
    /// In which order.
    pub sort_by: TaskSort,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

impl From<task::TaskView> for TaskView {
    fn from(of: task::TaskView) -> Self {
        let filter = of.filter;
        Self {
            id: of.id.into(),
            name: of.name,
            shared: of.shared,
            keeper: of.keeper_name,
            filter: TaskViewFilter {
                queue: filter.queue,
                assignee_id: filter.assignee.map(ID::from),
                mine: filter.mine,
                unassigned: filter.unassigned,
                kind: filter.kind.map(TaskKind::from),
                merchant_id: filter.merchant.map(ID::from),
                subject_id: filter.subject,
                state: filter.state.map(TaskState::from),
                late: filter.late,
                due_before: filter.due_before,
            },
            sort_by: of.sort.into(),
            version: of.version,
        }
    }
}

/// A view to be kept.
#[derive(Debug, InputObject)]
pub struct TaskViewSaveInput {
    /// Which; a new one if absent.
    pub id: Option<ID>,
    /// The version that was read, of a view that there is.
    pub expected_version: Option<i64>,
    /// What people call it.
    pub name: String,
    /// Whether the whole team sees it.
    #[graphql(default)]
    pub shared: bool,
    /// Which tasks; those that are not resolved if absent.
    pub filter: Option<TaskFilter>,
    /// In which order.
    #[graphql(default_with = "TaskSort::Due")]
    pub sort_by: TaskSort,
}

/// A view to be forgotten.
#[derive(Debug, InputObject)]
pub struct TaskViewRemoveInput {
    /// The view.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

payload! {
    /// What became of `taskViewSave`.
    TaskViewSavePayload {
        /// The view as it is now.
        view: TaskView }
    /// What became of `taskViewRemove`.
    TaskViewRemovePayload {
        /// The view as it was.
        view: TaskView }
}

/// Questions about views.
#[derive(Default)]
pub struct TaskViewQuery;

#[Object]
impl TaskViewQuery {
    /// The views that one keeps, and those of the team, the oldest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn task_views(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, TaskView>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, query::task_views(ctx(gql)?, &page).await)?, TaskView::from))
    }
}

/// Changes of views.
#[derive(Default)]
pub struct TaskViewMutation;

#[Object]
impl TaskViewMutation {
    /// Keeps a view: one's own, or one of the team for whoever directs tasks.
    async fn task_view_save(&self, gql: &Context<'_>, input: TaskViewSaveInput) -> Gql<TaskViewSavePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let view = task::SaveTaskView {
                id: input::optional_id("id", input.id.as_ref())?,
                expected_version: input.expected_version,
                name: input.name,
                shared: input.shared,
                filter: input.filter.unwrap_or_default().read()?,
                sort: input.sort_by.into(),
            };
            task::save_task_view(ctx, view, &People).await
        };
        respond(gql, Box::pin(done).await.map(TaskView::from))
    }

    /// Forgets a view: one's own, or one of the team for whoever directs tasks.
    async fn task_view_remove(&self, gql: &Context<'_>, input: TaskViewRemoveInput) -> Gql<TaskViewRemovePayload> {
        let ctx = ctx(gql)?;
        let done = async { task::remove_task_view(ctx, input::id("id", &input.id)?, input.expected_version).await };
        respond(gql, Box::pin(done).await.map(TaskView::from))
    }
}
