//! Tasks as clients see them.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::TaskId;
use marketplace::{query, task};

use crate::error::{Gql, ctx};
use crate::loader::{LoadError, Loader, OfRequest, load};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::TaskKind")]
pub enum TaskKind {
    /// Answer a buyer.
    AnswerBuyer,
    /// Answer a merchant.
    AnswerMerchant,
    /// Look at a product that a merchant wants to sell.
    ApproveProduct,
    /// Decide about a refund above the limit.
    ApproveRefund,
    /// Look at who wants to sell.
    KycReview,
    /// Look at a document of a merchant.
    DocumentReview,
    /// Say why money that a bank took back is the marketplace's.
    DisputeEvidence,
    /// Send what should have left.
    LateShipment,
    /// Explain a difference between the ledger and a provider or a bank.
    ReconcileDiff,
    /// Look at a merchant's balance.
    CriticalBalance,
    /// Decide about an appeal against a block.
    Appeal,
    /// What somebody wrote down.
    Manual,
}

/// Who does a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::Side")]
pub enum TaskSide {
    /// The operator's people.
    Operator,
    /// The merchant that it is about.
    Merchant,
}

/// What goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::Priority")]
pub enum TaskPriority {
    /// Before everything else.
    Urgent,
    /// Before what is usual.
    High,
    /// As usual.
    Normal,
    /// When there is nothing else.
    Low,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::TaskState")]
pub enum TaskState {
    /// Nobody took it yet.
    Open,
    /// Somebody took it, or answered.
    InProgress,
    /// Its clocks stand still: somebody else has to do something first.
    Waiting,
    /// Done.
    Resolved,
}

/// What can be done to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::TaskAction")]
pub enum TaskAction {
    /// `taskAssign`
    Assign,
    /// `taskMove`
    Move,
    /// `taskPrioritize`
    Prioritize,
    /// `taskRespond`
    Respond,
    /// `taskPause`
    Pause,
    /// `taskResume`
    Resume,
    /// `taskResolve`
    Resolve,
    /// `taskReopen`
    Reopen,
    /// `taskNote`
    Note,
}

/// Something that somebody has to do in time. Time is counted by the business hours of its calendar.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Task {
    /// What is to be done.
    pub kind: TaskKind,
    /// With what: the id of a merchant, an order, a refund, ...
    pub subject_id: String,
    /// The merchant that it is about.
    pub merchant_id: Option<ID>,
    /// Who does it.
    pub side: TaskSide,
    /// What it is about, for people.
    pub title: String,
    /// Where it waits.
    pub queue: String,
    /// Who has it.
    pub assignee_id: Option<ID>,
    /// The name of that person.
    pub assignee_name: Option<String>,
    /// What goes first.
    pub priority: TaskPriority,
    /// How far it is.
    pub state: TaskState,
    /// When it came.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done; none while it waits for somebody else.
    pub due_at: Option<DateTime<Utc>>,
    /// When somebody has to have answered; none where that is not measured.
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// When somebody answered first.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// 0; 1 when it was due soon, 2 when it was late. It never goes down.
    pub escalation_level: i64,
    /// Since when it waits for somebody else.
    pub paused_at: Option<DateTime<Utc>>,
    /// Why it waits.
    pub pause_reason: Option<String>,
    /// When it was closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Option<String>,
    /// When the time to answer ran out. It stays, whatever is done later.
    pub first_response_breached_at: Option<DateTime<Utc>>,
    /// When the time to do it ran out. It stays, whatever is done later.
    pub resolution_breached_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
    #[graphql(skip)]
    of: task::Task,
}

impl From<task::Task> for Task {
    fn from(of: task::Task) -> Self {
        let whose = of.assignee.clone();
        Self {
            kind: of.kind.into(),
            subject_id: of.subject.clone(),
            merchant_id: of.merchant.map(ID::from),
            side: of.side.into(),
            title: of.title.clone(),
            queue: of.queue.clone(),
            assignee_id: whose.as_ref().map(|whose| whose.id.into()),
            assignee_name: whose.map(|whose| whose.name),
            priority: of.priority.into(),
            state: of.state().into(),
            opened_at: of.opened_at,
            due_at: of.runs_until(),
            first_response_due_at: of.first_response_due_at,
            first_responded_at: of.first_responded_at,
            escalation_level: of.escalation_level,
            paused_at: of.paused_at,
            pause_reason: of.pause_reason.clone(),
            resolved_at: of.resolved_at,
            outcome: of.outcome.clone(),
            first_response_breached_at: of.first_response_breached_at,
            resolution_breached_at: of.resolution_breached_at,
            version: of.version,
            of,
        }
    }
}

#[ComplexObject]
impl Task {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.of.id.into()
    }

    /// What the caller can do to it now.
    async fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<TaskAction>> {
        Ok(query::task_actions(ctx(gql)?, &self.of).into_iter().map(TaskAction::from).collect())
    }

    /// What was written about it, the first first. All of it.
    async fn notes(&self, gql: &Context<'_>) -> Gql<Vec<TaskNote>> {
        let found = load::<Notes, _>(gql, self.of.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(TaskNote::from).collect())
    }

    /// When its clocks stood still, the first time first. All of it.
    async fn pauses(&self, gql: &Context<'_>) -> Gql<Vec<TaskPause>> {
        let found = load::<Pauses, _>(gql, self.of.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// Something that somebody wrote about a task.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskNote {
    /// The notes of a task count from 1.
    pub number: i64,
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<task::TaskNote> for TaskNote {
    fn from(note: task::TaskNote) -> Self {
        Self { number: note.number, text: note.text, author: note.author_name, at: note.at }
    }
}

/// A time in which the clocks of a task stood still.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskPause {
    /// The pauses of a task count from 1.
    pub number: i64,
    /// Why.
    pub reason: String,
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended.
    pub to: Option<DateTime<Utc>>,
}

impl From<task::TaskPause> for TaskPause {
    fn from(of: task::TaskPause) -> Self {
        Self { number: of.number, reason: of.reason, from: of.pause.from, to: of.pause.to }
    }
}

/// What was written about tasks.
pub struct Notes(Ctx);

impl OfRequest for Notes {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<TaskId> for Notes {
    type Value = Vec<task::TaskNote>;

    async fn load(&self, keys: &[TaskId]) -> Result<HashMap<TaskId, Self::Value>, LoadError> {
        query::task_notes(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// When the clocks of tasks stood still.
pub struct Pauses(Ctx);

impl OfRequest for Pauses {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<TaskId> for Pauses {
    type Value = Vec<task::TaskPause>;

    async fn load(&self, keys: &[TaskId]) -> Result<HashMap<TaskId, Self::Value>, LoadError> {
        query::task_pauses(&self.0, keys).await.map_err(LoadError::new)
    }
}
