//! The change log as programs read it: from a position on, each change once, losing none.
//!
//! Rows get their position from the writing transaction (`migrations/src/m0030_integrations.rs`). On PostgreSQL those of
//! transactions that may still be followed by an older one are held back; [`held`] says how many, and since when.

use chrono::{DateTime, Utc};
use kernel::id::{ChangeId, MerchantId, TypedId as _};
use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use serde::{Deserialize, Serialize};

use crate::entity::{Column, Entity, Model};

/// Rows that are counted at most when they are held back.
const HELD_MAX: u64 = 1_000;

/// A place in the change log: the stamp of the transaction, the number among the changes of the thing, the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position(pub i64, pub i64, pub ChangeId);

impl Position {
    /// Before everything.
    #[must_use]
    pub fn start() -> Self {
        Self(0, 0, ChangeId::from_uuid(uuid::Uuid::nil()))
    }
}

/// Which changes are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of what belongs to this merchant.
    pub merchant: Option<MerchantId>,
    /// Only of these kinds: `offer`, or `offer.created`. All if there is none.
    pub kinds: Vec<String>,
    /// Not what this actor did.
    pub not_by: Option<String>,
}

/// That something changed; what it is now the reader asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: ChangeId,
    /// Its place.
    pub position: Position,
    /// What kind of thing.
    pub entity: String,
    /// Which one.
    pub entity_id: String,
    /// What was done.
    pub action: String,
    /// The changes of one thing count from 1.
    pub sequence: i64,
    /// Whose it is.
    pub merchant: Option<MerchantId>,
    /// Stable id of who did it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Told {
    /// `offer.created`.
    #[must_use]
    pub fn kind(&self) -> String {
        format!("{}.{}", self.entity, self.action)
    }

    /// Whether the thing is there no more: a tombstone.
    #[must_use]
    pub fn is_removal(&self) -> bool {
        matches!(self.action.as_str(), "deleted" | "removed" | "erased")
    }
}

impl From<Model> for Told {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            position: Position(row.stamp, row.sequence, row.id),
            entity: row.entity,
            entity_id: row.entity_id,
            action: row.action,
            sequence: row.sequence,
            merchant: row.merchant_id,
            actor: row.actor,
            at: row.changed_at,
        }
    }
}

/// What waits for an older transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// How many changes, at most a thousand.
    pub count: i64,
    /// When the first of them was made.
    pub since: Option<DateTime<Utc>>,
}

/// The first stamp that may still get rows. SQLite has one writer: whatever can be seen is settled.
pub const HORIZON: &str = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT ahead FROM change_clock)";

fn settled<Conn: ConnectionTrait>(conn: &Conn) -> Option<Expr> {
    (conn.get_database_backend() == DbBackend::Postgres)
        .then(|| Expr::cust(format!("\"change_log\".\"stamp\" < {HORIZON}")))
}

fn of_merchant(rows: Select<Entity>, merchant: Option<MerchantId>) -> Select<Entity> {
    match merchant {
        Some(merchant) => rows.filter(Column::MerchantId.eq(merchant)),
        None => rows,
    }
}

/// The last place that can be read by now; what follows it comes later. `None` while there is nothing.
///
/// # Errors
/// The database error.
pub async fn end<Conn: ConnectionTrait>(conn: &Conn, merchant: Option<MerchantId>) -> Result<Option<Position>, DbErr> {
    let rows = of_merchant(Entity::find(), merchant).filter(Condition::all().add_option(settled(conn)));
    let last =
        rows.order_by_desc(Column::Stamp).order_by_desc(Column::Sequence).order_by_desc(Column::Id).one(conn).await?;
    Ok(last.map(|row| Told::from(row).position))
}

/// At most `limit` changes behind `after` and not behind `until`, which [`end`] gave: they are complete for good.
///
/// # Errors
/// The database error.
pub async fn read<Conn: ConnectionTrait>(
    conn: &Conn,
    wanted: &Wanted,
    (after, until): (Position, Position),
    limit: u64,
) -> Result<Vec<Told>, DbErr> {
    let place = || Expr::tuple([Expr::col(Column::Stamp), Expr::col(Column::Sequence), Expr::col(Column::Id)]);
    let at = |of: Position| Expr::tuple([Expr::val(of.0), Expr::val(of.1), Expr::val(of.2)]);
    let mut those = Condition::all().add(place().gt(at(after))).add(place().lte(at(until)));
    if !wanted.kinds.is_empty() {
        let (exact, whole): (Vec<_>, Vec<_>) = wanted.kinds.iter().cloned().partition(|kind| kind.contains('.'));
        let kind = Expr::cust("\"entity\" || '.' || \"action\"");
        let mut any = Condition::any();
        if !whole.is_empty() {
            any = any.add(Column::Entity.is_in(db::dialect::pad(whole)));
        }
        if !exact.is_empty() {
            any = any.add(kind.is_in(db::dialect::pad(exact)));
        }
        those = those.add(any);
    }
    those = those.add_option(wanted.not_by.as_ref().map(|actor| Column::Actor.ne(actor.clone())));
    let rows = of_merchant(Entity::find(), wanted.merchant).filter(those);
    let rows = rows
        .order_by_asc(Column::Stamp)
        .order_by_asc(Column::Sequence)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(Told::from).collect())
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
    since: Option<DateTime<Utc>>,
}

/// What is committed and waits because an older transaction still runs.
///
/// # Errors
/// The database error.
pub async fn held<Conn: ConnectionTrait>(conn: &Conn, merchant: Option<MerchantId>) -> Result<Held, DbErr> {
    if conn.get_database_backend() != DbBackend::Postgres {
        return Ok(Held::default());
    }
    let waits = Expr::cust(format!("\"change_log\".\"stamp\" >= {HORIZON}"));
    let rows = of_merchant(Entity::find(), merchant).filter(waits);
    let rows = rows.select_only().column(Column::ChangedAt).order_by_asc(Column::Stamp).limit(HELD_MAX);
    let mut counted = sea_orm::sea_query::Query::select();
    let rows = sea_orm::QueryTrait::into_query(rows);
    counted
        .expr_as(Func::count(Expr::cust("*")), "count")
        .expr_as(Expr::cust("MIN(h.changed_at)"), "since")
        .from_subquery(rows, "h");
    let statement = conn.get_database_backend().build(&counted);
    let row = Counted::find_by_statement(statement).one(conn).await?;
    Ok(row.map_or(Held::default(), |row| Held { count: row.count, since: row.since }))
}
