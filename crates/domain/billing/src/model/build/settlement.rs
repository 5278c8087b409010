//! What providers, carriers and the bank settle with us.

use chrono::{DateTime, Utc};
use kernel::Currency;
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// A provider charged a fee. Kind `PSP_FEE`.
#[derive(Debug, Clone, Serialize)]
pub struct ProviderFee {
    /// The provider.
    pub provider: String,
    /// The provider's unique name of the fee.
    pub reference: String,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr provider fees; Cr provider clearing.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn provider_fee(input: &ProviderFee) -> Result<Posting, Unbalanced> {
    let key = format!("fee:{}:{}", input.provider, input.reference);
    let source = Source::new("provider_report", &input.reference);
    Draft::new(Kind::ProviderFee, key, input.currency, input.at, source, input)
        .debit(Account::ProviderFees, input.amount_minor, Component::Fee)
        .credit(Account::ProviderClearing(input.provider.clone()), input.amount_minor, Component::Fee)
        .seal()
}

/// A provider paid what it held for us into the bank. Kind `PSP_SETTLED`.
#[derive(Debug, Clone, Serialize)]
pub struct ProviderSettled {
    /// The provider.
    pub provider: String,
    /// The provider's unique name of its payout.
    pub reference: String,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bank; Cr provider clearing.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn provider_settled(input: &ProviderSettled) -> Result<Posting, Unbalanced> {
    let key = format!("settled:{}:{}", input.provider, input.reference);
    let source = Source::new("provider_report", &input.reference);
    Draft::new(Kind::ProviderSettled, key, input.currency, input.at, source, input)
        .debit(Account::Bank, input.amount_minor, Component::Cash)
        .credit(Account::ProviderClearing(input.provider.clone()), input.amount_minor, Component::Cash)
        .seal()
}

/// A carrier sent the cash it collected, less its fee. Kind `COD_REMITTED`.
#[derive(Debug, Clone, Serialize)]
pub struct CodRemitted {
    /// The carrier.
    pub carrier: String,
    /// The bank's unique name of the receipt.
    pub reference: String,
    /// The currency.
    pub currency: Currency,
    /// What reached the bank, in minor units.
    pub amount_minor: i64,
    /// What the carrier kept, in minor units.
    pub fee_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bank, provider fees; Cr cash at the carrier.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn cod_remitted(input: &CodRemitted) -> Result<Posting, Unbalanced> {
    let key = format!("cod_remitted:{}:{}", input.carrier, input.reference);
    let source = Source::new("bank_receipt", &input.reference);
    let cash = Account::CashAtCarrier(input.carrier.clone());
    Draft::new(Kind::CodRemitted, key, input.currency, input.at, source, input)
        .debit(Account::Bank, input.amount_minor, Component::Cash)
        .debit(Account::ProviderFees, input.fee_minor, Component::Fee)
        .credit(cash, input.amount_minor + input.fee_minor, Component::Cash)
        .seal()
}

/// A receipt that pays no order was sent back. Kind `UNAPPLIED_RETURNED`.
#[derive(Debug, Clone, Serialize)]
pub struct UnappliedReturned {
    /// The bank's unique name of the transfer back.
    pub reference: String,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr unapplied receipts; Cr bank.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn unapplied_returned(input: &UnappliedReturned) -> Result<Posting, Unbalanced> {
    let key = format!("unapplied_returned:{}", input.reference);
    let source = Source::new("bank_transfer", &input.reference);
    Draft::new(Kind::UnappliedReturned, key, input.currency, input.at, source, input)
        .debit(Account::UnappliedReceipts, input.amount_minor, Component::Cash)
        .credit(Account::Bank, input.amount_minor, Component::Cash)
        .seal()
}
