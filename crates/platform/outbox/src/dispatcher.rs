//! Hands events to handlers and jobs to workers.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use db::{Db, Tx};
use kernel::Clock;
use kernel::id::{EventId, JobId};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Order, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::Notify;

use crate::entity::{done_row, event_row, job_row};
use crate::event::{Event, StoredEvent};
use crate::job::Job;

/// Why a handler or worker did not finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Try again later, with growing pauses.
    Retry(String),
    /// Never try again; shown as dead.
    Fatal(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Retry(error.to_string())
    }
}

/// What handlers and workers answer.
pub type HandlerResult = Result<(), Failure>;
type Boxed = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;
type EventHandler = Arc<dyn Fn(StoredEvent) -> Boxed + Send + Sync>;
type JobWorker = Arc<dyn Fn(JobId, String) -> Boxed + Send + Sync>;

/// Events and jobs taken in one round.
const BATCH: u64 = 64;
/// Jobs worked on at the same time.
const JOBS_AT_ONCE: usize = 8;
/// How long a node may hold a row before another takes it over.
const LEASE: Duration = Duration::seconds(60);
/// How often the table is looked at without being told.
const POLL: std::time::Duration = std::time::Duration::from_secs(1);
/// The longest pause between two tries.
const BACKOFF_MAX: Duration = Duration::minutes(10);

/// Collects handlers and workers.
pub struct DispatcherBuilder {
    db: Db,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
    handlers: HashMap<&'static str, Vec<(&'static str, EventHandler)>>,
    workers: HashMap<&'static str, JobWorker>,
    secret_kinds: HashSet<&'static str>,
}

impl DispatcherBuilder {
    /// Calls `handler` for every event of kind `E`. `name` is stored: never reuse one for something else.
    #[must_use]
    pub fn on<E, F, Fut>(mut self, name: &'static str, handler: F) -> Self
    where
        E: Event,
        F: Fn(E, StoredEvent) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = HandlerResult> + Send + 'static,
    {
        let boxed: EventHandler = Arc::new(move |stored: StoredEvent| match stored.read::<E>() {
            Ok(event) => Box::pin(handler(event, stored)),
            Err(error) => Box::pin(async move { Err(Failure::Fatal(format!("unreadable event: {error}"))) }),
        });
        if E::SECRET {
            self.secret_kinds.insert(E::KIND);
        }
        self.handlers.entry(E::KIND).or_default().push((name, boxed));
        self
    }

    /// Calls `worker` for every job of kind `J`.
    #[must_use]
    pub fn work<J, F, Fut>(mut self, worker: F) -> Self
    where
        J: Job,
        F: Fn(J, JobId) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = HandlerResult> + Send + 'static,
    {
        let boxed: JobWorker = Arc::new(move |id, payload: String| match serde_json::from_str::<J>(&payload) {
            Ok(job) => Box::pin(worker(job, id)),
            Err(error) => Box::pin(async move { Err(Failure::Fatal(format!("unreadable job: {error}"))) }),
        });
        self.workers.insert(J::KIND, boxed);
        self
    }

    /// The dispatcher with everything registered.
    #[must_use]
    pub fn build(self) -> Dispatcher {
        Dispatcher { inner: Arc::new(self) }
    }
}

/// How much a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drained {
    /// Events handed to all their handlers.
    pub events: usize,
    /// Jobs done.
    pub jobs: usize,
    /// Events and jobs that failed and wait, or are dead.
    pub failures: usize,
}

/// An event that not all of its handlers could finish.
struct Unfinished {
    failure: Failure,
    /// The handlers that finished it in this try.
    done: Vec<&'static str>,
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Self { failure, done: Vec::new() }
    }
}

/// Hands events to handlers and jobs to workers, at least once each.
#[derive(Clone)]
pub struct Dispatcher {
    inner: Arc<DispatcherBuilder>,
}

impl Dispatcher {
    /// Starts collecting handlers. `wake` is rung after each commit that wrote events or jobs.
    #[must_use]
    pub fn builder(db: Db, clock: Arc<dyn Clock>, wake: Arc<Notify>) -> DispatcherBuilder {
        DispatcherBuilder {
            db,
            clock,
            wake,
            handlers: HashMap::new(),
            workers: HashMap::new(),
            secret_kinds: HashSet::new(),
        }
    }

    /// Works until `shutdown` resolves: rounds without pause while there is work, then waits for a ring.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        tokio::pin!(shutdown);
        loop {
            let did = match self.round().await {
                Ok(drained) => drained.events + drained.jobs,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read");
                    0
                }
            };
            tokio::select! {
                // Also a node that never runs out of work must stop when told.
                biased;
                () = &mut shutdown => return,
                () = std::future::ready(()), if did > 0 => {}
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Works until nothing is due. Returns what was done; failures wait for their next try.
    ///
    /// # Errors
    /// The database error.
    pub async fn drain(&self) -> Result<Drained, DbErr> {
        let mut total = Drained::default();
        loop {
            let round = self.round().await?;
            total.events += round.events;
            total.jobs += round.jobs;
            total.failures += round.failures;
            if round == Drained::default() {
                return Ok(total);
            }
        }
    }

    async fn round(&self) -> Result<Drained, DbErr> {
        let mut drained = Drained::default();
        self.events(&mut drained).await?;
        self.jobs(&mut drained).await?;
        Ok(drained)
    }

    async fn events(&self, drained: &mut Drained) -> Result<(), DbErr> {
        let db = &self.inner.db;
        let now = self.inner.clock.now();
        if !due_events(db, now).await? {
            return Ok(());
        }
        let tx = db.begin_write().await?;
        let rows = claim_events(&tx, now).await?;
        tx.commit().await?;
        let mut finished = Vec::with_capacity(rows.len());
        let mut wiped = Vec::new();
        for row in rows {
            let (id, attempts) = (row.id, row.attempt_count);
            let secret = self.inner.secret_kinds.contains(row.kind.as_str());
            match self.handle(row).await {
                Ok(()) => {
                    finished.push(id);
                    wiped.extend(secret.then_some(id));
                }
                Err(unfinished) => {
                    drained.failures += 1;
                    self.event_failed(id, attempts, unfinished).await?;
                }
            }
        }
        drained.events += finished.len();
        if finished.is_empty() {
            return Ok(());
        }
        let tx = db.begin_write().await?;
        event_row::Entity::update_many()
            .col_expr(event_row::Column::DispatchedAt, Expr::value(self.inner.clock.now()))
            .filter(event_row::Column::Id.is_in(db::dialect::pad(finished)))
            .exec(&tx)
            .await?;
        if !wiped.is_empty() {
            event_row::Entity::update_many()
                .col_expr(event_row::Column::Payload, Expr::value("{}"))
                .filter(event_row::Column::Id.is_in(db::dialect::pad(wiped)))
                .exec(&tx)
                .await?;
        }
        tx.commit().await
    }

    /// Calls every handler of the event that has not finished it yet. Handlers bear being called again, so what they
    /// finished is written down only when one of them fails: the event itself is marked when all are done.
    async fn handle(&self, row: event_row::Model) -> Result<(), Unfinished> {
        let Some(handlers) = self.inner.handlers.get(row.kind.as_str()) else {
            return Ok(());
        };
        let retried = row.attempt_count > 1;
        let event = StoredEvent {
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            payload: row.payload,
            actor: row.actor,
            occurred_at: row.occurred_at,
        };
        let before = if retried { self.done_before(event.id).await? } else { HashSet::new() };
        let (mut first_failure, mut done) = (None, Vec::new());
        for (name, handler) in handlers.iter().filter(|(name, _)| !before.contains(*name)) {
            match handler(event.clone()).await {
                Ok(()) => done.push(*name),
                Err(failure) => {
                    tracing::warn!(event = %event.id, kind = event.kind, handler = name, ?failure, "handler failed");
                    first_failure.get_or_insert(failure);
                }
            }
        }
        first_failure.map_or(Ok(()), |failure| Err(Unfinished { failure, done }))
    }

    async fn done_before(&self, id: EventId) -> Result<HashSet<String>, Failure> {
        let rows = done_row::Entity::find().filter(done_row::Column::EventId.eq(id)).all(self.inner.db.read()).await?;
        Ok(rows.into_iter().map(|row| row.handler).collect())
    }

    async fn event_failed(&self, id: EventId, attempts: i32, unfinished: Unfinished) -> Result<(), DbErr> {
        let Unfinished { failure, done } = unfinished;
        let now = self.inner.clock.now();
        let (next, text) = match failure {
            Failure::Retry(text) => (now + backoff(attempts), text),
            // An event is never thrown away: a fatal failure is tried again rarely, after a repair of the code.
            Failure::Fatal(text) => (now + Duration::hours(6), text),
        };
        let tx = self.inner.db.begin_write().await?;
        event_row::Entity::update_many()
            .col_expr(event_row::Column::LockedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(event_row::Column::AvailableAt, Expr::value(next))
            .col_expr(event_row::Column::LastError, Expr::value(shorten(text)))
            .filter(event_row::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        if !done.is_empty() {
            let row = |name: &str| done_row::ActiveModel { event_id: Set(id), handler: Set(name.to_owned()) };
            done_row::Entity::insert_many(done.into_iter().map(row))
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&tx)
                .await?;
        }
        tx.commit().await
    }

    async fn jobs(&self, drained: &mut Drained) -> Result<(), DbErr> {
        let db = &self.inner.db;
        let now = self.inner.clock.now();
        if !due_jobs(db, now).await? {
            return Ok(());
        }
        let tx = db.begin_write().await?;
        let rows = claim_jobs(&tx, now).await?;
        tx.commit().await?;
        let mut done = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        let mut running = tokio::task::JoinSet::new();
        loop {
            while running.len() < JOBS_AT_ONCE {
                let Some(row) = rows.next() else { break };
                let worker = self.inner.workers.get(row.kind.as_str()).cloned();
                running.spawn(async move {
                    let result = match worker {
                        Some(worker) => worker(row.id, row.payload.clone()).await,
                        None => Err(Failure::Retry(format!("no worker for {}", row.kind))),
                    };
                    (row, result)
                });
            }
            match running.join_next().await {
                None => break,
                Some(Ok((row, Ok(())))) => done.push(row.id),
                Some(Ok((row, Err(failure)))) => {
                    drained.failures += 1;
                    self.job_failed(&row, failure).await?;
                }
                // A worker panicked: the lease runs out and the job is tried again.
                Some(Err(error)) => {
                    drained.failures += 1;
                    tracing::error!(%error, "a job panicked");
                }
            }
        }
        drained.jobs += done.len();
        if !done.is_empty() {
            let tx = db.begin_write().await?;
            job_row::Entity::update_many()
                .col_expr(job_row::Column::State, Expr::value("done"))
                // What was done needs no data any more; a mail may have carried the secret of a link.
                .col_expr(job_row::Column::Payload, Expr::value("{}"))
                .col_expr(job_row::Column::FinishedAt, Expr::value(self.inner.clock.now()))
                .filter(job_row::Column::Id.is_in(db::dialect::pad(done)))
                .exec(&tx)
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn job_failed(&self, row: &job_row::Model, failure: Failure) -> Result<(), DbErr> {
        let now = self.inner.clock.now();
        let (text, dead) = match failure {
            Failure::Retry(text) => (text, row.attempt_count >= row.max_attempts),
            Failure::Fatal(text) => (text, true),
        };
        tracing::warn!(job = %row.id, kind = row.kind, attempt = row.attempt_count, dead, error = text, "job failed");
        let tx = self.inner.db.begin_write().await?;
        job_row::Entity::update_many()
            .col_expr(job_row::Column::State, Expr::value(if dead { "dead" } else { "ready" }))
            .col_expr(job_row::Column::LockedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(job_row::Column::AvailableAt, Expr::value(now + backoff(row.attempt_count)))
            .col_expr(job_row::Column::LastError, Expr::value(shorten(text)))
            .filter(job_row::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        tx.commit().await
    }
}

/// A look through the read pool first: an idle node takes no write lock.
async fn due_events(db: &Db, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let due = event_row::Entity::find().filter(event_due(now)).one(db.read()).await?;
    Ok(due.is_some())
}

async fn due_jobs(db: &Db, now: DateTime<Utc>) -> Result<bool, DbErr> {
    Ok(job_row::Entity::find().filter(job_due(now)).one(db.read()).await?.is_some())
}

fn event_due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(event_row::Column::DispatchedAt.is_null())
        .add(event_row::Column::AvailableAt.lte(now))
        .add(event_row::Column::LockedUntil.is_null().or(event_row::Column::LockedUntil.lt(now)))
}

fn job_due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(job_row::Column::State.eq("ready"))
        .add(job_row::Column::AvailableAt.lte(now))
        .add(job_row::Column::LockedUntil.is_null().or(job_row::Column::LockedUntil.lt(now)))
}

/// What is not dispatched, never "id greater than the last": ids commit out of order on PostgreSQL.
async fn claim_events(tx: &Tx, now: DateTime<Utc>) -> Result<Vec<event_row::Model>, DbErr> {
    let due = Query::select()
        .column(event_row::Column::Id)
        .from(event_row::Entity)
        .cond_where(event_due(now))
        .order_by(event_row::Column::Id, Order::Asc)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(event_row::Entity)
        .value(event_row::Column::AttemptCount, Expr::col(event_row::Column::AttemptCount).add(1))
        .value(event_row::Column::LockedUntil, now + LEASE)
        .and_where(event_row::Column::Id.in_subquery(due))
        .returning_all()
        .to_owned();
    let statement = tx.get_database_backend().build(&claim);
    let mut rows = event_row::Entity::find().from_raw_sql(statement).all(tx).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

async fn claim_jobs(tx: &Tx, now: DateTime<Utc>) -> Result<Vec<job_row::Model>, DbErr> {
    let due = Query::select()
        .column(job_row::Column::Id)
        .from(job_row::Entity)
        .cond_where(job_due(now))
        .order_by(job_row::Column::Id, Order::Asc)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let claim = Query::update()
        .table(job_row::Entity)
        .value(job_row::Column::AttemptCount, Expr::col(job_row::Column::AttemptCount).add(1))
        .value(job_row::Column::LockedUntil, now + LEASE)
        .and_where(job_row::Column::Id.in_subquery(due))
        .returning_all()
        .to_owned();
    let statement = tx.get_database_backend().build(&claim);
    let mut rows = job_row::Entity::find().from_raw_sql(statement).all(tx).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// 1 s, 2 s, 4 s ... up to ten minutes.
fn backoff(attempts: i32) -> Duration {
    let exponent = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    Duration::seconds(1_i64 << exponent).min(BACKOFF_MAX)
}

fn shorten(text: String) -> String {
    text.chars().take(500).collect()
}
