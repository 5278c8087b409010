//! What the operator's people write down about a merchant, for themselves.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantNoteId};
use serde::Serialize;

/// A note about a merchant. The merchant never sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its id.
    pub id: MerchantNoteId,
    /// The merchant.
    pub merchant: MerchantId,
    /// The words.
    pub words: String,
    /// Who wrote it first, by name.
    pub author_name: String,
    /// When.
    #[serde(skip)]
    pub written_at: DateTime<Utc>,
    /// Who changed it last, by name.
    pub editor_name: Option<String>,
    /// When.
    #[serde(skip)]
    pub edited_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
}
