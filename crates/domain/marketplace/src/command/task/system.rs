//! Tasks that Souk opens and closes for what happened. Every function may be called any number of times.

use context::Ctx;
use kernel::id::{MerchantId, TaskId};

use super::change::{Opened, strike};
use super::create::{TITLE_MAX, born, keep};
use crate::actions::RUN_TASKS;
use crate::model::task::TaskKind;
use crate::query::open_task_subjects_on;
use crate::{Error, repo};

/// Why a task waits when Souk says so.
const ELSEWHERE: &str = "waiting for the other side";

/// A task that there should be.
#[derive(Debug, Clone)]
pub struct EnsureTask {
    /// What is to be done.
    pub kind: TaskKind,
    /// With what: the id of anything, such as `mer_…`.
    pub subject: String,
    /// The merchant it is about; whose people do it, if the policy says so.
    pub merchant: Option<MerchantId>,
    /// What people read; it is cut where it is too long.
    pub title: String,
}

/// Opens a task, unless there is an open one of its kind for its subject. Its id.
///
/// # Errors
/// Denied; stale, when the open one was closed in the same moment: call it again; the database error.
pub async fn ensure(ctx: &Ctx, input: EnsureTask) -> Result<TaskId, Error> {
    ctx.authorize(RUN_TASKS)?;
    let mut tx = ctx.begin_write().await?;
    if let Some(task) = repo::task::lock_open(&tx, input.kind, &input.subject).await? {
        return Ok(task.id);
    }
    let market = crate::snapshot_on(&*tx).await?;
    let title: String = input.title.chars().filter(|c| !c.is_control()).take(TITLE_MAX).collect();
    let settings = (&market.settings, market.settings_version);
    let subject = Some(input.subject.clone());
    let task = born(&tx, settings, input.kind, subject, input.merchant, title)?;
    if keep(&mut tx, &task).await? {
        tx.commit().await?;
        return Ok(task.id);
    }
    // Somebody else opened it meanwhile.
    let other = repo::task::lock_open(&tx, input.kind, &input.subject).await?;
    other.map(|task| task.id).ok_or_else(|| context::Error::Stale("task").into())
}

/// The open task of a kind for a subject, its clocks looked at.
async fn opened(ctx: &Ctx, kind: TaskKind, subject: &str) -> Result<Option<Opened>, Error> {
    ctx.authorize(RUN_TASKS)?;
    // Most things have no task: nobody waits for a writer to learn that.
    if open_task_subjects_on(ctx.read(), kind, &[subject.to_owned()]).await?.is_empty() {
        return Ok(None);
    }
    let mut tx = ctx.begin_write().await?;
    let Some(mut task) = repo::task::lock_open(&tx, kind, subject).await? else { return Ok(None) };
    let market = crate::snapshot_on(&*tx).await?;
    strike(&mut tx, &mut task, &market.settings.tasks);
    Ok(Some(Opened { tx, wide: true, before: task.clone(), task }))
}

/// Closes the open task of a kind for a subject. Whether there was one.
///
/// # Errors
/// Denied; the database error.
pub async fn settle(ctx: &Ctx, kind: TaskKind, subject: &str, outcome: &str) -> Result<bool, Error> {
    let Some(mut opened) = opened(ctx, kind, subject).await? else { return Ok(false) };
    opened.resolve(outcome).await?;
    opened.done("resolved", None).await?;
    Ok(true)
}

/// Stops the clocks of the open task of a kind for a subject: somebody on the other side has to do something. Whether it
/// did not wait yet.
///
/// # Errors
/// Denied; the database error.
pub async fn wait(ctx: &Ctx, kind: TaskKind, subject: &str) -> Result<bool, Error> {
    match opened(ctx, kind, subject).await? {
        Some(mut opened) if opened.task.paused_at.is_none() => {
            opened.pause(ELSEWHERE).await?;
            opened.done("paused", None).await?;
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}

/// Lets the clocks of the open task of a kind for a subject run again. Whether it waited.
///
/// # Errors
/// Denied; the database error.
pub async fn resume(ctx: &Ctx, kind: TaskKind, subject: &str) -> Result<bool, Error> {
    match opened(ctx, kind, subject).await? {
        Some(mut opened) if opened.task.paused_at.is_some() => {
            opened.resume().await?;
            opened.done("resumed", None).await?;
            Ok(true)
        }
        Some(_) | None => Ok(false),
    }
}
