//! Reads files of banks and payment providers.

pub(crate) mod camt;
pub(crate) mod table;

use chrono::{DateTime, Utc};
use kernel::Invalid;

use crate::model::reconcile::ExternalLine;

/// Lines of a file at most.
pub(crate) const LINES_MAX: usize = 20_000;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Parsed {
    /// Its lines.
    pub(crate) lines: Vec<ExternalLine>,
    /// The first instant it tells of, when it says so.
    pub(crate) from: Option<DateTime<Utc>>,
    /// The instant until which it tells, when it says so.
    pub(crate) to: Option<DateTime<Utc>>,
    /// What the account holds at its end, when it says so; minor units.
    pub(crate) balance_minor: Option<i64>,
}

fn malformed(text: impl std::fmt::Display) -> Invalid {
    Invalid::new("content", "MALFORMED", text.to_string())
}

fn bounded(count: usize) -> Result<(), Invalid> {
    if count > LINES_MAX {
        return Err(Invalid::new("content", "TOO_MANY", format!("must have at most {LINES_MAX} lines")));
    }
    Ok(())
}

/// The place of the next line, from 1.
fn place(lines: &[ExternalLine]) -> i32 {
    i32::try_from(lines.len() + 1).unwrap_or(i32::MAX)
}
