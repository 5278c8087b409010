//! Money goes to merchants.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Payout, PayoutVia, Posting, Source, Unbalanced};

#[derive(Serialize)]
struct Said {
    payout: String,
    amount_minor: i64,
}

/// Kind `PAYOUT_INITIATED`: Dr available; Cr payout in transit.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn payout_initiated(payout: &Payout, at: DateTime<Utc>) -> Result<Posting, Unbalanced> {
    draft(Kind::PayoutInitiated, "payout", payout, at)
        .debit(Account::Available(payout.merchant_id), payout.amount.minor, Component::Payout)
        .credit(in_transit(payout), payout.amount.minor, Component::Payout)
        .seal()
}

/// Kind `PAYOUT_PAID`: Dr payout in transit; Cr bank, or the provider that sent it.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn payout_paid(payout: &Payout, at: DateTime<Utc>) -> Result<Posting, Unbalanced> {
    draft(Kind::PayoutPaid, "payout_paid", payout, at)
        .debit(in_transit(payout), payout.amount.minor, Component::Payout)
        .credit(source(payout), payout.amount.minor, Component::Cash)
        .seal()
}

/// Kind `PAYOUT_RETURNED`: Dr payout in transit (or where it was sent from, when it had been paid); Cr available.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn payout_returned(payout: &Payout, was_paid: bool, at: DateTime<Utc>) -> Result<Posting, Unbalanced> {
    let from = if was_paid { source(payout) } else { in_transit(payout) };
    let mut draft = draft(Kind::PayoutReturned, "payout_returned", payout, at);
    if let Some(reason) = &payout.return_reason {
        draft = draft.memo(reason);
    }
    draft
        .debit(from, payout.amount.minor, Component::Payout)
        .credit(Account::Available(payout.merchant_id), payout.amount.minor, Component::Payout)
        .seal()
}

/// Kind `PAYOUT_FAILED`: Dr payout in transit; Cr available.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn payout_failed(payout: &Payout, at: DateTime<Utc>) -> Result<Posting, Unbalanced> {
    let mut draft = draft(Kind::PayoutFailed, "payout_failed", payout, at);
    if let Some(reason) = &payout.return_reason {
        draft = draft.memo(reason);
    }
    draft
        .debit(in_transit(payout), payout.amount.minor, Component::Payout)
        .credit(Account::Available(payout.merchant_id), payout.amount.minor, Component::Payout)
        .seal()
}

/// Where the money is that payouts are made of.
fn source(payout: &Payout) -> Account {
    match payout.via {
        PayoutVia::Bank => Account::Bank,
        PayoutVia::Stripe => Account::ProviderClearing(payments::provider::STRIPE.to_owned()),
    }
}

const fn in_transit(payout: &Payout) -> Account {
    Account::PayoutInTransit(payout.id, payout.merchant_id)
}

fn draft(kind: Kind, name: &str, payout: &Payout, at: DateTime<Utc>) -> Draft {
    let said = Said { payout: payout.id.to_string(), amount_minor: payout.amount.minor };
    let key = format!("{name}:{}", payout.id);
    Draft::new(kind, key, payout.amount.currency, at, Source::new("payout", payout.id), &said)
        .concerning(payout.merchant_id, None)
}
