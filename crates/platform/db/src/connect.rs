//! Opens the pools.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, IsolationLevel,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::handle::{ReadDb, Tx};
use crate::recorder::Recorder;

/// Where the database is and how many connections to keep.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// `sqlite:/path/souk.db` or `postgres://user:password@host/name`.
    pub url: String,
    /// Connections for reading on SQLite, for everything on PostgreSQL.
    pub connections: u32,
}

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL names no database that Souk can use.
    #[error("database.url must start with sqlite: or postgres:")]
    UnknownKind,
    /// The database refused, or is not there.
    #[error("cannot open the database: {0}")]
    Database(#[from] DbErr),
    /// A connection does not have the settings that were asked for.
    #[error("the database did not take the setting {0}")]
    Setting(&'static str),
}

/// The database: one writer and several readers on SQLite, one pool on PostgreSQL.
#[derive(Debug, Clone)]
pub struct Db {
    write: DatabaseConnection,
    read: ReadDb,
    recorder: Arc<Recorder>,
}

/// How long a caller waits for a connection before it is told that the database is overloaded.
const ACQUIRE: Duration = Duration::from_secs(30);

impl Db {
    /// Opens the database and checks that the settings which correctness rests on are in force.
    ///
    /// # Errors
    /// [`ConnectError`] when the URL is of another kind, nothing answers, or a pragma was not taken.
    pub async fn connect(settings: &DbSettings) -> Result<Self, ConnectError> {
        let mut options = ConnectOptions::new(settings.url.clone());
        options.sqlx_logging(false).acquire_timeout(ACQUIRE).test_before_acquire(false);
        let (write, read) = if settings.url.starts_with("sqlite:") {
            sqlite(options, settings.connections.max(1)).await?
        } else if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
            options.max_connections(settings.connections.max(2)).min_connections(1);
            // Statements are prepared once and name what they look for, so one plan serves every call; compiling a
            // plan to machine code costs more than any of them takes.
            options.map_sqlx_postgres_opts(|o| {
                let plans = [("plan_cache_mode", "force_generic_plan"), ("jit", "off")];
                // Souk reaches every row unless a transaction says whose are meant: see migrations/src/m0026_walls.rs.
                o.statement_cache_capacity(512).options(plans).options([("souk.sees", "all"), ("souk.writes", "all")])
            });
            let pool = Database::connect(options).await?;
            (pool.clone(), pool)
        } else {
            return Err(ConnectError::UnknownKind);
        };
        let recorder = Arc::new(Recorder::default());
        Ok(Self { read: ReadDb::new(read, recorder.clone()), write, recorder })
    }

    /// The pool for queries. On SQLite a write through it fails.
    #[must_use]
    pub fn read(&self) -> &ReadDb {
        &self.read
    }

    /// Starts a write transaction: `BEGIN IMMEDIATE` on SQLite, read committed on PostgreSQL.
    ///
    /// The only way to write. Dropping the [`Tx`] rolls it back.
    ///
    /// # Errors
    /// The database error when no connection can be had.
    #[allow(clippy::disallowed_methods, reason = "the one home of transactions")]
    pub async fn begin_write(&self) -> Result<Tx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(Tx::new(self.write.begin_with_options(options).await?, self.recorder.clone()))
    }

    /// Starts a transaction that only reads, and sees the database as it was at its first statement. Holds up no writer.
    ///
    /// # Errors
    /// The database error when no connection can be had.
    #[allow(clippy::disallowed_methods, reason = "the one home of transactions")]
    pub async fn begin_snapshot(&self) -> Result<Tx, DbErr> {
        let mut options = TransactionOptions::default();
        if self.backend() == DbBackend::Postgres {
            // SQLite gives a reader that by itself, and SeaORM warns when it is asked for.
            options.isolation_level = Some(IsolationLevel::RepeatableRead);
            options.access_mode = Some(AccessMode::ReadOnly);
        }
        Ok(Tx::new(self.read.pool().begin_with_options(options).await?, self.recorder.clone()))
    }

    /// The connection for schema changes. Nothing else may use it.
    #[must_use]
    pub fn for_migrations(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Which of the two databases this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Counts, and on demand keeps, the statements sent.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Answers when the database does.
    ///
    /// # Errors
    /// The database error.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.write.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// Whether PostgreSQL spares the role of the connection from row-level security. SQLite has none.
    ///
    /// # Errors
    /// The database error.
    pub async fn is_spared(&self) -> Result<bool, DbErr> {
        if self.backend() != DbBackend::Postgres {
            return Ok(false);
        }
        let sql = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
        let row = self.write.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        row.map_or(Ok(false), |row| row.try_get_by_index(0))
    }

    /// Closes the pools; open transactions are rolled back.
    ///
    /// # Errors
    /// The database error.
    pub async fn close(self) -> Result<(), DbErr> {
        if self.backend() == DbBackend::Sqlite {
            // Fold the write-ahead log into the file, so that the file alone is a complete copy.
            let _ = self.write.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
        self.read.close().await?;
        self.write.close().await
    }
}

/// One writer and `readers` readers: more writers only wait for each other in an unfair way.
async fn sqlite(
    options: ConnectOptions,
    readers: u32,
) -> Result<(DatabaseConnection, DatabaseConnection), ConnectError> {
    let base = |o: SqliteConnectOptions| {
        o.create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(512)
            // Rows cross from the thread of SQLite to that of the request; a wider buffer lets it run on.
            .row_buffer_size(1024)
            .pragma("cache_size", "-16000")
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "268435456")
    };
    let mut writer = options.clone();
    writer.max_connections(1).min_connections(1).idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    writer.map_sqlx_sqlite_opts(base);
    let mut reader = options;
    reader.max_connections(readers).min_connections(1).idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    // Not `read_only`: such a connection cannot create the shared-memory file of the write-ahead log.
    reader.map_sqlx_sqlite_opts(move |o| base(o).pragma("query_only", "on"));
    let write = Database::connect(writer).await?;
    let read = Database::connect(reader).await?;
    for pool in [&write, &read] {
        require(pool, "journal_mode", "wal").await?;
        require(pool, "foreign_keys", "1").await?;
    }
    require(&read, "query_only", "1").await?;
    Ok((write, read))
}

async fn require(pool: &DatabaseConnection, pragma: &'static str, wanted: &str) -> Result<(), ConnectError> {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {pragma}"));
    let row = pool.query_one_raw(statement).await?.ok_or(ConnectError::Setting(pragma))?;
    let value = match row.try_get_by_index::<String>(0) {
        Ok(text) => text,
        Err(_) => row.try_get_by_index::<i64>(0)?.to_string(),
    };
    if value == wanted { Ok(()) } else { Err(ConnectError::Setting(pragma)) }
}
