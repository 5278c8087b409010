//! Money is earned and released.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{HoldId, MerchantId, MerchantOrderId, OrderId, PaymentOperationId};
use serde::Serialize;

use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// What a sale, or a part of it, is made of; minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SaleComponents {
    /// Items and shipping with tax, before the marketplace's discount (G).
    pub gross_minor: i64,
    /// Of it, delivery that the operator pays in the buyer's place.
    pub funded_delivery_minor: i64,
    /// Sales tax that the operator remits (T); 0 where merchants remit their own.
    pub remitted_tax_minor: i64,
    /// Commission on items and shipping (Ci + Cs).
    pub commission_minor: i64,
    /// The fixed fee (Cf).
    pub fixed_fee_minor: i64,
    /// VAT on commission and fee (V).
    pub commission_tax_minor: i64,
}

impl SaleComponents {
    /// What the merchant gets (N = G - T - C - V). May be negative for tiny sales.
    #[must_use]
    pub const fn net_minor(&self) -> i64 {
        self.gross_minor - self.charges_minor()
    }

    /// What the merchant does not get: tax, commission, fee and the VAT on them.
    #[must_use]
    pub const fn charges_minor(&self) -> i64 {
        self.remitted_tax_minor + self.commission_minor + self.fixed_fee_minor + self.commission_tax_minor
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            gross_minor: self.gross_minor + other.gross_minor,
            funded_delivery_minor: self.funded_delivery_minor + other.funded_delivery_minor,
            remitted_tax_minor: self.remitted_tax_minor + other.remitted_tax_minor,
            commission_minor: self.commission_minor + other.commission_minor,
            fixed_fee_minor: self.fixed_fee_minor + other.fixed_fee_minor,
            commission_tax_minor: self.commission_tax_minor + other.commission_tax_minor,
        }
    }
}

/// A part of an order was shipped (or whatever else earns it). Kind `SALE_RECOGNIZED`.
#[derive(Debug, Clone, Serialize)]
pub struct SaleRecognized {
    /// What earned it, usually the shipment; one transaction and one hold each.
    pub source_id: String,
    /// The order.
    pub order_id: OrderId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// What the part is made of.
    pub components: SaleComponents,
    /// Country whose VAT is on the commission, and where remitted tax goes.
    pub jurisdiction: String,
    /// When the money becomes available unless [`crate::schedule_release`] says otherwise.
    #[serde(skip_serializing)]
    pub release_at: DateTime<Utc>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr order funds; Cr pending, commission, fixed fee, taxes. A negative net is taken from what is available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn sale_recognized(input: &SaleRecognized) -> Result<Posting, Unbalanced> {
    let key = format!("recognized:{}", input.source_id);
    let source = Source::new("shipment", &input.source_id);
    let net = input.components.net_minor();
    let (merchant, funded) = (input.merchant_id, input.components.funded_delivery_minor);
    let funds = || Account::OrderFunds(input.order_id, merchant);
    let draft = Draft::new(Kind::SaleRecognized, key, input.currency, input.at, source, input)
        .concerning(merchant, Some(input.merchant_order_id))
        .debit(funds(), input.components.gross_minor - funded, Component::Gross)
        .debit(funds(), funded, Component::FundedDelivery)
        .debit(Account::Available(merchant), (-net).max(0), Component::Net)
        .credit(Account::Pending(merchant), net.max(0), Component::Net);
    charged(draft, &input.components, &input.jurisdiction).seal()
}

/// The merchant keeps the cash it collected and owes us our share. Kind `COD_KEPT_BY_MERCHANT`.
#[derive(Debug, Clone, Serialize)]
pub struct CodKept {
    /// The operation that stands for the cash; one transaction each.
    pub operation_id: PaymentOperationId,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// What the part is made of; what the buyer paid of the gross stays with the merchant.
    pub components: SaleComponents,
    /// What the marketplace pays of the gross (a coupon), in minor units: the merchant gets it from us.
    pub promotion_minor: i64,
    /// Country whose VAT is on the commission, and where remitted tax goes.
    pub jurisdiction: String,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr available (may go negative), promotion; Cr commission, fixed fee, taxes.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn cod_kept(input: &CodKept) -> Result<Posting, Unbalanced> {
    let key = format!("cod_kept:{}", input.operation_id);
    let source = Source::new("payment_operation", input.operation_id);
    let owed = input.components.charges_minor() - input.promotion_minor;
    let funded = input.components.funded_delivery_minor;
    let draft = Draft::new(Kind::CodKeptByMerchant, key, input.currency, input.at, source, input)
        .concerning(input.merchant_id, Some(input.merchant_order_id))
        .debit(Account::Available(input.merchant_id), owed.max(0), Component::Net)
        .credit(Account::Available(input.merchant_id), (-owed).max(0), Component::Net)
        .debit(Account::MarketplacePromotion, input.promotion_minor - funded, Component::Promotion)
        .debit(Account::MarketplacePromotion, funded, Component::FundedDelivery);
    charged(draft, &input.components, &input.jurisdiction).seal()
}

fn charged(draft: Draft, components: &SaleComponents, jurisdiction: &str) -> Draft {
    draft
        .credit(Account::CommissionRevenue, components.commission_minor, Component::Commission)
        .credit(Account::FixedFeeRevenue, components.fixed_fee_minor, Component::FixedFee)
        .credit(
            Account::CommissionTax(jurisdiction.to_owned()),
            components.commission_tax_minor,
            Component::CommissionTax,
        )
        .credit(Account::RemittedTax(jurisdiction.to_owned()), components.remitted_tax_minor, Component::RemittedTax)
}

/// Money that waited is released.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The hold; one transaction each.
    pub hold_id: HoldId,
    /// Whose money it is.
    pub merchant_id: MerchantId,
    /// The sale it comes from.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// How much is released, in minor units.
    pub amount_minor: i64,
    /// What of it goes to the reserve, in minor units.
    pub reserve_minor: i64,
    /// When.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Kind `FUNDS_RELEASED`: Dr pending; Cr available, reserve.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn released(input: &Release) -> Result<Posting, Unbalanced> {
    let merchant = input.merchant_id;
    release_draft(Kind::FundsReleased, input)
        .debit(Account::Pending(merchant), input.amount_minor, Component::Net)
        .credit(Account::Available(merchant), input.amount_minor - input.reserve_minor, Component::Net)
        .credit(Account::Reserve(merchant), input.reserve_minor, Component::Reserve)
        .seal()
}

/// Kind `RESERVE_RELEASED`: Dr reserve; Cr available.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts.
pub fn reserve_released(input: &Release) -> Result<Posting, Unbalanced> {
    let merchant = input.merchant_id;
    release_draft(Kind::ReserveReleased, input)
        .debit(Account::Reserve(merchant), input.amount_minor, Component::Reserve)
        .credit(Account::Available(merchant), input.amount_minor, Component::Net)
        .seal()
}

fn release_draft(kind: Kind, input: &Release) -> Draft {
    let key = format!("released:{}", input.hold_id);
    Draft::new(kind, key, input.currency, input.at, Source::new("hold", input.hold_id), input)
        .concerning(input.merchant_id, Some(input.merchant_order_id))
}
