//! What every change of a task has in common: the clocks are looked at first, so that nothing a person does hides that
//! the time ran out before.

use access::Action;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::TaskId;

use crate::event::{TaskAssigned, TaskBreached, TaskClock, TaskDueSoon, TaskOpened, TaskResolved};
use crate::model::task::{Strike, Task, TaskAction, TaskSettings};
use crate::{Error, repo};

/// A task that is being changed.
pub(super) struct Opened {
    pub(super) tx: WriteTx,
    /// Whether the operator's people or Souk itself change it.
    pub(super) wide: bool,
    /// As it was stored, with what the clocks said meanwhile.
    pub(super) before: Task,
    /// As it will be.
    pub(super) task: Task,
}

/// A change in the history; a merchant reads those of its tasks.
pub(super) fn change(task: &Task, action: &'static str) -> Change {
    let change = Change::new("task", task.id, action);
    change.of_merchant(task.owner())
}

/// Loads a task through the grant of `right`, refuses what its state forbids, and looks at its clocks.
pub(super) async fn opened(
    ctx: &Ctx,
    right: Action,
    id: TaskId,
    expected_version: Option<i64>,
    action: TaskAction,
) -> Result<Opened, Error> {
    let grant = ctx.authorize(right)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let task = repo::task::lock(&tx, &grant, id).await?;
    if let Some(expected) = expected_version {
        super::super::fresh(task.version, expected, "task")?;
    }
    if !task.allows(action) {
        return Err(Error::TaskState { action, state: task.state() });
    }
    let market = crate::snapshot_on(&*tx).await?;
    let mut struck = task;
    strike(&mut tx, &mut struck, &market.settings.tasks);
    Ok(Opened { tx, wide: grant.is_wide(), before: struck.clone(), task: struck })
}

impl Opened {
    /// Saves the task, writes the history and commits.
    pub(super) async fn done(mut self, action: &'static str, reason: Option<&str>) -> Result<Task, Error> {
        self.task.version += 1;
        repo::task::save(&self.tx, &self.task).await?;
        let change = change(&self.task, action).diff(Some(&self.before), Some(&self.task));
        self.tx.record(match reason {
            Some(reason) => change.because(reason),
            None => change,
        });
        self.tx.commit().await?;
        Ok(self.task)
    }
}

/// Looks at the clocks of a task and tells what they say. Whether they said anything; the caller saves the task then.
pub(super) fn strike(tx: &mut WriteTx, task: &mut Task, settings: &TaskSettings) -> bool {
    let before = task.clone();
    let said = task.strike(tx.now());
    for strike in &said {
        match strike {
            Strike::DueSoon => tx.emit(&due_soon(task)),
            Strike::FirstResponse => tx.emit(&breached(task, TaskClock::FirstResponse)),
            Strike::Resolution => {
                if let Some(queue) = settings.policy(task.kind).escalation_queue {
                    task.queue = queue;
                }
                tx.emit(&breached(task, TaskClock::Resolution));
            }
        }
    }
    if !said.is_empty() {
        tx.record(change(task, "escalated").diff(Some(&before), Some(task)));
    }
    !said.is_empty()
}

fn due_soon(of: &Task) -> TaskDueSoon {
    let assignee = of.assignee.as_ref().map(|of| of.id);
    TaskDueSoon { task: of.id, kind: of.kind, side: of.side, merchant: of.merchant, assignee }
}

fn breached(of: &Task, clock: TaskClock) -> TaskBreached {
    let assignee = of.assignee.as_ref().map(|of| of.id);
    TaskBreached { task: of.id, clock, kind: of.kind, side: of.side, merchant: of.merchant, assignee }
}

pub(super) fn came(of: &Task) -> TaskOpened {
    let assignee = of.assignee.as_ref().map(|of| of.id);
    TaskOpened { task: of.id, kind: of.kind, side: of.side, merchant: of.merchant, assignee }
}

pub(super) fn resolved(of: &Task) -> TaskResolved {
    let assignee = of.assignee.as_ref().map(|of| of.id);
    TaskResolved { task: of.id, kind: of.kind, side: of.side, merchant: of.merchant, assignee }
}

pub(super) fn assigned(of: &Task) -> TaskAssigned {
    let (assignee, version) = (of.assignee.as_ref().map(|of| of.id), of.version + 1);
    TaskAssigned { task: of.id, kind: of.kind, side: of.side, merchant: of.merchant, assignee, version }
}
