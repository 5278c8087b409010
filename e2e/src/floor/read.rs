//! The floor of a query.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use super::{Seen, statement};
use crate::Result;
use crate::load::Work;

/// The statements of a query, one after the other, each with its parameters.
#[derive(Debug, Clone)]
pub struct ReadFloor {
    pool: DatabaseConnection,
    statements: Vec<Statement>,
}

impl ReadFloor {
    /// The statements of `seen` that read.
    #[must_use]
    pub fn new(pool: DatabaseConnection, seen: &[Seen]) -> Self {
        let backend = pool.get_database_backend();
        let reading = seen.iter().filter(|one| one.transaction == 0);
        Self { statements: reading.map(|one| statement(backend, one)).collect(), pool }
    }

    /// How many statements a step sends.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.statements.len()
    }
}

impl Work for ReadFloor {
    async fn step(&mut self) -> Result<()> {
        for statement in &self.statements {
            self.pool.query_all_raw(statement.clone()).await?;
        }
        Ok(())
    }
}
