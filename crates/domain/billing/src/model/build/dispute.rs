//! Chargebacks.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{DisputeId, MerchantId, MerchantOrderId};
use serde::Serialize;

use super::SaleComponents;
use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// A merchant whose sale is disputed.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Exposed {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// What it would lose, in minor units.
    pub net_minor: i64,
}

/// Money of a merchant that is frozen for a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// How much, in minor units.
    pub amount_minor: i64,
}

/// The provider took money because a buyer disputes a charge. Kind `DISPUTE_OPENED`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeOpened {
    /// The dispute; one transaction each.
    pub dispute_id: DisputeId,
    /// The provider.
    pub provider: String,
    /// The currency.
    pub currency: Currency,
    /// What was taken, in minor units.
    pub amount_minor: i64,
    /// What the provider charges for it, in minor units.
    pub fee_minor: i64,
    /// The merchants whose sales are disputed: what they have is frozen as far as they would lose it. Decided once: it
    /// is no part of what a repetition must agree with.
    #[serde(skip_serializing)]
    pub exposed: Vec<Exposed>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr dispute, dispute fees; Cr provider clearing. Frozen money: Dr available; Cr dispute hold.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn dispute_opened(input: &DisputeOpened, frozen: &[Frozen]) -> Result<Posting, Unbalanced> {
    let clearing = Account::ProviderClearing(input.provider.clone());
    let draft = Draft::new(
        Kind::DisputeOpened,
        opened_key(input.dispute_id),
        input.currency,
        input.at,
        source(input.dispute_id),
        input,
    )
    .debit(Account::Dispute(input.dispute_id.to_string()), input.amount_minor, Component::Cash)
    .debit(Account::DisputeFees, input.fee_minor, Component::Fee)
    .credit(clearing, input.amount_minor + input.fee_minor, Component::Cash);
    frozen
        .iter()
        .fold(draft, |draft, frozen| {
            draft.debit(Account::Available(frozen.merchant_id), frozen.amount_minor, Component::Net).credit(
                Account::DisputeHold(frozen.merchant_id),
                frozen.amount_minor,
                Component::Net,
            )
        })
        .seal()
}

/// The key under which the beginning of a dispute is written.
pub(crate) fn opened_key(dispute: DisputeId) -> String {
    format!("dispute_opened:{dispute}")
}

/// The buyer was wrong. Kind `DISPUTE_WON`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeWon {
    /// The dispute; one transaction each.
    pub dispute_id: DisputeId,
    /// The provider.
    pub provider: String,
    /// The currency.
    pub currency: Currency,
    /// What comes back, in minor units.
    pub amount_minor: i64,
    /// What of the fee comes back, in minor units.
    pub fee_returned_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr provider clearing, dispute hold; Cr dispute, dispute fees, available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn dispute_won(input: &DisputeWon, frozen: &[Frozen]) -> Result<Posting, Unbalanced> {
    let key = format!("dispute_won:{}", input.dispute_id);
    let clearing = Account::ProviderClearing(input.provider.clone());
    let draft = Draft::new(Kind::DisputeWon, key, input.currency, input.at, source(input.dispute_id), input)
        .debit(clearing, input.amount_minor + input.fee_returned_minor, Component::Cash)
        .credit(Account::Dispute(input.dispute_id.to_string()), input.amount_minor, Component::Cash)
        .credit(Account::DisputeFees, input.fee_returned_minor, Component::Fee);
    thawed(draft, frozen).seal()
}

/// A merchant bears its part. Kind `DISPUTE_LOST`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeLost {
    /// The dispute; one transaction a dispute and merchant order.
    pub dispute_id: DisputeId,
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
pub fn dispute_lost(input: &DisputeLost, frozen_minor: i64) -> Result<Posting, Unbalanced> {
    let given = &input.components;
    let (net, merchant) = (given.net_minor(), input.merchant_id);
    let jurisdiction = || input.jurisdiction.clone();
    let cash = given.gross_minor - input.promotion_minor;
    Draft::new(Kind::DisputeLost, lost_key(input), input.currency, input.at, source(input.dispute_id), input)
        .concerning(merchant, Some(input.merchant_order_id))
        .debit(Account::DisputeHold(merchant), frozen_minor, Component::Net)
        .debit(Account::Available(merchant), (net - frozen_minor).max(0), Component::Net)
        .credit(Account::Available(merchant), (frozen_minor - net).max(0), Component::Net)
        .debit(Account::CommissionRevenue, given.commission_minor, Component::Commission)
        .debit(Account::FixedFeeRevenue, given.fixed_fee_minor, Component::FixedFee)
        .debit(Account::CommissionTax(jurisdiction()), given.commission_tax_minor, Component::CommissionTax)
        .debit(Account::RemittedTax(jurisdiction()), given.remitted_tax_minor, Component::RemittedTax)
        .credit(Account::Dispute(input.dispute_id.to_string()), cash, Component::Cash)
        .credit(
            Account::MarketplacePromotion,
            input.promotion_minor - given.funded_delivery_minor,
            Component::Promotion,
        )
        .credit(Account::MarketplacePromotion, given.funded_delivery_minor, Component::FundedDelivery)
        .seal()
}

/// The key under which the loss of a merchant is written.
pub(crate) fn lost_key(input: &DisputeLost) -> String {
    format!("dispute_lost:{}:{}", input.dispute_id, input.merchant_order_id)
}

/// What no merchant bears is the operator's loss. Kind `DISPUTE_LOST`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeAbsorbed {
    /// The dispute; one transaction each.
    pub dispute_id: DisputeId,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bad debt; Cr dispute. What is frozen for it comes free: Dr dispute hold; Cr available.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount.
pub fn dispute_absorbed(input: &DisputeAbsorbed, frozen: &[Frozen]) -> Result<Posting, Unbalanced> {
    let key = absorbed_key(input.dispute_id);
    let draft = Draft::new(Kind::DisputeLost, key, input.currency, input.at, source(input.dispute_id), input)
        .debit(Account::BadDebt, input.amount_minor, Component::Cash)
        .credit(Account::Dispute(input.dispute_id.to_string()), input.amount_minor, Component::Cash);
    thawed(draft, frozen).seal()
}

/// The key under which the operator's loss is written.
pub(crate) fn absorbed_key(dispute: DisputeId) -> String {
    format!("dispute_absorbed:{dispute}")
}

/// What was frozen is available again.
fn thawed(draft: Draft, frozen: &[Frozen]) -> Draft {
    frozen.iter().fold(draft, |draft, frozen| {
        draft.debit(Account::DisputeHold(frozen.merchant_id), frozen.amount_minor, Component::Net).credit(
            Account::Available(frozen.merchant_id),
            frozen.amount_minor,
            Component::Net,
        )
    })
}

/// The merchant pays what the dispute cost. Kind `DISPUTE_FEE_RECHARGED`.
#[derive(Debug, Clone, Serialize)]
pub struct DisputeFeeRecharged {
    /// The dispute; one transaction a dispute and merchant.
    pub dispute_id: DisputeId,
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
    let key = format!("dispute_fee:{}:{}", input.dispute_id, input.merchant_id);
    Draft::new(Kind::DisputeFeeRecharged, key, input.currency, input.at, source(input.dispute_id), input)
        .concerning(input.merchant_id, None)
        .debit(Account::Available(input.merchant_id), input.amount_minor, Component::Fee)
        .credit(Account::DisputeFees, input.amount_minor, Component::Fee)
        .seal()
}

fn source(dispute: DisputeId) -> Source {
    Source::new("dispute", dispute)
}
