//! Failed tries, kept in the database so that all nodes count together.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::Error;
use crate::entity::throttle;
use crate::model::{Tally, ThrottleRule};

/// The tally of a key, locked until the transaction ends so that no try goes uncounted.
pub(crate) async fn lock<C: ConnectionTrait>(conn: &C, key: &str, now: DateTime<Utc>) -> Result<Tally, Error> {
    let fresh = throttle::ActiveModel {
        key: Set(key.to_owned()),
        failure_count: Set(0),
        failed_at: Set(now),
        blocked_until: Set(now),
    };
    throttle::Entity::insert(fresh)
        .on_conflict(OnConflict::column(throttle::Column::Key).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    let row = throttle::Entity::find_by_id(key).lock_exclusive().one(conn).await?;
    Ok(row.map_or_else(
        || Tally::none(now),
        |row| Tally { failures: row.failure_count, failed_at: row.failed_at, blocked_until: row.blocked_until },
    ))
}

pub(crate) async fn save<C: ConnectionTrait>(conn: &C, key: &str, tally: Tally) -> Result<(), Error> {
    throttle::Entity::update_many()
        .col_expr(throttle::Column::FailureCount, Expr::value(tally.failures))
        .col_expr(throttle::Column::FailedAt, Expr::value(tally.failed_at))
        .col_expr(throttle::Column::BlockedUntil, Expr::value(tally.blocked_until))
        .filter(throttle::Column::Key.eq(key))
        .exec(conn)
        .await?;
    Ok(())
}

/// Forgets the failures of a key. The row stays: those who wait for its lock must find it.
pub(crate) async fn clear<C: ConnectionTrait>(conn: &C, key: &str, now: DateTime<Utc>) -> Result<(), Error> {
    save(conn, key, Tally::none(now)).await
}

pub(crate) async fn purge<C: ConnectionTrait>(conn: &C, now: DateTime<Utc>) -> Result<u64, Error> {
    let result = throttle::Entity::delete_many()
        .filter(throttle::Column::FailedAt.lte(now - ThrottleRule::KEEP))
        .exec(conn)
        .await?;
    Ok(result.rows_affected)
}
