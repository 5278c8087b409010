//! The two ways to reach the database: reading and a write transaction.

use std::sync::Arc;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use crate::recorder::Recorder;

/// The pool for queries.
#[derive(Debug, Clone)]
pub struct ReadDb {
    pool: DatabaseConnection,
    recorder: Arc<Recorder>,
}

impl ReadDb {
    pub(crate) fn new(pool: DatabaseConnection, recorder: Arc<Recorder>) -> Self {
        Self { pool, recorder }
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

macro_rules! recorded_connection {
    ($type:ty, $inner:ident) => {
        #[async_trait::async_trait]
        impl ConnectionTrait for $type {
            fn get_database_backend(&self) -> DbBackend {
                self.$inner.get_database_backend()
            }
            async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
                self.recorder.saw(self.number(), &statement);
                self.$inner.execute_raw(statement).await
            }
            async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
                self.$inner.execute_unprepared(sql).await
            }
            async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
                self.recorder.saw(self.number(), &statement);
                self.$inner.query_one_raw(statement).await
            }
            async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
                self.recorder.saw(self.number(), &statement);
                self.$inner.query_all_raw(statement).await
            }
        }
    };
}

recorded_connection!(ReadDb, pool);
recorded_connection!(Tx, inner);
