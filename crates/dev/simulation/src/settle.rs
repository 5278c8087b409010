//! Until nothing is left to do: workers run, crash and start anew, and the clock goes on to what is due next.

use chrono::{DateTime, Duration, Utc};
use kernel::{Clock as _, PageArgs};
use sea_orm::FromQueryResult;

use crate::simulation::Simulation;

/// Rounds after which something never ends.
const ROUNDS: usize = 400;

#[derive(FromQueryResult)]
struct Due {
    at: Option<DateTime<Utc>>,
    last_error: Option<String>,
}

const EVENT: &str =
    "SELECT CASE WHEN locked_until > available_at THEN locked_until ELSE available_at END AS at, last_error
    FROM outbox_event WHERE dispatched_at IS NULL ORDER BY 1 LIMIT 1";
const JOB: &str =
    "SELECT CASE WHEN locked_until > available_at THEN locked_until ELSE available_at END AS at, last_error
    FROM job WHERE state = 'ready' ORDER BY 1 LIMIT 1";
const DEAD: &str = "SELECT available_at AS at, last_error FROM job WHERE state = 'dead' LIMIT 1";

impl Simulation {
    /// Works until every event and job is done, and every refund that people pay is paid.
    pub async fn settle(&mut self) {
        self.work().await;
        let page = PageArgs::first(100);
        let open = payments::query::refunds_to_pay(&self.operator(), &page).await.unwrap();
        let any = !open.items.is_empty();
        for (_, operation) in open.items {
            let bank_reference = self.key();
            let input = payments::ConfirmRefund { operation: operation.id, bank_reference };
            payments::confirm_refund(&self.operator(), input).await.unwrap();
        }
        if any {
            self.work().await;
        }
    }

    async fn work(&mut self) {
        for _ in 0..ROUNDS {
            if self.rates.worker_crash > 0 && self.chance.one_in(self.rates.worker_crash) {
                let after = self.chance.between(1, 60);
                let dispatcher = self.dispatcher.clone();
                match self.fuse.crash(after, dispatcher.drain()).await {
                    Some(done) => drop(done.unwrap()),
                    None => {
                        self.story.tell(format!("  the worker died after {after}"));
                        self.start_anew();
                    }
                }
            } else {
                self.dispatcher.drain().await.unwrap();
            }
            let Some(due) = self.next_due().await else { return };
            let late = due - self.clock.now();
            self.clock.advance(late.max(Duration::zero()) + Duration::seconds(1));
        }
        let event = self.one(EVENT).await.and_then(|due| due.last_error);
        let job = self.one(JOB).await.and_then(|due| due.last_error);
        panic!("work never ends; the next event: {event:?}, the next job: {job:?}");
    }

    async fn next_due(&self) -> Option<DateTime<Utc>> {
        if let Some(dead) = self.one(DEAD).await {
            panic!("a job is dead: {:?}", dead.last_error);
        }
        let (event, job) = (self.one(EVENT).await, self.one(JOB).await);
        [event, job].into_iter().flatten().filter_map(|due| due.at).min()
    }

    async fn one(&self, sql: &str) -> Option<Due> {
        let conn = self.world.db.read();
        Due::find_by_statement(db::dialect::statement(conn, sql, [])).one(conn).await.unwrap()
    }
}
