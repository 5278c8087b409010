//! Money changes its currency: two transactions that meet in the position of each currency.

use chrono::{DateTime, Utc};
use kernel::id::{OrderId, PaymentOperationId};
use kernel::{Currency, Money};
use payments::event::MoneyPlace;
use serde::Serialize;

use super::CapturedPart;
use super::capture::{cash, with_parts};
use super::place_account;
use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// Money at a provider was changed by it. Kind `CONVERTED`, one transaction in each currency.
#[derive(Debug, Clone, Serialize)]
pub struct Converted {
    /// The provider.
    pub provider: String,
    /// The provider's unique name of it.
    pub reference: String,
    /// What was given.
    pub sold: Money,
    /// What it was owed for, at the rate that was locked when it was sold.
    pub owed: Money,
    /// What came; in the currency of `owed`.
    pub bought: Money,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Two balanced transactions, the first in the currency that was sold.
///
/// Sold: Dr position; Cr provider clearing. Bought: Dr provider clearing, loss; Cr position with what was owed.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn converted(input: &Converted) -> Result<[Posting; 2], Unbalanced> {
    let clearing = || Account::ProviderClearing(input.provider.clone());
    let source = || Source::new("provider_report", &input.reference);
    let key = |side: &str| format!("converted:{}:{}:{side}", input.provider, input.reference);
    let sold = Draft::new(Kind::Converted, key("sold"), input.sold.currency, input.at, source(), input)
        .debit(Account::FxPosition, input.sold.minor, Component::Cash)
        .credit(clearing(), input.sold.minor, Component::Cash)
        .seal()?;
    let loss = input.owed.minor - input.bought.minor;
    let bought = Draft::new(Kind::Converted, key("bought"), input.bought.currency, input.at, source(), input)
        .debit(clearing(), input.bought.minor, Component::Cash)
        .debit(Account::FxLoss, loss.max(0), Component::Fee)
        .credit(Account::FxLoss, (-loss).max(0), Component::Fee)
        .credit(Account::FxPosition, input.owed.minor, Component::Cash)
        .seal()?;
    Ok([sold, bought])
}

/// Money of an order was taken in the buyer's currency, and is owed to merchants in theirs at the rate that was locked
/// when the order was placed. Kind `ORDER_CAPTURED`, one transaction in each currency.
#[derive(Debug, Clone, Serialize)]
pub struct CapturedAbroad {
    /// The operation that took it.
    pub operation_id: PaymentOperationId,
    /// The order.
    pub order_id: OrderId,
    /// What the buyer paid.
    pub paid: Money,
    /// Where the money is now.
    pub place: MoneyPlace,
    /// The currency of the merchants.
    pub currency: Currency,
    /// The shares, in the currency of the merchants.
    pub parts: Vec<CapturedPart>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Two balanced transactions, the first in the buyer's currency.
///
/// Buyer's: Dr place of the money; Cr position. Merchants': Dr position, promotion; Cr order funds of each merchant.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts, and for cash that the merchant keeps.
pub fn captured_abroad(input: &CapturedAbroad) -> Result<[Posting; 2], Unbalanced> {
    let source = || Source::new("payment_operation", input.operation_id);
    let key = |side: &str| format!("captured:{}:{side}", input.operation_id);
    let paid = Draft::new(Kind::OrderCaptured, key("paid"), input.paid.currency, input.at, source(), input);
    let paid = match place_account(&input.place) {
        Some(account) => paid.debit(account, input.paid.minor, Component::Cash),
        None => paid,
    };
    let paid = paid.credit(Account::FxPosition, input.paid.minor, Component::Cash).seal()?;
    let owed = Draft::new(Kind::OrderCaptured, key("owed"), input.currency, input.at, source(), input).debit(
        Account::FxPosition,
        cash(&input.parts),
        Component::Cash,
    );
    Ok([paid, with_parts(owed, input.order_id, &input.parts).seal()?])
}
