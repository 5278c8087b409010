//! What the operator enters by hand.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::MerchantId;
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// Which way a manual entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum AdjustmentKind {
    /// The operator gives the merchant money.
    Credit,
    /// The merchant owes the operator money (a penalty, a debit note).
    Debit,
}

/// A manual entry with its reason. Kinds `MANUAL_CREDIT` and `MANUAL_DEBIT`.
#[derive(Debug, Clone, Serialize)]
pub struct Adjustment {
    /// The caller's unique name of it.
    pub key: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Which way it goes.
    pub kind: AdjustmentKind,
    /// How much; more than zero.
    pub amount: Money,
    /// Why; the merchant reads it.
    pub reason: String,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Credit: Dr goodwill; Cr available. Debit: Dr available; Cr penalties.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn adjusted(input: &Adjustment) -> Result<Posting, Unbalanced> {
    let available = Account::Available(input.merchant_id);
    let (kind, debit, credit) = match input.kind {
        AdjustmentKind::Credit => (Kind::ManualCredit, Account::Goodwill, available),
        AdjustmentKind::Debit => (Kind::ManualDebit, available, Account::PenaltyRevenue),
    };
    let key = format!("manual:{}", input.key);
    let source = Source::new("manual", &input.key);
    Draft::new(kind, key, input.amount.currency, input.at, source, input)
        .concerning(input.merchant_id, None)
        .memo(&input.reason)
        .debit(debit, input.amount.minor, Component::Adjustment)
        .credit(credit, input.amount.minor, Component::Adjustment)
        .seal()
}
