//! Events: each to all its handlers.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use kernel::id::EventId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::claim::{claim_events, due_events};
use super::{Dispatcher, Drained, Failure, backoff, shorten};
use crate::entity::{done_row, event_row};
use crate::event::StoredEvent;

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

impl Dispatcher {
    /// Hands the events that are due to their handlers, one after the other.
    pub(super) async fn events(&self, drained: &mut Drained) -> Result<(), DbErr> {
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
}
