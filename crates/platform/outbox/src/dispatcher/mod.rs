//! Hands events to handlers and jobs to workers.

mod claim;
mod event;
mod job;
mod run;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::Duration;
use db::Db;
use kernel::Clock;
use kernel::id::JobId;
use tokio::sync::Notify;

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
/// How long a node may hold a row before another takes it over.
const LEASE: Duration = Duration::seconds(60);
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
}

/// 1 s, 2 s, 4 s ... up to ten minutes.
fn backoff(attempts: i32) -> Duration {
    let exponent = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    Duration::seconds(1_i64 << exponent).min(BACKOFF_MAX)
}

fn shorten(text: String) -> String {
    text.chars().take(500).collect()
}
