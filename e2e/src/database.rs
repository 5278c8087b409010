//! Databases of their own for each run.

use std::sync::atomic::{AtomicU32, Ordering};

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

/// Events that were not delivered yet, and jobs that were not done.
///
/// # Errors
/// The database error.
pub async fn waiting(pool: &DatabaseConnection) -> Result<i64> {
    let sql = "SELECT (SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL) \
               + (SELECT count(*) FROM job WHERE state = 'ready') AS waiting";
    let row = pool.query_one_raw(Statement::from_string(pool.get_database_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get("", "waiting")).transpose()?.unwrap_or(0))
}
