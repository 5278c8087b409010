//! A merchant asks that its block be looked at again.

use chrono::{DateTime, Utc};
use kernel::id::{AppealId, MerchantId};

/// Where an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AppealState {
    /// Nobody decided yet.
    Open,
    /// The block was lifted.
    Granted,
    /// The block stays.
    Upheld,
}

impl AppealState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Granted, Self::Upheld];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Granted => "granted",
            Self::Upheld => "upheld",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// An appeal against one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// Its id.
    pub id: AppealId,
    /// The merchant.
    pub merchant: MerchantId,
    /// When it was blocked.
    pub blocked_at: DateTime<Utc>,
    /// Why it was blocked.
    pub reason_code: String,
    /// What the merchant says.
    pub words: String,
    /// Where it stands.
    pub state: AppealState,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// What the operator says.
    pub answer: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    pub version: i64,
}
