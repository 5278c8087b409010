//! The same rows as a bulk load left behind, written without the program: by COPY, or by one prepared INSERT of many
//! rows.
#![allow(clippy::float_arithmetic, reason = "figures about time, not about money")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use futures::TryStreamExt as _;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait as _, Value};
use sqlx::postgres::PgPoolCopyExt as _;
use sqlx::{AssertSqlSafe, Row as _, TypeInfo as _, ValueRef as _};

use crate::{Error, Kind, Result, floor};

/// Rows of a prepared INSERT.
const ROWS: usize = 100;
/// Rows of a transaction on SQLite.
const TRANSACTION: usize = 10_000;

/// What the floor took.
pub(super) struct Floor {
    pub(super) rows: i64,
    pub(super) seconds: f64,
}

type Counts = BTreeMap<String, i64>;

async fn texts(pool: &DatabaseConnection, sql: &str) -> Result<Vec<String>> {
    let rows = pool.query_all_raw(Statement::from_string(pool.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index::<String>(0).map_err(Error::from)).collect()
}

/// The rows of every table.
pub(super) async fn row_counts(kind: Kind, url: &str) -> Result<Counts> {
    let pool = floor::connect(kind, url, 1).await?;
    let mut counts = Counts::new();
    let tables = match kind {
        Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        Kind::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    for table in texts(&pool, tables).await? {
        let sql = format!("SELECT count(*) FROM \"{table}\"");
        let row = pool.query_one_raw(Statement::from_string(pool.get_database_backend(), sql)).await?;
        counts.insert(table, row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0));
    }
    pool.close().await?;
    Ok(counts)
}

/// Writes the rows that are in `after` and not in `before` once more, into copies of their tables.
pub(super) async fn measure(kind: Kind, url: &str, before: &Counts, after: &Counts) -> Result<Floor> {
    let grown = after.iter().filter(|(table, count)| **count > before.get(*table).copied().unwrap_or(0));
    let tables: Vec<&str> = grown.map(|(table, _)| table.as_str()).collect();
    match kind {
        Kind::Sqlite => insert(url, &tables).await,
        Kind::Postgres => copy(url, &tables).await,
    }
}

async fn copy(url: &str, tables: &[&str]) -> Result<Floor> {
    let wrong = |e: sqlx::Error| Error::Database(DbErr::Custom(e.to_string()));
    let connection = floor::connect(Kind::Postgres, url, 2).await?;
    let pool = connection.get_postgres_connection_pool().clone();
    let mut floor = Floor { rows: 0, seconds: 0.0 };
    for table in tables {
        connection.execute_unprepared(&format!("CREATE TABLE floor_{table} (LIKE \"{table}\" INCLUDING ALL)")).await?;
        let out = format!("COPY \"{table}\" TO STDOUT (FORMAT binary)");
        let data: Vec<_> = pool.copy_out_raw(&out).await.map_err(wrong)?.try_collect().await.map_err(wrong)?;
        let since = Instant::now();
        let into = format!("COPY floor_{table} FROM STDIN (FORMAT binary)");
        let mut copy = pool.copy_in_raw(&into).await.map_err(wrong)?;
        for chunk in data {
            copy.send(chunk).await.map_err(wrong)?;
        }
        let rows = copy.finish().await.map_err(wrong)?;
        floor.seconds += since.elapsed().as_secs_f64();
        floor.rows += i64::try_from(rows).unwrap_or(i64::MAX);
        connection.execute_unprepared(&format!("DROP TABLE floor_{table}")).await?;
    }
    connection.close().await?;
    Ok(floor)
}

async fn insert(url: &str, tables: &[&str]) -> Result<Floor> {
    let from = floor::connect(Kind::Sqlite, url, 1).await?;
    let folder = tempfile::tempdir().map_err(|e| Error::File("temporary folder".to_owned(), e))?;
    let copy = format!("sqlite:{}?mode=rwc", folder.path().join("floor.db").display());
    let into = floor::connect(Kind::Sqlite, &copy, 1).await?;
    into.execute_unprepared("PRAGMA foreign_keys = off").await?;
    let mut floor = Floor { rows: 0, seconds: 0.0 };
    for table in tables {
        let made = format!(
            "SELECT sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL AND type <> 'trigger' \
             ORDER BY type DESC"
        );
        for sql in texts(&from, &made).await? {
            into.execute_unprepared(&sql).await?;
        }
        insert_table(&from, &into, table, &mut floor).await?;
    }
    from.close().await?;
    into.close().await?;
    Ok(floor)
}

/// Reading takes no part in the time.
async fn insert_table(
    from: &DatabaseConnection,
    into: &DatabaseConnection,
    table: &str,
    floor: &mut Floor,
) -> Result<()> {
    let wrong = |e: sqlx::Error| Error::Database(DbErr::Custom(e.to_string()));
    let mut rows =
        sqlx::query(AssertSqlSafe(format!("SELECT * FROM \"{table}\""))).fetch(from.get_sqlite_connection_pool());
    let mut batch: Vec<Vec<Value>> = Vec::with_capacity(TRANSACTION);
    loop {
        let row = rows.try_next().await.map_err(wrong)?;
        let ended = row.is_none();
        if let Some(row) = row {
            batch.push((0..row.columns().len()).map(|i| cell(&row, i)).collect::<Result<_, _>>().map_err(wrong)?);
        }
        if batch.len() == TRANSACTION || (ended && !batch.is_empty()) {
            let since = Instant::now();
            write(into, table, &batch).await?;
            floor.seconds += since.elapsed().as_secs_f64();
            floor.rows += i64::try_from(batch.len()).unwrap_or(i64::MAX);
            batch.clear();
        }
        if ended {
            return Ok(());
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this is not the program; there is one connection")]
async fn write(into: &DatabaseConnection, table: &str, rows: &[Vec<Value>]) -> Result<()> {
    let tx = into.begin().await?;
    for chunk in rows.chunks(ROWS) {
        let width = chunk.first().map_or(0, Vec::len);
        let mut sql = format!("INSERT INTO \"{table}\" VALUES ");
        for row in 0..chunk.len() {
            let marks = vec!["?"; width].join(",");
            let _ = write!(sql, "{}({marks})", if row == 0 { "" } else { "," });
        }
        let values: Vec<_> = chunk.iter().flatten().cloned().collect();
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await?;
    }
    Ok(tx.commit().await?)
}

fn cell(row: &sqlx::sqlite::SqliteRow, index: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::String(None));
    }
    let name = raw.type_info().name().to_owned();
    Ok(match name.as_str() {
        "INTEGER" | "INT8" | "BOOLEAN" => Value::BigInt(Some(row.try_get_unchecked(index)?)),
        "BLOB" => Value::Bytes(Some(row.try_get_unchecked(index)?)),
        "REAL" => Value::Double(Some(row.try_get_unchecked(index)?)),
        _ => Value::String(Some(row.try_get_unchecked(index)?)),
    })
}
