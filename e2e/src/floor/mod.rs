//! What the database alone costs: the statements that the program sent for a request, run again without it.
//!
//! The program writes its statements to the log at level trace, target `souk::sql`, with their parameters and
//! transactions. Here they are read back and run, prepared, on connections with the same settings.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, Statement, Value};
use serde_json::Value as Json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use uuid::Uuid;

use crate::{Error, Json as _, Kind, Result};

mod insert;
mod read;
mod write;

pub use read::ReadFloor;
pub use write::WriteFloor;

/// The setting that makes the program write its statements to the log.
pub const LOG_LEVEL: (&str, &str) = ("SOUK__LOG__LEVEL", "info,souk::sql=trace");

/// A statement as the program sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The number of its write transaction; 0 when it stands outside.
    pub transaction: u64,
    /// The text with placeholders; `BEGIN`, `COMMIT` and `ROLLBACK` for the bounds of a transaction.
    pub sql: String,
    /// The parameters.
    pub values: Vec<Value>,
}

impl Seen {
    /// Whether it changes rows.
    #[must_use]
    pub fn writes(&self) -> bool {
        let start = self.sql.trim_start().split([' ', '\n']).next().unwrap_or_default().to_ascii_uppercase();
        matches!(start.as_str(), "INSERT" | "UPDATE" | "DELETE") || (start == "WITH" && self.sql.contains("UPDATE"))
    }
}

/// The statements in a piece of the log, in the order they were sent.
///
/// # Errors
/// [`Error::Unexpected`] for a line that is not as the program writes it.
pub fn read_log(log: &str) -> Result<Vec<Seen>> {
    let lines = log.lines().filter_map(|line| line.split_once("souk::sql").map(|(_, rest)| rest));
    lines.filter_map(|line| line.find('{').map(|start| &line[start..])).map(read_line).collect()
}

fn read_line(line: &str) -> Result<Seen> {
    let json: Json = serde_json::from_str(line).map_err(|e| Error::Unexpected(format!("{e} in {line}")))?;
    let values = json.list("values")?.iter().map(typed).collect::<Result<_>>()?;
    Ok(Seen { transaction: json.at("tx")?.as_u64().unwrap_or(0), sql: json.text("sql")?.to_owned(), values })
}

fn typed(json: &Json) -> Result<Value> {
    let bad = || Error::Unexpected(format!("no parameter: {json}"));
    let value = json.get(1).ok_or_else(bad)?;
    let text = value.as_str();
    let none = value.is_null();
    Ok(match json.text("0")? {
        "bool" => Value::Bool(value.as_bool()),
        "i32" => Value::Int(value.as_i64().and_then(|v| v.try_into().ok())),
        "i64" => Value::BigInt(value.as_i64()),
        "text" => Value::String(text.map(str::to_owned)),
        "uuid" if none => Value::Uuid(None),
        "uuid" => Value::Uuid(Some(text.and_then(|v| Uuid::parse_str(v).ok()).ok_or_else(bad)?)),
        "at" if none => Value::ChronoDateTimeUtc(None),
        "at" => Value::ChronoDateTimeUtc(Some(text.and_then(time).ok_or_else(bad)?)),
        "on" => Value::ChronoDate(text.and_then(|v| v.parse::<NaiveDate>().ok())),
        "bytes" => {
            let bytes = value.as_array();
            Value::Bytes(bytes.map(|b| b.iter().filter_map(|n| n.as_u64().and_then(|n| n.try_into().ok())).collect()))
        }
        _ => return Err(bad()),
    })
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// A pool with the settings that the program uses.
///
/// # Errors
/// The database error.
pub async fn connect(kind: Kind, url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.sqlx_logging(false).test_before_acquire(false);
    options.max_connections(connections).min_connections(connections);
    match kind {
        Kind::Sqlite => options.map_sqlx_sqlite_opts(sqlite),
        Kind::Postgres => options.map_sqlx_postgres_opts(|o| o.statement_cache_capacity(512)),
    };
    Ok(Database::connect(options).await?)
}

fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(512)
        .row_buffer_size(1024)
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "memory")
        .pragma("mmap_size", "268435456")
}

fn statement(backend: DbBackend, seen: &Seen) -> Statement {
    Statement::from_sql_and_values(backend, &seen.sql, seen.values.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn statements_are_read_back_from_the_log() {
        let log = r#"2026-03-02T09:00:00Z  INFO souk: ready
2026-03-02T09:00:00Z TRACE souk::sql: {"sql":"SELECT \"a\" FROM t WHERE id = $1 AND b = $2","tx":0,"values":[["uuid","01900000-0000-7000-8000-000000000001"],["i64",null]]}
2026-03-02T09:00:00Z TRACE request{id=7}: souk::sql: {"sql":"COMMIT","tx":3,"values":[]}
"#;
        let seen = read_log(log).unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0].sql, r#"SELECT "a" FROM t WHERE id = $1 AND b = $2"#);
        assert_eq!(seen[0].values[1], Value::BigInt(None));
        assert_eq!((seen[1].transaction, seen[1].writes()), (3, false));
    }
}
