//! Work to be done outside a transaction.

use chrono::{DateTime, Utc};
use db::Tx;
use kernel::id::JobId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entity::job_row;

/// A piece of work: its data and the name under which a worker is registered.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stored name: `send_mail.v1`.
    const KIND: &'static str;
    /// Tries before the job is given up and shown as dead.
    const MAX_ATTEMPTS: i32 = 10;
}

/// A job about to be written.
#[derive(Debug, Clone)]
pub struct PendingJob {
    kind: &'static str,
    payload: String,
    max_attempts: i32,
    dedup_key: Option<String>,
    available_at: Option<DateTime<Utc>>,
}

impl PendingJob {
    /// Serializes a job.
    #[must_use]
    pub fn of<J: Job>(job: &J) -> Self {
        let payload = serde_json::to_string(job).unwrap_or_default();
        Self { kind: J::KIND, payload, max_attempts: J::MAX_ATTEMPTS, dedup_key: None, available_at: None }
    }

    /// At most one job with this key is ever stored; a second one is dropped silently.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    /// The job waits until `instant`.
    #[must_use]
    pub fn at(mut self, instant: DateTime<Utc>) -> Self {
        self.available_at = Some(instant);
        self
    }
}

/// Writes jobs in a transaction; those whose dedup key exists are dropped. One statement for all.
///
/// # Errors
/// The database error.
pub async fn enqueue(tx: &Tx, jobs: Vec<(JobId, PendingJob)>, now: DateTime<Utc>) -> Result<(), DbErr> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows = jobs.into_iter().map(|(id, job)| job_row::ActiveModel {
        id: Set(id),
        kind: Set(job.kind.to_owned()),
        payload: Set(job.payload),
        dedup_key: Set(job.dedup_key),
        state: Set("ready".to_owned()),
        attempt_count: Set(0),
        max_attempts: Set(job.max_attempts),
        available_at: Set(job.available_at.unwrap_or(now)),
        locked_until: Set(None),
        last_error: Set(None),
        created_at: Set(now),
        finished_at: Set(None),
    });
    job_row::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(job_row::Column::DedupKey).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
