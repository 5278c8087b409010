//! Many tasks at once.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use context::Ctx;
use marketplace::task::{self, BULK_MAX, BulkResult, BulkStep, Direct};

use super::object::{Task, TaskPriority};
use super::staff::People;
use crate::error::{Gql, UserError, ctx, respond, user_error};
use crate::{input, payload};

/// Tasks to be given to somebody.
#[derive(Debug, InputObject)]
pub struct TasksAssignInput {
    /// The tasks; at most 100.
    pub ids: Vec<ID>,
    /// Who gets them: whoever asks, or somebody of the team that does them. Nobody if absent.
    pub assignee_id: Option<ID>,
}

/// Tasks to be put into another queue.
#[derive(Debug, InputObject)]
pub struct TasksMoveInput {
    /// The tasks; at most 100.
    pub ids: Vec<ID>,
    /// The queue; one that a policy names.
    pub queue: String,
}

/// How urgent tasks are.
#[derive(Debug, InputObject)]
pub struct TasksPrioritizeInput {
    /// The tasks; at most 100.
    pub ids: Vec<ID>,
    /// What goes first.
    pub priority: TaskPriority,
}

/// Tasks to be closed.
#[derive(Debug, InputObject)]
pub struct TasksResolveInput {
    /// The tasks; at most 100.
    pub ids: Vec<ID>,
    /// What came of them.
    pub outcome: String,
    /// More words for those who read it later.
    pub note: Option<String>,
}

/// What became of one of many tasks.
#[derive(SimpleObject)]
pub struct TaskBulkResult {
    /// The task that was named.
    pub id: ID,
    /// The task as it is now; none when nothing was done.
    pub task: Option<Task>,
    /// Why nothing was done.
    pub error: Option<UserError>,
}

impl From<BulkResult> for TaskBulkResult {
    fn from(of: BulkResult) -> Self {
        let (task, error) = match of.result {
            Ok(task) => (Some(Task::from(task)), None),
            Err(fault) => (None, Some(user_error(&fault))),
        };
        Self { id: of.id.into(), task, error }
    }
}

payload! {
    /// What became of `tasksAssign`.
    TasksAssignPayload {
        /// An answer for each task, in the order of the input.
        results: Vec<TaskBulkResult> }
    /// What became of `tasksMove`.
    TasksMovePayload {
        /// An answer for each task, in the order of the input.
        results: Vec<TaskBulkResult> }
    /// What became of `tasksPrioritize`.
    TasksPrioritizePayload {
        /// An answer for each task, in the order of the input.
        results: Vec<TaskBulkResult> }
    /// What became of `tasksResolve`.
    TasksResolvePayload {
        /// An answer for each task, in the order of the input.
        results: Vec<TaskBulkResult> }
}

async fn change(ctx: &Ctx, ids: &[ID], step: BulkStep) -> Result<Vec<TaskBulkResult>, marketplace::Error> {
    let ids = input::ids("ids", ids, BULK_MAX)?;
    let results = task::change_tasks(ctx, &ids, &step, &People).await?;
    Ok(results.into_iter().map(TaskBulkResult::from).collect())
}

/// Changes of many tasks, each by itself: what cannot be changed is left as it is.
#[derive(Default)]
pub struct TaskBulkMutation;

#[Object]
impl TaskBulkMutation {
    /// Gives tasks to somebody, or to nobody.
    async fn tasks_assign(&self, gql: &Context<'_>, input: TasksAssignInput) -> Gql<TasksAssignPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let assignee = input::optional_id("assigneeId", input.assignee_id.as_ref())?;
            change(ctx, &input.ids, BulkStep::Assign(assignee)).await
        };
        respond(gql, Box::pin(done).await)
    }

    /// Puts tasks into another queue.
    async fn tasks_move(&self, gql: &Context<'_>, input: TasksMoveInput) -> Gql<TasksMovePayload> {
        let step = BulkStep::Direct(Direct { queue: Some(input.queue), priority: None });
        respond(gql, Box::pin(change(ctx(gql)?, &input.ids, step)).await)
    }

    /// Says how urgent tasks are.
    async fn tasks_prioritize(&self, gql: &Context<'_>, input: TasksPrioritizeInput) -> Gql<TasksPrioritizePayload> {
        let step = BulkStep::Direct(Direct { queue: None, priority: Some(input.priority.into()) });
        respond(gql, Box::pin(change(ctx(gql)?, &input.ids, step)).await)
    }

    /// Closes tasks.
    async fn tasks_resolve(&self, gql: &Context<'_>, input: TasksResolveInput) -> Gql<TasksResolvePayload> {
        let step = BulkStep::Resolve { outcome: input.outcome, note: input.note };
        respond(gql, Box::pin(change(ctx(gql)?, &input.ids, step)).await)
    }
}
