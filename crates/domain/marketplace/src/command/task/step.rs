//! What people do with tasks, one step at a time.

use context::Ctx;
use kernel::id::TaskId;
use kernel::text;

use super::change::{Opened, came, opened, resolved, strike};
use super::create::known_queue;
use crate::actions::{DIRECT_TASKS, HANDLE_TASKS};
use crate::model::task::{Pause, Priority, Task, TaskAction};
use crate::{Error, repo};

/// The longest reason and outcome.
const LINE_MAX: usize = 200;
/// The longest note.
const NOTE_MAX: usize = 4_000;
/// The most notes of a task.
const NOTES_MAX: i64 = 500;

/// A task as the caller saw it.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The task.
    pub id: TaskId,
    /// The version that the caller saw; `None`: whatever it is.
    pub expected_version: Option<i64>,
}

/// Where a task goes and what goes first: what is `None` stays.
#[derive(Debug, Clone)]
pub struct Direct {
    /// The queue.
    pub queue: Option<String>,
    /// The priority.
    pub priority: Option<Priority>,
}

/// A task to be closed.
#[derive(Debug, Clone)]
pub struct ResolveTask {
    /// Which.
    pub seen: Seen,
    /// What came of it.
    pub outcome: String,
    /// More words for those who read it later.
    pub note: Option<String>,
}

async fn handled(ctx: &Ctx, seen: Seen, action: TaskAction) -> Result<Opened, Error> {
    opened(ctx, HANDLE_TASKS, seen.id, seen.expected_version, action).await
}

/// Puts a task into another queue, or says how urgent it is.
///
/// # Errors
/// An unknown `queue`; the task is resolved; stale; not found; denied; the database error.
pub async fn direct_task(ctx: &Ctx, seen: Seen, direct: Direct) -> Result<Task, Error> {
    let (action, done) = match direct.queue {
        Some(_) => (TaskAction::Move, "moved"),
        None => (TaskAction::Prioritize, "prioritized"),
    };
    let mut opened = opened(ctx, DIRECT_TASKS, seen.id, seen.expected_version, action).await?;
    if let Some(queue) = direct.queue {
        let market = crate::snapshot_on(&*opened.tx).await?;
        opened.task.queue = known_queue(&market.settings, &queue)?;
        opened.task.home_queue.clone_from(&opened.task.queue);
    }
    super::super::put(&mut opened.task.priority, direct.priority);
    opened.done(done, None).await
}

/// Says that somebody answered: the clock of the first answer stops.
///
/// # Errors
/// Somebody answered before; the task is resolved; stale; not found; denied; the database error.
pub async fn respond_task(ctx: &Ctx, seen: Seen) -> Result<Task, Error> {
    let mut opened = handled(ctx, seen, TaskAction::Respond).await?;
    opened.task.first_responded_at = Some(opened.tx.now());
    opened.done("responded", None).await
}

/// Stops the clocks until somebody else has done something.
///
/// # Errors
/// A wrong `reason`; the task waits or is resolved; stale; not found; denied; the database error.
pub async fn pause_task(ctx: &Ctx, seen: Seen, reason: &str) -> Result<Task, Error> {
    let reason = text::line("reason", reason, LINE_MAX)?;
    let mut opened = handled(ctx, seen, TaskAction::Pause).await?;
    opened.pause(&reason).await?;
    opened.done("paused", Some(&reason)).await
}

/// Lets the clocks run again. What was due is due later by the working time that passed.
///
/// # Errors
/// The task does not wait; stale; not found; denied; the database error.
pub async fn resume_task(ctx: &Ctx, seen: Seen) -> Result<Task, Error> {
    let mut opened = handled(ctx, seen, TaskAction::Resume).await?;
    opened.resume().await?;
    opened.done("resumed", None).await
}

/// Closes a task. That its time ran out before stays.
///
/// # Errors
/// A wrong `outcome` or `note`; the task is resolved; stale; not found; denied; the database error.
pub async fn resolve_task(ctx: &Ctx, input: ResolveTask) -> Result<Task, Error> {
    let outcome = text::line("outcome", &input.outcome, LINE_MAX)?;
    let mut opened = handled(ctx, input.seen, TaskAction::Resolve).await?;
    if let Some(note) = input.note.as_deref().filter(|note| !note.trim().is_empty()) {
        opened.note(note).await?;
    }
    opened.resolve(&outcome).await?;
    opened.done("resolved", None).await
}

/// Opens a task again. While it was closed its clocks stood still.
///
/// # Errors
/// A wrong `reason`; the task is open, or another of its kind for the same thing is; stale; not found; denied; the
/// database error.
pub async fn reopen_task(ctx: &Ctx, seen: Seen, reason: &str) -> Result<Task, Error> {
    let reason = text::line("reason", reason, LINE_MAX)?;
    let mut opened = handled(ctx, seen, TaskAction::Reopen).await?;
    opened.reopen(&reason).await?;
    opened.done("reopened", Some(&reason)).await
}

/// Writes something down about a task. It stays.
///
/// # Errors
/// A wrong `text`; too many notes; stale; not found; denied; the database error.
pub async fn note_task(ctx: &Ctx, seen: Seen, words: &str) -> Result<Task, Error> {
    let mut opened = handled(ctx, seen, TaskAction::Note).await?;
    opened.note(words).await?;
    opened.done("noted", None).await
}

impl Opened {
    pub(super) async fn pause(&mut self, reason: &str) -> Result<(), Error> {
        let now = self.tx.now();
        self.task.paused_at = Some(now);
        self.task.pause_reason = Some(reason.to_owned());
        self.task.pause_count += 1;
        repo::task::insert_pause(&self.tx, &self.task, reason, Pause { from: now, to: None }).await
    }

    pub(super) async fn resume(&mut self) -> Result<(), Error> {
        repo::task::end_pause(&self.tx, self.task.id).await?;
        self.task.paused_at = None;
        self.task.pause_reason = None;
        self.wind().await
    }

    pub(super) async fn resolve(&mut self, outcome: &str) -> Result<(), Error> {
        if self.task.paused_at.is_some() {
            self.resume().await?;
            // The time may have been used up at the very moment at which the waiting began.
            let market = crate::snapshot_on(&*self.tx).await?;
            strike(&mut self.tx, &mut self.task, &market.settings.tasks);
        }
        self.task.resolved_at = Some(self.tx.now());
        self.task.outcome = Some(outcome.to_owned());
        self.tx.emit(&resolved(&self.task));
        Ok(())
    }

    async fn reopen(&mut self, reason: &str) -> Result<(), Error> {
        let closed = self.task.resolved_at.take();
        self.task.outcome = None;
        self.task.pause_count += 1;
        let from = closed.unwrap_or(self.tx.now());
        let pause = Pause { from, to: Some(self.tx.now()) };
        repo::task::insert_pause(&self.tx, &self.task, reason, pause).await?;
        self.tx.emit(&came(&self.task));
        self.wind().await
    }

    async fn note(&mut self, words: &str) -> Result<(), Error> {
        if words.trim().is_empty() {
            return Err(kernel::Invalid::required("text").into());
        }
        let words = text::block("text", words, NOTE_MAX)?;
        if self.task.note_count >= NOTES_MAX {
            return Err(Error::TooMany { what: "notes of a task", max: NOTES_MAX.unsigned_abs() });
        }
        self.task.note_count += 1;
        repo::task::insert_note(&self.tx, &self.task, &words).await
    }

    /// Sets the clocks anew, by the settings that were in force when the task came.
    async fn wind(&mut self) -> Result<(), Error> {
        let settings = repo::settings_of(&self.tx, self.task.settings_version).await?;
        let terms = settings.tasks.terms(self.task.kind);
        let terms = terms.ok_or_else(|| context::Error::internal("a policy has no calendar"))?;
        let pauses = repo::task::pauses(&self.tx, self.task.id).await?;
        self.task.wind(&terms, &pauses);
        Ok(())
    }
}
