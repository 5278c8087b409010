//! Hearing at once what other nodes tell.

use sea_orm::{DbBackend, DbErr, RuntimeErr};
use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::Db;

/// Hears the notifications of one channel, over a connection of its own. They are lost while it is not connected: who
/// must not miss anything looks from time to time as well.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Waits for the next notification, or for the connection to be there again: either way there may be news.
    ///
    /// # Errors
    /// The database error when the connection cannot be had again.
    pub async fn news(&mut self) -> Result<(), DbErr> {
        self.0.try_recv().await.map(|_| ()).map_err(fault)
    }
}

impl Db {
    /// Listens to `channel`; `None` on SQLite, which tells nobody anything.
    ///
    /// # Errors
    /// The database error.
    pub async fn listen(&self, channel: &str) -> Result<Option<Listener>, DbErr> {
        if self.backend() != DbBackend::Postgres {
            return Ok(None);
        }
        // Not one of the pool: it is kept for as long as somebody listens.
        let options = self.read().pool().get_postgres_connection_pool().connect_options();
        let pool = PgPoolOptions::new().max_connections(1).connect_with((*options).clone()).await.map_err(fault)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(fault)?;
        listener.listen(channel).await.map_err(fault)?;
        Ok(Some(Listener(listener)))
    }
}

fn fault(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
