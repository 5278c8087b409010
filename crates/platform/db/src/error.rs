//! What a database error means, alike for both databases.

use sea_orm::{DbErr, RuntimeErr};

/// Which constraint a statement ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique index or primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A CHECK constraint.
    Check,
    /// A trigger refused the statement (append-only tables).
    Refused,
}

/// The constraint that `error` reports, if any.
///
/// After it PostgreSQL refuses the rest of the transaction, so the caller ends the command with a fault.
#[must_use]
pub fn violated(error: &DbErr) -> Option<Violation> {
    let code = database_code(error)?;
    match code.as_str() {
        "23505" | "1555" | "2067" => Some(Violation::Unique),
        "23503" | "787" => Some(Violation::ForeignKey),
        "23514" | "275" => Some(Violation::Check),
        "P0001" | "1811" => Some(Violation::Refused),
        _ => None,
    }
}

/// Whether trying the whole transaction again may succeed: deadlock, serialization failure, lock timeout, busy.
#[must_use]
pub fn is_transient(error: &DbErr) -> bool {
    database_code(error).is_some_and(|code| matches!(code.as_str(), "40P01" | "40001" | "55P03" | "5" | "517" | "261"))
}

fn database_code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return None;
    };
    inner.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}
