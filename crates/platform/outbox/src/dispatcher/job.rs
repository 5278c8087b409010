//! Jobs: each to its worker.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio::task::JoinSet;

use super::claim::{claim_jobs, due_jobs};
use super::{Dispatcher, Drained, Failure, HandlerResult, LEASE, backoff, shorten};
use crate::entity::job_row;

/// Jobs worked on at the same time, of those that were taken together.
const JOBS_AT_ONCE: usize = 8;

impl Dispatcher {
    /// Takes the jobs that are due under a lease, the oldest first, leaving out the kinds in `busy`.
    pub(super) async fn take_jobs(&self, busy: &[String]) -> Result<Vec<job_row::Model>, DbErr> {
        let db = &self.inner.db;
        let now = self.inner.clock.now();
        if !due_jobs(db, now, busy).await? {
            return Ok(Vec::new());
        }
        let tx = db.begin_write().await?;
        let rows = claim_jobs(&tx, now, busy).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Hands jobs that were taken to their workers.
    pub(super) async fn jobs(&self, rows: Vec<job_row::Model>, drained: &mut Drained) -> Result<(), DbErr> {
        let begun_by = self.inner.clock.now() + LEASE / 2;
        let mut done = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < JOBS_AT_ONCE && self.inner.clock.now() < begun_by {
                let Some(row) = rows.next() else { break };
                running.spawn(self.clone().worked(row));
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
        self.give_back(rows.collect()).await?;
        drained.jobs += done.len();
        if !done.is_empty() {
            let tx = self.inner.db.begin_write().await?;
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

    async fn worked(self, row: job_row::Model) -> (job_row::Model, HandlerResult) {
        let result = match self.inner.workers.get(row.kind.as_str()) {
            Some(worker) => worker(row.id, row.payload.clone()).await,
            None => Err(Failure::Retry(format!("no worker for {}", row.kind))),
        };
        (row, result)
    }

    /// What slow jobs before it kept from being begun while the lease is long: whoever takes it next does it, once.
    async fn give_back(&self, rows: Vec<job_row::Model>) -> Result<(), DbErr> {
        if rows.is_empty() {
            return Ok(());
        }
        let tx = self.inner.db.begin_write().await?;
        job_row::Entity::update_many()
            .col_expr(job_row::Column::LockedUntil, Expr::value(None::<DateTime<Utc>>))
            .col_expr(job_row::Column::AttemptCount, Expr::col(job_row::Column::AttemptCount).sub(1))
            .filter(job_row::Column::Id.is_in(db::dialect::pad(rows.into_iter().map(|row| row.id).collect())))
            .exec(&tx)
            .await?;
        tx.commit().await
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
