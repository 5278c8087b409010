//! Money goes back to buyers.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{MerchantId, MerchantOrderId, OrderId, PaymentOperationId, RefundId};
use payments::event::MoneyPlace;
use serde::Serialize;

use super::{SaleComponents, place_account};
use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// A captured part was canceled before it was earned. Kind `CANCELED_AFTER_CAPTURE`.
#[derive(Debug, Clone, Serialize)]
pub struct Canceled {
    /// The refund; one transaction per refund and merchant order.
    pub refund_id: RefundId,
    /// The order.
    pub order_id: OrderId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// Items and shipping with tax, before the marketplace's discount, in minor units.
    pub gross_minor: i64,
    /// What the marketplace had paid of it, in minor units.
    pub promotion_minor: i64,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr order funds; Cr promotion, refund in transit.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn canceled(input: &Canceled) -> Result<Posting, Unbalanced> {
    let key = format!("canceled:{}:{}", input.refund_id, input.merchant_order_id);
    let source = Source::new("refund", input.refund_id);
    let funds = Account::OrderFunds(input.order_id, input.merchant_id);
    let cash = input.gross_minor - input.promotion_minor;
    Draft::new(Kind::CanceledAfterCapture, key, input.currency, input.at, source, input)
        .concerning(input.merchant_id, Some(input.merchant_order_id))
        .debit(funds, input.gross_minor, Component::Gross)
        .credit(Account::MarketplacePromotion, input.promotion_minor, Component::Promotion)
        .credit(Account::RefundInTransit(input.refund_id), cash, Component::Cash)
        .seal()
}

/// An earned part is to be given back. Kind `REFUND_REQUESTED`.
#[derive(Debug, Clone, Serialize)]
pub struct RefundRequested {
    /// The refund; one transaction per refund and merchant order.
    pub refund_id: RefundId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// What is given back: gross, and what of tax, commission, fee and VAT goes back with it.
    pub components: SaleComponents,
    /// What the marketplace had paid of the gross, in minor units.
    pub promotion_minor: i64,
    /// What the operator pays beside it as goodwill, in minor units; below zero: goodwill that comes back, because the
    /// sale it was given for is undone.
    pub goodwill_minor: i64,
    /// Country whose VAT was on the commission, and where remitted tax went.
    pub jurisdiction: String,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr the merchant's share (from pending as far as `from_pending_minor`, the rest from available), commission, fee,
/// taxes, goodwill; Cr promotion, goodwill that comes back, refund in transit.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn refund_requested(input: &RefundRequested, from_pending_minor: i64) -> Result<Posting, Unbalanced> {
    let key = format!("refund:{}:{}", input.refund_id, input.merchant_order_id);
    let source = Source::new("refund", input.refund_id);
    let given = &input.components;
    let net = given.net_minor();
    let merchant = input.merchant_id;
    let jurisdiction = || input.jurisdiction.clone();
    Draft::new(Kind::RefundRequested, key, input.currency, input.at, source, input)
        .concerning(merchant, Some(input.merchant_order_id))
        .debit(Account::Pending(merchant), from_pending_minor, Component::Net)
        .debit(Account::Available(merchant), (net - from_pending_minor).max(0), Component::Net)
        .credit(Account::Available(merchant), (-net).max(0), Component::Net)
        .debit(Account::CommissionRevenue, given.commission_minor, Component::Commission)
        .debit(Account::FixedFeeRevenue, given.fixed_fee_minor, Component::FixedFee)
        .debit(Account::CommissionTax(jurisdiction()), given.commission_tax_minor, Component::CommissionTax)
        .debit(Account::RemittedTax(jurisdiction()), given.remitted_tax_minor, Component::RemittedTax)
        .debit(Account::Goodwill, input.goodwill_minor.max(0), Component::Adjustment)
        .credit(Account::Goodwill, (-input.goodwill_minor).max(0), Component::Adjustment)
        .credit(
            Account::MarketplacePromotion,
            input.promotion_minor - given.funded_delivery_minor,
            Component::Promotion,
        )
        .credit(Account::MarketplacePromotion, given.funded_delivery_minor, Component::FundedDelivery)
        .credit(
            Account::RefundInTransit(input.refund_id),
            given.gross_minor - input.promotion_minor + input.goodwill_minor,
            Component::Cash,
        )
        .seal()
}

/// The buyer has the money. Kind `REFUND_SETTLED`.
#[derive(Debug, Clone, Serialize)]
pub struct RefundSettled {
    /// The operation that paid it; one transaction each.
    pub operation_id: PaymentOperationId,
    /// The refund.
    pub refund_id: RefundId,
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// From where it was paid.
    pub place: MoneyPlace,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr refund in transit; Cr the place it was paid from.
///
/// # Errors
/// [`Unbalanced`] for a negative or no amount, and for money that the merchant has.
pub fn refund_settled(input: &RefundSettled) -> Result<Posting, Unbalanced> {
    let key = format!("refund_settled:{}", input.operation_id);
    let source = Source::new("refund", input.refund_id);
    let draft = Draft::new(Kind::RefundSettled, key, input.currency, input.at, source, input).debit(
        Account::RefundInTransit(input.refund_id),
        input.amount_minor,
        Component::Cash,
    );
    match place_account(&input.place) {
        Some(account) => draft.credit(account, input.amount_minor, Component::Cash).seal(),
        None => draft.seal(),
    }
}
