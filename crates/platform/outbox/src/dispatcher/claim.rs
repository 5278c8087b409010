//! What is due, and taking it under a lease.

use chrono::{DateTime, Utc};
use db::{Db, Tx};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::{BATCH, LEASE};
use crate::entity::{event_row, job_row};

/// A look through the read pool first: an idle node takes no write lock.
pub(super) async fn due_events(db: &Db, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let due = event_row::Entity::find().filter(event_due(now)).one(db.read()).await?;
    Ok(due.is_some())
}

/// As [`due_events`]; not of the kinds in `busy`.
pub(super) async fn due_jobs(db: &Db, now: DateTime<Utc>, busy: &[String]) -> Result<bool, DbErr> {
    Ok(job_row::Entity::find().filter(job_due(now, busy)).one(db.read()).await?.is_some())
}

fn event_due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(event_row::Column::DispatchedAt.is_null())
        .add(event_row::Column::AvailableAt.lte(now))
        .add(event_row::Column::LockedUntil.is_null().or(event_row::Column::LockedUntil.lt(now)))
}

fn job_due(now: DateTime<Utc>, busy: &[String]) -> Condition {
    Condition::all()
        .add(job_row::Column::State.eq("ready"))
        .add(job_row::Column::AvailableAt.lte(now))
        .add(job_row::Column::LockedUntil.is_null().or(job_row::Column::LockedUntil.lt(now)))
        .add_option((!busy.is_empty()).then(|| job_row::Column::Kind.is_not_in(db::dialect::pad(busy.to_vec()))))
}

/// What is not dispatched, never "id greater than the last": ids commit out of order on PostgreSQL.
pub(super) async fn claim_events(tx: &Tx, now: DateTime<Utc>) -> Result<Vec<event_row::Model>, DbErr> {
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

pub(super) async fn claim_jobs(tx: &Tx, now: DateTime<Utc>, busy: &[String]) -> Result<Vec<job_row::Model>, DbErr> {
    let due = Query::select()
        .column(job_row::Column::Id)
        .from(job_row::Entity)
        .cond_where(job_due(now, busy))
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
