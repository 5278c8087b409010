//! Keeps events and jobs going.

use std::collections::HashMap;
use std::future::Future;

use sea_orm::DbErr;
use tokio::task::{Id, JoinError, JoinSet};

use super::claim::due_events;
use super::{Dispatcher, Drained};
use crate::entity::job_row;

/// How often the tables are looked at without being told, and the pause after a failure of the database.
const POLL: std::time::Duration = std::time::Duration::from_secs(1);

/// What goes on at its own pace: a mail server that does not answer must not keep payments waiting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Lane {
    Events,
    /// Jobs of this kind.
    Jobs(String),
}

/// The lanes in which something is being worked on.
#[derive(Default)]
struct Lanes {
    running: JoinSet<()>,
    busy: HashMap<Id, Lane>,
}

impl Lanes {
    fn start(&mut self, lane: Lane, dispatcher: Dispatcher, rows: Vec<job_row::Model>) {
        let events = lane == Lane::Events;
        let work = async move {
            let mut drained = Drained::default();
            let ended =
                if events { dispatcher.events(&mut drained).await } else { dispatcher.jobs(rows, &mut drained).await };
            if let Err(error) = ended {
                tracing::error!(%error, "the outbox cannot be worked on");
                tokio::time::sleep(POLL).await;
            }
        };
        let id = self.running.spawn(work).id();
        self.busy.insert(id, lane);
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            // A handler panicked: the lease runs out and the event is tried again.
            Err(error) => {
                tracing::error!(%error, "work on the outbox panicked");
                error.id()
            }
        };
        self.busy.remove(&id);
    }

    fn is_busy(&self, lane: &Lane) -> bool {
        self.busy.values().any(|busy| busy == lane)
    }

    fn busy_kinds(&self) -> Vec<String> {
        let kind = |lane: &Lane| if let Lane::Jobs(kind) = lane { Some(kind.clone()) } else { None };
        let mut kinds: Vec<_> = self.busy.values().filter_map(kind).collect();
        kinds.sort_unstable();
        kinds
    }
}

impl Dispatcher {
    /// Works until `shutdown` resolves: without pause while there is work, then waits for a ring. Events, and jobs of
    /// each kind, go on beside each other.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        tokio::pin!(shutdown);
        let mut lanes = Lanes::default();
        loop {
            if let Err(error) = self.start_due(&mut lanes).await {
                tracing::error!(%error, "the outbox cannot be read");
            }
            tokio::select! {
                // Also a node that never runs out of work must stop when told.
                biased;
                () = &mut shutdown => break,
                Some(ended) = lanes.running.join_next_with_id() => lanes.ended(ended),
                () = self.inner.wake.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while let Some(ended) = lanes.running.join_next_with_id().await {
            lanes.ended(ended);
        }
    }

    /// Starts what is due in the lanes that are free.
    async fn start_due(&self, lanes: &mut Lanes) -> Result<(), DbErr> {
        if !lanes.is_busy(&Lane::Events) && due_events(&self.inner.db, self.inner.clock.now()).await? {
            lanes.start(Lane::Events, self.clone(), Vec::new());
        }
        let mut kinds: HashMap<String, Vec<job_row::Model>> = HashMap::new();
        for row in self.take_jobs(&lanes.busy_kinds()).await? {
            kinds.entry(row.kind.clone()).or_default().push(row);
        }
        for (kind, rows) in kinds {
            lanes.start(Lane::Jobs(kind), self.clone(), rows);
        }
        Ok(())
    }

    /// Works until nothing is due. Returns what was done; failures wait for their next try.
    ///
    /// # Errors
    /// The database error.
    pub async fn drain(&self) -> Result<Drained, DbErr> {
        let mut total = Drained::default();
        loop {
            let mut round = Drained::default();
            self.events(&mut round).await?;
            self.jobs(self.take_jobs(&[]).await?, &mut round).await?;
            total.events += round.events;
            total.jobs += round.jobs;
            total.failures += round.failures;
            if round == Drained::default() {
                return Ok(total);
            }
        }
    }
}
