//! Documents that merchants hand in: licences, papers about the company.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{AssetId, MerchantDocumentId, MerchantId};
use serde::Serialize;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// The operator has to look at it.
    Submitted,
    /// It is good.
    Approved,
    /// It is not.
    Refused,
    /// Its merchant took it back.
    Withdrawn,
}

impl DocumentState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Submitted, Self::Approved, Self::Refused, Self::Withdrawn];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A document of a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its id.
    pub id: MerchantDocumentId,
    /// The merchant.
    pub merchant: MerchantId,
    /// What it is: `trade_licence`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// The number that is on it.
    pub number: Option<String>,
    /// Who gave it.
    pub issuer: Option<String>,
    /// The file.
    pub asset: AssetId,
    /// The last day on which it is good.
    pub expires_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: DocumentState,
    /// When it was handed in.
    #[serde(skip)]
    pub submitted_at: DateTime<Utc>,
    /// What the operator says about it.
    pub review_note: Option<String>,
    /// Who looked at it.
    pub reviewed_by: Option<String>,
    /// When.
    #[serde(skip)]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
}
