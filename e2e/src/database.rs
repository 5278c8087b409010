//! Databases of their own for each run.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database as Connector, DatabaseConnection, Statement};

use crate::{Error, Result, environment};

/// Which database the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file in the data folder.
    Sqlite,
    /// A database of its own on the server of `SOUK_TEST_POSTGRES_URL`.
    Postgres,
}

impl Kind {
    /// The kinds that this machine has. Says loudly when PostgreSQL is not among them.
    #[must_use]
    pub fn present(what: &str) -> Vec<Self> {
        if environment::postgres_url().is_some() {
            return vec![Self::Sqlite, Self::Postgres];
        }
        environment::skip(&format!("{what} on PostgreSQL"), "SOUK_TEST_POSTGRES_URL is not set");
        vec![Self::Sqlite]
    }

    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database that was made for one run.
#[derive(Debug)]
pub struct PostgresDatabase {
    server: String,
    name: String,
}

impl PostgresDatabase {
    /// Makes an empty database.
    ///
    /// # Errors
    /// [`Error::Program`] without a server; the database error.
    pub async fn create() -> Result<Self> {
        let server = environment::postgres_url();
        let server = server.ok_or_else(|| Error::Program("SOUK_TEST_POSTGRES_URL is not set".to_owned()))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("souk_e2e_{}_{number}", std::process::id());
        let admin = connect(&server, 1).await?;
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        Ok(Self { server, name })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        let base = self.server.rsplit_once('/').map_or(self.server.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// Removes it with all connections to it.
    ///
    /// # Errors
    /// The database error.
    pub async fn drop_now(&self) -> Result<()> {
        let admin = connect(&self.server, 1).await?;
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await?;
        Ok(admin.close().await?)
    }
}

/// A pool of `connections`, for making databases and for the floor of a measurement.
///
/// # Errors
/// The database error.
pub async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.sqlx_logging(false).max_connections(connections).min_connections(connections.min(4));
    options.test_before_acquire(false);
    Ok(Connector::connect(options).await?)
}

/// From here on a job is one for later.
const PUT_OFF: TimeDelta = TimeDelta::minutes(1);

/// Events that were not delivered yet, and jobs that were not done. Jobs that were put off for long by whoever wrote
/// them, such as a question to a provider about what a webhook usually tells, are not waited for.
///
/// # Errors
/// The database error.
pub async fn waiting(pool: &DatabaseConnection) -> Result<i64> {
    let one = |sql: &str| Statement::from_string(pool.get_database_backend(), sql.to_owned());
    let due = "SELECT (SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL) \
               + (SELECT count(*) FROM job WHERE state = 'ready') AS waiting";
    let row = pool.query_one_raw(one(due)).await?;
    let all: i64 = row.map(|row| row.try_get("", "waiting")).transpose()?.unwrap_or(0);
    let later = "SELECT created_at, available_at FROM job WHERE state = 'ready' AND attempt_count = 0 \
                 AND available_at > created_at";
    let mut put_off = 0;
    for row in pool.query_all_raw(one(later)).await? {
        let (made, due): (DateTime<Utc>, DateTime<Utc>) =
            (row.try_get("", "created_at")?, row.try_get("", "available_at")?);
        put_off += i64::from(due - made > PUT_OFF);
    }
    Ok(all - put_off)
}

/// What of it failed before, and why: shown when waiting took too long.
///
/// # Errors
/// The database error.
pub async fn stuck(pool: &DatabaseConnection) -> Result<Vec<String>> {
    let sql = "SELECT kind, last_error FROM outbox_event WHERE dispatched_at IS NULL \
               UNION ALL SELECT kind, last_error FROM job WHERE state = 'ready'";
    let rows = pool.query_all_raw(Statement::from_string(pool.get_database_backend(), sql)).await?;
    let shown = |row: sea_orm::QueryResult| -> Result<String> {
        let (kind, error): (String, Option<String>) = (row.try_get("", "kind")?, row.try_get("", "last_error")?);
        Ok(error.map_or_else(|| kind.clone(), |error| format!("{kind} ({error})")))
    };
    rows.into_iter().map(shown).collect()
}
