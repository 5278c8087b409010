//! What the operator enters by hand, and what merchants owe.

use chrono::{DateTime, Utc};
use kernel::id::{DebtId, ManualEntryId, MerchantId};
use kernel::{Currency, Money};
use serde::Serialize;

use crate::model::{Account, Component, Draft, EntryKind, Kind, Posting, Source, Unbalanced};

/// A manual entry that may be posted. Kinds `MANUAL_CREDIT`, `MANUAL_DEBIT`, `PENALTY_CHARGED`, `WRITE_OFF`.
#[derive(Debug, Clone, Serialize)]
pub struct ManualPosting {
    /// The entry; one transaction each.
    pub entry_id: ManualEntryId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// What it does.
    pub kind: EntryKind,
    /// How much, without tax; more than zero.
    pub amount: Money,
    /// VAT on a penalty, in minor units.
    pub tax_minor: i64,
    /// Country whose VAT it is.
    pub jurisdiction: String,
    /// Of a write-off, what had become a claim of its own, in minor units.
    #[serde(skip_serializing)]
    pub claimed_minor: i64,
    /// Why; the merchant reads it.
    pub reason: String,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Credit: Dr goodwill; Cr available. Debit and penalty: Dr available; Cr penalties, VAT. Write-off: Dr bad debt; Cr
/// receivable as far as it was claimed, the rest available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn manual(input: &ManualPosting) -> Result<Posting, Unbalanced> {
    let (merchant, amount) = (input.merchant_id, input.amount.minor);
    let available = || Account::Available(merchant);
    let kind = match input.kind {
        EntryKind::Credit => Kind::ManualCredit,
        EntryKind::Debit => Kind::ManualDebit,
        EntryKind::Penalty => Kind::PenaltyCharged,
        EntryKind::WriteOff => Kind::WrittenOff,
    };
    let (key, source) = (format!("manual:{}", input.entry_id), Source::new("manual_entry", input.entry_id));
    let draft = Draft::new(kind, key, input.amount.currency, input.at, source, input)
        .concerning(merchant, None)
        .memo(&input.reason);
    let draft = match input.kind {
        EntryKind::Credit => draft.debit(Account::Goodwill, amount, Component::Adjustment).credit(
            available(),
            amount,
            Component::Adjustment,
        ),
        EntryKind::Debit | EntryKind::Penalty => draft
            .debit(available(), amount + input.tax_minor, Component::Adjustment)
            .credit(Account::PenaltyRevenue, amount, Component::Adjustment)
            .credit(Account::CommissionTax(input.jurisdiction.clone()), input.tax_minor, Component::CommissionTax),
        EntryKind::WriteOff => draft
            .debit(Account::BadDebt, amount, Component::Adjustment)
            .credit(Account::MerchantReceivable(merchant), input.claimed_minor, Component::Adjustment)
            .credit(available(), amount - input.claimed_minor, Component::Adjustment),
    };
    draft.seal()
}

/// A month of selling is charged. Kind `SUBSCRIPTION_CHARGED`.
#[derive(Debug, Clone, Serialize)]
pub struct SubscriptionCharged {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The month as `2026-03`; one transaction a merchant, currency and month.
    pub month: String,
    /// The currency.
    pub currency: Currency,
    /// How much, without tax, in minor units.
    pub amount_minor: i64,
    /// VAT on it, in minor units.
    pub tax_minor: i64,
    /// Country whose VAT it is.
    pub jurisdiction: String,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr available; Cr subscriptions, VAT.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn subscription_charged(input: &SubscriptionCharged) -> Result<Posting, Unbalanced> {
    let key = format!("subscription:{}:{}:{}", input.merchant_id, input.currency, input.month);
    let source = Source::new("subscription", format!("{}:{}", input.merchant_id, input.month));
    let gross = input.amount_minor + input.tax_minor;
    Draft::new(Kind::SubscriptionCharged, key, input.currency, input.at, source, input)
        .concerning(input.merchant_id, None)
        .memo(format!("Subscription {}", input.month))
        .debit(Account::Available(input.merchant_id), gross, Component::Adjustment)
        .credit(Account::SubscriptionRevenue, input.amount_minor, Component::Adjustment)
        .credit(Account::CommissionTax(input.jurisdiction.clone()), input.tax_minor, Component::CommissionTax)
        .seal()
}

/// A negative balance becomes a claim of its own. Kind `DEBT_CLAIMED`.
#[derive(Debug, Clone, Serialize)]
pub struct DebtClaimed {
    /// The debt; one transaction each.
    pub debt_id: DebtId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr receivable; Cr available.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn debt_claimed(input: &DebtClaimed) -> Result<Posting, Unbalanced> {
    let key = format!("debt_claimed:{}", input.debt_id);
    let source = Source::new("debt", input.debt_id);
    Draft::new(Kind::DebtClaimed, key, input.currency, input.at, source, input)
        .concerning(input.merchant_id, None)
        .debit(Account::MerchantReceivable(input.merchant_id), input.amount_minor, Component::Adjustment)
        .credit(Account::Available(input.merchant_id), input.amount_minor, Component::Adjustment)
        .seal()
}

/// A merchant paid what it owes. Kind `DEBT_PAID`.
#[derive(Debug, Clone, Serialize)]
pub struct DebtPaid {
    /// The bank's unique name of the receipt.
    pub reference: String,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Of it, what pays a claim, in minor units; the rest goes to what is available.
    #[serde(skip_serializing)]
    pub claimed_minor: i64,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bank; Cr receivable, available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn debt_paid(input: &DebtPaid) -> Result<Posting, Unbalanced> {
    let key = debt_paid_key(&input.reference);
    let source = Source::new("bank_receipt", &input.reference);
    Draft::new(Kind::DebtPaid, key, input.currency, input.at, source, input)
        .concerning(input.merchant_id, None)
        .debit(Account::Bank, input.amount_minor, Component::Cash)
        .credit(Account::MerchantReceivable(input.merchant_id), input.claimed_minor, Component::Adjustment)
        .credit(Account::Available(input.merchant_id), input.amount_minor - input.claimed_minor, Component::Adjustment)
        .seal()
}

/// The key under which a payment of a merchant is written.
pub(crate) fn debt_paid_key(reference: &str) -> String {
    format!("debt_paid:{reference}")
}
