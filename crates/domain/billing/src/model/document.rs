//! Files that were written of a document.

use chrono::{DateTime, Utc};

/// A file of a document in object storage. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// The document: a statement, an invoice, a payout run.
    pub owner: String,
    /// `csv`, `pdf`, `ubl` or `pain001`.
    pub format: String,
    /// Where it is stored.
    pub object_key: String,
    /// Under which name it is saved.
    pub file_name: String,
    /// Its media type.
    pub content_type: String,
    /// Its length.
    pub byte_size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}
