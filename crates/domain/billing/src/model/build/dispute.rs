//! Chargebacks.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{MerchantId, MerchantOrderId};
use serde::Serialize;

use super::SaleComponents;
use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// The provider took money because a buyer disputes a charge. Kind `DISPUTE_OPENED`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeOpened {
    /// The provider's name of the dispute.
    pub dispute: String,
    /// The provider.
    pub provider: String,
    /// The currency.
    pub currency: Currency,
    /// What was taken, in minor units.
    pub amount_minor: i64,
    /// What the provider charges for it, in minor units.
    pub fee_minor: i64,
    /// The merchant whose sale is disputed.
    pub merchant_id: MerchantId,
    /// What of its available money is frozen, in minor units.
    pub frozen_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr dispute, dispute fees; Cr provider clearing. Frozen money: Dr available; Cr dispute hold.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn dispute_opened(input: &DisputeOpened) -> Result<Posting, Unbalanced> {
    let key = format!("dispute_opened:{}", input.dispute);
    let clearing = Account::ProviderClearing(input.provider.clone());
    Draft::new(Kind::DisputeOpened, key, input.currency, input.at, source(&input.dispute), input)
        .debit(Account::Dispute(input.dispute.clone()), input.amount_minor, Component::Cash)
        .debit(Account::DisputeFees, input.fee_minor, Component::Fee)
        .credit(clearing, input.amount_minor + input.fee_minor, Component::Cash)
        .debit(Account::Available(input.merchant_id), input.frozen_minor, Component::Net)
        .credit(Account::DisputeHold(input.merchant_id), input.frozen_minor, Component::Net)
        .seal()
}

/// The buyer was wrong. Kind `DISPUTE_WON`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeWon {
    /// The provider's name of the dispute.
    pub dispute: String,
    /// The provider.
    pub provider: String,
    /// The currency.
    pub currency: Currency,
    /// What comes back, in minor units.
    pub amount_minor: i64,
    /// What of the fee comes back, in minor units.
    pub fee_returned_minor: i64,
    /// The merchant whose sale was disputed.
    pub merchant_id: MerchantId,
    /// What had been frozen, in minor units.
    pub frozen_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr provider clearing, dispute hold; Cr dispute, dispute fees, available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn dispute_won(input: &DisputeWon) -> Result<Posting, Unbalanced> {
    let key = format!("dispute_won:{}", input.dispute);
    let clearing = Account::ProviderClearing(input.provider.clone());
    Draft::new(Kind::DisputeWon, key, input.currency, input.at, source(&input.dispute), input)
        .debit(clearing, input.amount_minor + input.fee_returned_minor, Component::Cash)
        .credit(Account::Dispute(input.dispute.clone()), input.amount_minor, Component::Cash)
        .credit(Account::DisputeFees, input.fee_returned_minor, Component::Fee)
        .debit(Account::DisputeHold(input.merchant_id), input.frozen_minor, Component::Net)
        .credit(Account::Available(input.merchant_id), input.frozen_minor, Component::Net)
        .seal()
}

/// The merchant bears it. Kind `DISPUTE_LOST`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeLost {
    /// The provider's name of the dispute.
    pub dispute: String,
    /// The currency.
    pub currency: Currency,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// What is given back, as in a refund.
    pub components: SaleComponents,
    /// What the marketplace had paid of the gross, in minor units.
    pub promotion_minor: i64,
    /// What had been frozen, in minor units.
    pub frozen_minor: i64,
    /// Country whose VAT was on the commission, and where remitted tax went.
    pub jurisdiction: String,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr dispute hold then available, commission, taxes; Cr dispute, promotion; what was frozen beyond need goes back.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn dispute_lost(input: &DisputeLost) -> Result<Posting, Unbalanced> {
    let key = format!("dispute_lost:{}", input.dispute);
    let given = &input.components;
    let (net, merchant) = (given.net_minor(), input.merchant_id);
    let jurisdiction = || input.jurisdiction.clone();
    Draft::new(Kind::DisputeLost, key, input.currency, input.at, source(&input.dispute), input)
        .concerning(merchant, Some(input.merchant_order_id))
        .debit(Account::DisputeHold(merchant), input.frozen_minor, Component::Net)
        .debit(Account::Available(merchant), (net - input.frozen_minor).max(0), Component::Net)
        .credit(Account::Available(merchant), (input.frozen_minor - net).max(0), Component::Net)
        .debit(Account::CommissionRevenue, given.commission_minor, Component::Commission)
        .debit(Account::FixedFeeRevenue, given.fixed_fee_minor, Component::FixedFee)
        .debit(Account::CommissionTax(jurisdiction()), given.commission_tax_minor, Component::CommissionTax)
        .debit(Account::RemittedTax(jurisdiction()), given.remitted_tax_minor, Component::RemittedTax)
        .credit(Account::Dispute(input.dispute.clone()), given.gross_minor - input.promotion_minor, Component::Cash)
        .credit(Account::MarketplacePromotion, input.promotion_minor, Component::Promotion)
        .seal()
}

/// The merchant pays what the dispute cost. Kind `DISPUTE_FEE_RECHARGED`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeFeeRecharged {
    /// The provider's name of the dispute.
    pub dispute: String,
    /// The currency.
    pub currency: Currency,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr available; Cr dispute fees.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn dispute_fee_recharged(input: &DisputeFeeRecharged) -> Result<Posting, Unbalanced> {
    let key = format!("dispute_fee:{}", input.dispute);
    Draft::new(Kind::DisputeFeeRecharged, key, input.currency, input.at, source(&input.dispute), input)
        .concerning(input.merchant_id, None)
        .debit(Account::Available(input.merchant_id), input.amount_minor, Component::Fee)
        .credit(Account::DisputeFees, input.amount_minor, Component::Fee)
        .seal()
}

fn source(dispute: &str) -> Source {
    Source::new("dispute", dispute)
}
