//! Who has a task.

use std::future::Future;

use context::{Ctx, WriteTx};
use kernel::Invalid;
use kernel::id::{MerchantId, TaskId, UserId};

use super::change::{Opened, assigned, opened};
use crate::Error;
use crate::actions::HANDLE_TASKS;
use crate::model::task::{Assignee, Task, TaskAction};

/// Tells who works for whom. People stand beside this crate.
pub trait Staff: Sync {
    /// The name of a person who works for a merchant, or for the operator if `None`.
    fn name(
        &self,
        tx: &WriteTx,
        user: UserId,
        of: Option<MerchantId>,
    ) -> impl Future<Output = Result<Option<String>, context::Error>> + Send;
}

/// A task to be given to somebody.
#[derive(Debug, Clone, Copy)]
pub struct AssignTask {
    /// The task.
    pub id: TaskId,
    /// The version that the caller saw; `None`: whatever it is.
    pub expected_version: Option<i64>,
    /// Who gets it: the caller or somebody of the team that does it; nobody if `None`.
    pub assignee: Option<UserId>,
}

/// Gives a task to somebody, or to nobody. The operator's people may have tasks of merchants, too.
///
/// # Errors
/// `assigneeId` does not work there; the task is resolved; stale; not found; denied; the database error.
pub async fn assign_task(ctx: &Ctx, input: AssignTask, staff: &impl Staff) -> Result<Task, Error> {
    let mut opened = opened(ctx, HANDLE_TASKS, input.id, input.expected_version, TaskAction::Assign).await?;
    let assignee = match input.assignee {
        Some(user) => Some(found(&opened, user, staff).await?),
        None => None,
    };
    if opened.task.assignee.as_ref().map(|of| of.id) == assignee.as_ref().map(|of| of.id) {
        return Ok(opened.before);
    }
    opened.task.assignee = assignee;
    opened.tx.emit(&assigned(&opened.task));
    opened.done("assigned", None).await
}

async fn found(opened: &Opened, user: UserId, staff: &impl Staff) -> Result<Assignee, Error> {
    let (tx, owner) = (&opened.tx, opened.task.owner());
    let actor = tx.ctx().actor();
    if actor.user() == Some(user) {
        return Ok(Assignee { id: user, name: actor.name.clone() });
    }
    let mut name = staff.name(tx, user, owner).await?;
    if name.is_none() && opened.wide && owner.is_some() {
        name = staff.name(tx, user, None).await?;
    }
    let name = name.ok_or_else(|| Invalid::new("assigneeId", "NOT_ON_THE_TEAM", "does not work where the task is"))?;
    Ok(Assignee { id: user, name })
}
