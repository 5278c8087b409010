//! What is wrong with a file.

use serde::Serialize;

/// The file cannot be read as what it should be; nothing of it is loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// The file has no header.
    #[error("the file is empty")]
    Empty,
    /// The file is not UTF-8.
    #[error("the file is not UTF-8 text; save it as UTF-8")]
    Encoding,
    /// The header lacks a column.
    #[error("the file has no column {0:?}")]
    MissingColumn(&'static str),
    /// The header has a column twice.
    #[error("the file has the column {0:?} twice")]
    DuplicateColumn(String),
    /// Reading failed.
    #[error("the file cannot be read: {0}")]
    Read(String),
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowFault {
    /// The row as a spreadsheet shows it: the header is row 1, a quoted cell of several lines is one row.
    pub row: u64,
    /// The column by its name in the header; empty: the whole row.
    pub column: String,
    /// A stable code: `MISSING_KEY`, `TYPE`, `RANGE`, `DUPLICATE_IN_FILE`, `RAGGED_ROW`, `GTIN_CHECKSUM`, ...
    pub code: &'static str,
    /// What the cell holds, shortened.
    pub value: String,
    /// A sentence for people.
    pub message: String,
}

/// The most characters of a cell that a report repeats.
const VALUE_MAX: usize = 200;

impl RowFault {
    /// A fault of a cell.
    pub fn new(row: u64, column: &str, code: &'static str, value: &str, message: impl Into<String>) -> Self {
        let value = value.chars().take(VALUE_MAX).collect();
        Self { row, column: column.to_owned(), code, value, message: message.into() }
    }
}
