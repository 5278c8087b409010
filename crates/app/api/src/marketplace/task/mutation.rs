//! Changes of tasks.

use async_graphql::{Context, ID, InputObject, Object};
use marketplace::actions::HANDLE_TASKS;
use marketplace::task::{self, AssignTask, CreateTask, Direct, ResolveTask, Seen};

use super::object::{Task, TaskPriority, TaskSide};
use super::staff::People;
use crate::error::{Gql, ctx, respond};
use crate::marketplace::webhook::mutation::known;
use crate::{input, payload};

/// A task that somebody writes down.
#[derive(Debug, InputObject)]
pub struct TaskCreateInput {
    /// What it is about, for people.
    pub title: String,
    /// The id of the thing it is about.
    pub subject_id: Option<String>,
    /// The merchant that it is about; the acting merchant if absent.
    pub merchant_id: Option<ID>,
    /// Who does it. A merchant writes down its own tasks.
    pub side: Option<TaskSide>,
    /// The queue; what the policy of manual tasks says if absent.
    pub queue: Option<String>,
    /// What goes first; what the policy of manual tasks says if absent.
    pub priority: Option<TaskPriority>,
}

/// A task as it was read.
#[derive(Debug, InputObject)]
pub struct TaskVersionInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
}

/// A task to be given to somebody.
#[derive(Debug, InputObject)]
pub struct TaskAssignInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Who gets it: whoever asks, or somebody of the team that does it. Nobody if absent.
    pub assignee_id: Option<ID>,
}

/// A task to be put into another queue.
#[derive(Debug, InputObject)]
pub struct TaskMoveInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The queue; one that a policy names.
    pub queue: String,
}

/// How urgent a task is.
#[derive(Debug, InputObject)]
pub struct TaskPrioritizeInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What goes first.
    pub priority: TaskPriority,
}

/// A task, and why.
#[derive(Debug, InputObject)]
pub struct TaskReasonInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Why; becomes part of the history.
    pub reason: String,
}

/// A task to be closed.
#[derive(Debug, InputObject)]
pub struct TaskResolveInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What came of it.
    pub outcome: String,
    /// More words for those who read it later.
    pub note: Option<String>,
}

/// Words about a task.
#[derive(Debug, InputObject)]
pub struct TaskNoteInput {
    /// The task.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The words. They stay.
    pub text: String,
}

payload! {
    /// What became of `taskCreate`.
    TaskCreatePayload {
        /// The task.
        task: Task }
    /// What became of `taskAssign`.
    TaskAssignPayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskMove`.
    TaskMovePayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskPrioritize`.
    TaskPrioritizePayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskRespond`.
    TaskRespondPayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskPause`.
    TaskPausePayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskResume`.
    TaskResumePayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskResolve`.
    TaskResolvePayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskReopen`.
    TaskReopenPayload {
        /// The task as it is now.
        task: Task }
    /// What became of `taskNote`.
    TaskNotePayload {
        /// The task as it is now.
        task: Task }
}

fn seen(id: &ID, expected_version: i64) -> Result<Seen, context::Error> {
    Ok(Seen { id: input::id("id", id)?, expected_version: Some(expected_version) })
}

/// Changes of tasks.
#[derive(Default)]
pub struct TasksMutation;

#[Object]
impl TasksMutation {
    /// Writes down a task. A merchant's is its own; the operator's may be for a merchant.
    async fn task_create(&self, gql: &Context<'_>, input: TaskCreateInput) -> Gql<TaskCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(HANDLE_TASKS)?;
            let merchant = input::optional_id("merchantId", input.merchant_id.as_ref())?;
            if let Some(merchant) = merchant {
                known(ctx, merchant).await?;
            }
            let (title, subject, queue) = (input.title, input.subject_id, input.queue);
            let (side, priority) = (input.side.map(Into::into), input.priority.map(Into::into));
            task::create_task(ctx, CreateTask { title, subject, merchant, side, queue, priority }).await
        };
        let done: Result<_, marketplace::Error> = Box::pin(done).await;
        respond(gql, done.map(Task::from))
    }

    /// Gives a task to somebody, or to nobody.
    async fn task_assign(&self, gql: &Context<'_>, input: TaskAssignInput) -> Gql<TaskAssignPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let assignee = input::optional_id("assigneeId", input.assignee_id.as_ref())?;
            let Seen { id, expected_version } = seen(&input.id, input.expected_version)?;
            task::assign_task(ctx, AssignTask { id, expected_version, assignee }, &People).await
        };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Puts a task into another queue.
    async fn task_move(&self, gql: &Context<'_>, input: TaskMoveInput) -> Gql<TaskMovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let direct = Direct { queue: Some(input.queue), priority: None };
            task::direct_task(ctx, seen(&input.id, input.expected_version)?, direct).await
        };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Says how urgent a task is.
    async fn task_prioritize(&self, gql: &Context<'_>, input: TaskPrioritizeInput) -> Gql<TaskPrioritizePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let direct = Direct { queue: None, priority: Some(input.priority.into()) };
            task::direct_task(ctx, seen(&input.id, input.expected_version)?, direct).await
        };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Says that somebody answered: the clock of the first answer stops.
    async fn task_respond(&self, gql: &Context<'_>, input: TaskVersionInput) -> Gql<TaskRespondPayload> {
        let ctx = ctx(gql)?;
        let done = async { task::respond_task(ctx, seen(&input.id, input.expected_version)?).await };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Stops the clocks until somebody else has done something.
    async fn task_pause(&self, gql: &Context<'_>, input: TaskReasonInput) -> Gql<TaskPausePayload> {
        let ctx = ctx(gql)?;
        let done = async { task::pause_task(ctx, seen(&input.id, input.expected_version)?, &input.reason).await };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Lets the clocks run again.
    async fn task_resume(&self, gql: &Context<'_>, input: TaskVersionInput) -> Gql<TaskResumePayload> {
        let ctx = ctx(gql)?;
        let done = async { task::resume_task(ctx, seen(&input.id, input.expected_version)?).await };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Closes a task. That its time ran out before stays.
    async fn task_resolve(&self, gql: &Context<'_>, input: TaskResolveInput) -> Gql<TaskResolvePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let seen = seen(&input.id, input.expected_version)?;
            task::resolve_task(ctx, ResolveTask { seen, outcome: input.outcome, note: input.note }).await
        };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Opens a task again. While it was closed its clocks stood still.
    async fn task_reopen(&self, gql: &Context<'_>, input: TaskReasonInput) -> Gql<TaskReopenPayload> {
        let ctx = ctx(gql)?;
        let done = async { task::reopen_task(ctx, seen(&input.id, input.expected_version)?, &input.reason).await };
        respond(gql, Box::pin(done).await.map(Task::from))
    }

    /// Writes something down about a task. It stays.
    async fn task_note(&self, gql: &Context<'_>, input: TaskNoteInput) -> Gql<TaskNotePayload> {
        let ctx = ctx(gql)?;
        let done = async { task::note_task(ctx, seen(&input.id, input.expected_version)?, &input.text).await };
        respond(gql, Box::pin(done).await.map(Task::from))
    }
}
