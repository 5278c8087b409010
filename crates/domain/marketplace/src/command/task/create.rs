//! Tasks that come.

use access::Reach;
use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, TaskId};
use kernel::text;

use super::change::{came, change};
use crate::actions::HANDLE_TASKS;
use crate::model::Settings;
use crate::model::task::{Priority, Side, Task, TaskKind, TaskPolicy};
use crate::{Error, repo};

/// The longest title.
pub(super) const TITLE_MAX: usize = 200;
/// The longest id of a subject.
const SUBJECT_MAX: usize = 80;

/// A task that somebody writes down.
#[derive(Debug, Clone)]
pub struct CreateTask {
    /// What people read.
    pub title: String,
    /// With what; itself if `None`.
    pub subject: Option<String>,
    /// The merchant it is about; one's own, for a merchant.
    pub merchant: Option<MerchantId>,
    /// Who does it; what the policy says if `None`. A merchant writes down its own tasks only.
    pub side: Option<Side>,
    /// The queue; what the policy says if `None`.
    pub queue: Option<String>,
    /// What goes first; what the policy says if `None`.
    pub priority: Option<Priority>,
}

/// A new task of a kind, by the policy in force.
pub(super) fn born(
    tx: &WriteTx,
    (settings, settings_version): (&Settings, i64),
    kind: TaskKind,
    subject: Option<String>,
    merchant: Option<MerchantId>,
    title: String,
) -> Result<Task, Error> {
    let TaskPolicy { queue, side, priority, .. } = settings.tasks.policy(kind);
    let (id, now): (TaskId, _) = (tx.new_id(), tx.now());
    let mut task = Task {
        id,
        kind,
        subject: subject.unwrap_or_else(|| id.to_string()),
        merchant,
        side: if merchant.is_some() { side } else { Side::Operator },
        title,
        home_queue: queue.clone(),
        queue,
        assignee: None,
        priority,
        settings_version,
        opened_at: now,
        due_at: now,
        warn_at: now,
        first_response_due_at: None,
        first_responded_at: None,
        escalation_level: 0,
        paused_at: None,
        pause_reason: None,
        pause_count: 0,
        note_count: 0,
        resolved_at: None,
        outcome: None,
        first_response_breached_at: None,
        resolution_breached_at: None,
        version: 1,
    };
    let terms = settings.tasks.terms(kind).ok_or_else(|| context::Error::internal("a policy has no calendar"))?;
    task.wind(&terms, &[]);
    Ok(task)
}

/// Keeps a new task and tells of it. Whether there was none yet.
pub(super) async fn keep(tx: &mut WriteTx, task: &Task) -> Result<bool, Error> {
    if !repo::task::insert(tx, task).await? {
        return Ok(false);
    }
    tx.record(change(task, "opened").diff(None, Some(task)));
    tx.emit(&came(task));
    Ok(true)
}

/// Writes down a task. A merchant's is its own; the operator's may be for a merchant.
///
/// # Errors
/// A wrong `title`, `subject`, `queue` or `side`; another's merchant is not found; denied; the database error.
pub async fn create_task(ctx: &Ctx, input: CreateTask) -> Result<Task, Error> {
    let grant = ctx.authorize(HANDLE_TASKS)?;
    let (merchant, own) = match (grant.merchants(), input.merchant) {
        (Reach::All, named) => (named, false),
        (Reach::Only(own), named) if named.is_none_or(|named| named == own) => (Some(own), true),
        (Reach::Only(_) | Reach::Nothing, _) => return Err(super::super::missing("merchant")),
    };
    let title = text::line("title", &input.title, TITLE_MAX)?;
    let subject = input.subject.map(|subject| text::line("subject", &subject, SUBJECT_MAX)).transpose()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = crate::snapshot_on(&*tx).await?;
    let settings = (&market.settings, market.settings_version);
    let mut task = born(&tx, settings, TaskKind::Manual, subject, merchant, title)?;
    task.side = match (own, input.side) {
        (true, Some(Side::Operator)) => return Err(kernel::Invalid::new("side", "NOT_YOURS", "is not yours").into()),
        (true, _) => Side::Merchant,
        (false, None) => task.side,
        (false, Some(Side::Merchant)) if merchant.is_none() => {
            return Err(kernel::Invalid::required("merchantId").into());
        }
        (false, Some(side)) => side,
    };
    if let Some(queue) = input.queue {
        task.queue = known_queue(&market.settings, &queue)?;
        task.home_queue.clone_from(&task.queue);
    }
    super::super::put(&mut task.priority, input.priority);
    keep(&mut tx, &task).await?;
    tx.commit().await?;
    Ok(task)
}

/// A queue that a policy names.
pub(super) fn known_queue(settings: &Settings, queue: &str) -> Result<String, Error> {
    let queue = text::code("queue", queue, crate::model::task::QUEUE_MAX)?;
    if settings.tasks.queues().contains(&queue) {
        return Ok(queue);
    }
    Err(kernel::Invalid::new("queue", "UNKNOWN_QUEUE", "is not a queue that a policy names").into())
}
