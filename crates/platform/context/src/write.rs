//! The one transaction of a command, with the history, events and jobs that go with it.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use db::Tx;
use history::Change;
use kernel::id::{ChangeId, EventId, JobId, TypedId};
use outbox::idempotency::{self, Claim, Key};
use outbox::{Event, PendingEvent, PendingJob};
use sea_orm::DbErr;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Ctx, Error};

/// A write transaction that collects what belongs to the change and writes it at commit, one statement a kind.
///
/// Dropping it rolls everything back, events and history included.
#[derive(Debug)]
pub struct WriteTx {
    tx: Tx,
    ctx: Ctx,
    now: DateTime<Utc>,
    changes: Vec<(ChangeId, Change)>,
    events: Vec<(EventId, PendingEvent)>,
    jobs: Vec<(JobId, PendingJob)>,
    key: Option<Key>,
}

/// What to do under an idempotency key.
#[derive(Debug)]
pub enum Idempotent<T> {
    /// First time: do the work and finish with [`WriteTx::commit_with_answer`].
    Proceed,
    /// A retry: this was the answer. Drop the transaction.
    Replay(T),
}

/// The longest idempotency key.
const KEY_LENGTH_MAX: usize = 200;

impl WriteTx {
    pub(crate) fn new(tx: Tx, ctx: Ctx) -> Self {
        let now = ctx.now();
        Self { tx, ctx, now, changes: Vec::new(), events: Vec::new(), jobs: Vec::new(), key: None }
    }

    /// The time of the transaction: the same for everything written in it.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Who acts, and the ids for what is written.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// A new id of any kind.
    #[must_use]
    pub fn new_id<I: TypedId>(&self) -> I {
        self.ctx.new_id()
    }

    /// Adds a change to the history.
    pub fn record(&mut self, change: Change) {
        self.changes.push((self.ctx.new_id(), change));
    }

    /// Forgets what people said in the history about a thing ([`Change::about`]).
    ///
    /// # Errors
    /// The database error.
    pub async fn forget(&self, kind: &str, id: impl ToString) -> Result<(), DbErr> {
        history::forget(&self.tx, kind, &id.to_string()).await
    }

    /// Tells a fact to everybody who listens, after the commit.
    pub fn emit<E: Event>(&mut self, event: &E) {
        self.events.push((self.ctx.new_id(), PendingEvent::of(event)));
    }

    /// Leaves work to be done after the commit.
    pub fn enqueue(&mut self, job: PendingJob) {
        self.jobs.push((self.ctx.new_id(), job));
    }

    /// Claims the idempotency key of a command; must be its first statement.
    ///
    /// `owner` keeps the keys of different callers apart; by default use the actor's id.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty or overlong key, [`Error::KeyReused`] for other input under a used key.
    pub async fn idempotent<T: DeserializeOwned, I: Serialize>(
        &mut self,
        owner: String,
        route: &'static str,
        key: &str,
        input: &I,
    ) -> Result<Idempotent<T>, Error> {
        let key = kernel::text::line("idempotencyKey", key, KEY_LENGTH_MAX)?;
        let key = Key { owner, route, key };
        let claim = idempotency::claim(&self.tx, &key, &idempotency::input_hash(input), self.now).await?;
        match claim {
            Claim::New => {
                self.key = Some(key);
                Ok(Idempotent::Proceed)
            }
            Claim::Done(response) => Ok(Idempotent::Replay(serde_json::from_str(&response)?)),
            Claim::Mismatch => Err(Error::KeyReused),
        }
    }

    /// Commits the change with its history, events and jobs, and rings the dispatcher.
    ///
    /// # Errors
    /// The database error; nothing was written then.
    pub async fn commit(self) -> Result<(), Error> {
        let Self { tx, ctx, now, changes, events, jobs, .. } = self;
        let origin = history::Origin {
            actor: ctx.actor().id(),
            actor_name: ctx.actor().name.clone(),
            on_behalf_of: ctx.actor().on_behalf_of().map(|user| user.to_string()),
            source: ctx.origin().source.to_owned(),
            request_id: ctx.origin().request_id.clone(),
            ip: ctx.origin().ip.clone(),
        };
        let ring = !events.is_empty() || !jobs.is_empty();
        history::record(&tx, changes, &origin, now).await?;
        outbox::publish(&tx, events, &origin.actor, now).await?;
        outbox::enqueue(&tx, jobs, now).await?;
        tx.commit().await?;
        if ring {
            ctx.world().wake.notify_one();
        }
        Ok(())
    }

    /// Like [`WriteTx::commit`], and keeps `answer` for retries under the key.
    ///
    /// # Errors
    /// The database error; nothing was written then.
    pub async fn commit_with_answer<T: Serialize>(mut self, answer: &T) -> Result<(), Error> {
        if let Some(key) = self.key.take() {
            idempotency::answer(&self.tx, &key, serde_json::to_string(answer)?).await?;
        }
        self.commit().await
    }
}

impl Deref for WriteTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}
