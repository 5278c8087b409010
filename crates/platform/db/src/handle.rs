//! The two ways to reach the database: reading and a write transaction.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait as _,
};
use uuid::Uuid;

use crate::recorder::Recorder;

/// The pool for queries.
#[derive(Debug, Clone)]
pub struct ReadDb {
    pool: DatabaseConnection,
    recorder: Arc<Recorder>,
    /// Whose rows alone PostgreSQL shows.
    owner: Option<Uuid>,
}

impl ReadDb {
    pub(crate) fn new(pool: DatabaseConnection, recorder: Arc<Recorder>) -> Self {
        Self { pool, recorder, owner: None }
    }

    /// The same pool, which shows the rows of one owner alone wherever rows have owners; see `migrations/src/m0026_walls.rs`.
    /// Each statement is a transaction then, which says whose rows are meant. SQLite has no such wall.
    #[must_use]
    pub fn of_owner(&self, owner: Uuid) -> Self {
        let owner = (self.pool.get_database_backend() == DbBackend::Postgres).then_some(owner);
        Self { pool: self.pool.clone(), recorder: self.recorder.clone(), owner }
    }

    /// Whether PostgreSQL shows the rows of one owner alone.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.owner.is_some()
    }

    #[allow(clippy::disallowed_methods, reason = "a read, in a transaction for the setting that ends with it")]
    async fn narrowed(&self, owner: Uuid) -> Result<DatabaseTransaction, DbErr> {
        let tx = self.pool.begin().await?;
        tx.execute_unprepared(&narrow("souk.sees", owner)).await?;
        Ok(tx)
    }

    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        self.pool.close_by_ref().await
    }

    /// Reads stand outside of transactions.
    fn number(&self) -> u64 {
        0
    }

    /// The pool itself, for streaming rows.
    #[must_use]
    pub fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }
}

/// A write transaction. Dropping it without [`Tx::commit`] rolls it back.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    recorder: Arc<Recorder>,
    number: u64,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, recorder: Arc<Recorder>) -> Self {
        let number = recorder.next_transaction();
        crate::trace::boundary(number, "BEGIN");
        Self { inner, recorder, number }
    }

    fn number(&self) -> u64 {
        self.number
    }

    /// From now on PostgreSQL refuses what this transaction writes of any other owner. What it sees stays: the state of a
    /// whole order is derived from the parts of all its merchants. SQLite has no such wall.
    ///
    /// # Errors
    /// The database error.
    pub async fn write_only_of(&self, owner: Uuid) -> Result<(), DbErr> {
        if self.inner.get_database_backend() == DbBackend::Postgres {
            self.inner.execute_unprepared(&narrow("souk.writes", owner)).await?;
        }
        Ok(())
    }

    /// Makes everything written through this transaction durable at once.
    ///
    /// # Errors
    /// The database error; nothing was written then.
    pub async fn commit(self) -> Result<(), DbErr> {
        crate::trace::boundary(self.number, "COMMIT");
        self.inner.commit().await
    }

    /// Gives up everything written through this transaction.
    ///
    /// # Errors
    /// The database error.
    pub async fn rollback(self) -> Result<(), DbErr> {
        crate::trace::boundary(self.number, "ROLLBACK");
        self.inner.rollback().await
    }
}

/// Says until the end of the transaction whose rows are meant. A setting takes no parameter; a UUID needs no quoting.
fn narrow(setting: &str, owner: Uuid) -> String {
    format!("SET LOCAL {setting} = '{owner}'")
}

#[async_trait::async_trait]
impl ConnectionTrait for ReadDb {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.recorder.saw(self.number(), &statement);
        let Some(owner) = self.owner else { return self.pool.execute_raw(statement).await };
        let tx = self.narrowed(owner).await?;
        let done = tx.execute_raw(statement).await?;
        tx.commit().await?;
        Ok(done)
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let Some(owner) = self.owner else { return self.pool.execute_unprepared(sql).await };
        let tx = self.narrowed(owner).await?;
        let done = tx.execute_unprepared(sql).await?;
        tx.commit().await?;
        Ok(done)
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.recorder.saw(self.number(), &statement);
        let Some(owner) = self.owner else { return self.pool.query_one_raw(statement).await };
        let tx = self.narrowed(owner).await?;
        let row = tx.query_one_raw(statement).await?;
        tx.commit().await?;
        Ok(row)
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.recorder.saw(self.number(), &statement);
        let Some(owner) = self.owner else { return self.pool.query_all_raw(statement).await };
        let tx = self.narrowed(owner).await?;
        let rows = tx.query_all_raw(statement).await?;
        tx.commit().await?;
        Ok(rows)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.recorder.saw(self.number(), &statement);
        self.inner.execute_raw(statement).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.recorder.saw(self.number(), &statement);
        self.inner.query_one_raw(statement).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.recorder.saw(self.number(), &statement);
        self.inner.query_all_raw(statement).await
    }
}
