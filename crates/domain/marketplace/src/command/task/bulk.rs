//! Many tasks at once: each in a transaction of its own, with an answer of its own.

use context::Ctx;
use kernel::id::{TaskId, UserId};
use kernel::{Fault as _, FaultKind, Invalid};

use super::{AssignTask, Direct, ResolveTask, Seen, Staff, assign_task, direct_task, resolve_task};
use crate::Error;
use crate::actions::{DIRECT_TASKS, HANDLE_TASKS};
use crate::model::task::Task;

/// The most tasks at once.
pub const BULK_MAX: usize = 100;

/// What is done to each of them.
#[derive(Debug, Clone)]
pub enum BulkStep {
    /// Give it to somebody, or to nobody.
    Assign(Option<UserId>),
    /// Put it into another queue, or say how urgent it is.
    Direct(Direct),
    /// Close it.
    Resolve {
        /// What came of it.
        outcome: String,
        /// More words.
        note: Option<String>,
    },
}

/// What became of one task.
#[derive(Debug)]
pub struct BulkResult {
    /// Which.
    pub id: TaskId,
    /// The task as it is now, or why nothing was done.
    pub result: Result<Task, Error>,
}

/// Does the same to many tasks, whatever their versions. Those to which it cannot be done are left as they are.
///
/// # Errors
/// None or more than [`BULK_MAX`] tasks; denied; the database error: what was done before it stays done.
pub async fn change_tasks(
    ctx: &Ctx,
    ids: &[TaskId],
    step: &BulkStep,
    staff: &impl Staff,
) -> Result<Vec<BulkResult>, Error> {
    ctx.authorize(if matches!(step, BulkStep::Direct(_)) { DIRECT_TASKS } else { HANDLE_TASKS })?;
    if ids.is_empty() {
        return Err(Invalid::required("ids").into());
    }
    if ids.len() > BULK_MAX {
        return Err(Invalid::new("ids", "TOO_MANY", format!("at most {BULK_MAX}")).into());
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids.iter().copied() {
        let seen = Seen { id, expected_version: None };
        let result = match step.clone() {
            BulkStep::Assign(assignee) => {
                let input = AssignTask { id, expected_version: None, assignee };
                assign_task(ctx, input, staff).await
            }
            BulkStep::Direct(direct) => direct_task(ctx, seen, direct).await,
            BulkStep::Resolve { outcome, note } => resolve_task(ctx, ResolveTask { seen, outcome, note }).await,
        };
        match result {
            Err(error) if !is_of_the_task(error.kind()) => return Err(error),
            result => results.push(BulkResult { id, result }),
        }
    }
    Ok(results)
}

/// Whether a fault is the task's own, and nothing that the next one would meet, too.
const fn is_of_the_task(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Invalid | FaultKind::Conflict | FaultKind::RuleBroken | FaultKind::NotFound)
}
