//! Comparing what a bank or a payment provider tells with the ledger. It finds; it corrects nothing.

mod compare;

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{FindingId, LedgerTxId, ReconciliationId};

use super::stored_names;

pub use compare::{ExternalLine, LedgerItem, Verdict, compare, normalized, settlements};

/// Who told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReconciliationSource {
    /// The operator's bank.
    Bank,
    /// A payment provider.
    Provider,
}
stored_names! { ReconciliationSource { Bank = "bank", Provider = "provider", } }

/// What came out of comparing a line, or a transaction that has no line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Both say the same.
    Matched,
    /// Both know it, the amounts differ.
    AmountMismatch,
    /// They have it, the ledger has not.
    MissingHere,
    /// The ledger has it, they have not.
    MissingThere,
    /// They told it before.
    Duplicate,
    /// Nobody knows what it is.
    Unknown,
}
stored_names! { Outcome {
    Matched = "matched", AmountMismatch = "amount_mismatch", MissingHere = "missing_here",
    MissingThere = "missing_there", Duplicate = "duplicate", Unknown = "unknown",
} }

/// A file that was compared with the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its id.
    pub id: ReconciliationId,
    /// Who told.
    pub source: ReconciliationSource,
    /// The provider's code, or `main` for the bank.
    pub account: String,
    /// How the file is written.
    pub format: String,
    /// The currency.
    pub currency: Currency,
    /// The name of the file.
    pub file_name: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// The first instant it tells of.
    pub from: DateTime<Utc>,
    /// The instant until which it tells.
    pub to: DateTime<Utc>,
    /// How many lines it has.
    pub line_count: i64,
    /// What they say the account holds at its end, in minor units.
    pub balance_minor: Option<i64>,
    /// What the ledger says the account holds then, in minor units.
    pub ledger_minor: i64,
    /// Who imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: DateTime<Utc>,
}

/// What came out of comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// The file.
    pub reconciliation_id: ReconciliationId,
    /// The line of the file; `None` for what it lacks.
    pub line_no: Option<i32>,
    /// What came out.
    pub outcome: Outcome,
    /// The account of the ledger.
    pub account: String,
    /// The transaction of the ledger.
    pub ledger_tx_id: Option<LedgerTxId>,
    /// Their name of it.
    pub external_id: String,
    /// What it is about.
    pub subject: String,
    /// The currency.
    pub currency: Currency,
    /// What the ledger says, in minor units; positive: the account grows.
    pub here_minor: Option<i64>,
    /// What they say, in minor units.
    pub there_minor: Option<i64>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// A sentence for people.
    pub detail: String,
    /// When somebody dealt with it.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who.
    pub resolved_by: Option<String>,
    /// What they did.
    pub note: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

impl Finding {
    /// Whether somebody has to look at it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.outcome != Outcome::Matched && self.resolved_at.is_none()
    }
}
