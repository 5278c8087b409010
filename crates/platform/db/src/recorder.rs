//! Counts the statements that were sent, and keeps them while somebody asks for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sea_orm::Statement;

/// The statement counter of a [`crate::Db`]. Tests pin the number of statements of a document with it and
/// ask the database for the plan of each.
#[derive(Debug, Default)]
pub struct Recorder {
    count: AtomicU64,
    transactions: AtomicU64,
    keeping: AtomicBool,
    kept: Mutex<Vec<Statement>>,
}

impl Recorder {
    pub(crate) fn saw(&self, transaction: u64, statement: &Statement) {
        crate::trace::statement(transaction, statement);
        self.count.fetch_add(1, Ordering::Relaxed);
        if self.keeping.load(Ordering::Relaxed) {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(statement.clone());
        }
    }

    /// The number of the next write transaction, from 1.
    pub(crate) fn next_transaction(&self) -> u64 {
        self.transactions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Statements sent since the program started.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Starts keeping statements.
    pub fn start(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.keeping.store(true, Ordering::Relaxed);
    }

    /// Stops keeping statements and hands over those kept, in the order they were sent.
    pub fn stop(&self) -> Vec<Statement> {
        self.keeping.store(false, Ordering::Relaxed);
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
