//! Money comes in.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{BankReceiptId, MerchantId, MerchantOrderId, OrderId, PaymentOperationId};
use payments::event::MoneyPlace;
use serde::Serialize;

use super::place_account;
use crate::model::{Account, Component, Draft, Kind, Posting, Source, Unbalanced};

/// One merchant's share of captured money.
#[derive(Debug, Clone, Serialize)]
pub struct CapturedPart {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// Its merchant order.
    pub merchant_order_id: MerchantOrderId,
    /// Items and shipping with tax, before the marketplace's discount, in minor units.
    pub gross_minor: i64,
    /// What the marketplace pays of it (a coupon), in minor units; the buyer paid the rest.
    pub promotion_minor: i64,
}

/// Money of an order was taken: the whole, or the part of one merchant order. Kind `ORDER_CAPTURED`.
#[derive(Debug, Clone, Serialize)]
pub struct Captured {
    /// The operation that took it; one transaction each.
    pub operation_id: PaymentOperationId,
    /// The order.
    pub order_id: OrderId,
    /// The currency.
    pub currency: Currency,
    /// Where the money is now. Cash that the merchant keeps is [`super::CodKept`] instead.
    pub place: MoneyPlace,
    /// The shares.
    pub parts: Vec<CapturedPart>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr place of the money, promotion; Cr order funds of each merchant.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts, and for cash that the merchant keeps.
pub fn captured(input: &Captured) -> Result<Posting, Unbalanced> {
    let key = format!("captured:{}", input.operation_id);
    let source = Source::new("payment_operation", input.operation_id);
    let draft = Draft::new(Kind::OrderCaptured, key, input.currency, input.at, source, input);
    let draft = match place_account(&input.place) {
        Some(account) => draft.debit(account, cash(&input.parts), Component::Cash),
        None => draft,
    };
    with_parts(draft, input.order_id, &input.parts).seal()
}

/// A bank receipt. Kind `TRANSFER_RECEIVED`, or `TRANSFER_MATCHED` when it was entered before and is matched now.
///
/// What pays no order is unapplied until it is matched or sent back.
#[derive(Debug, Clone, Serialize)]
pub struct Transfer {
    /// The receipt; one transaction each.
    pub receipt_id: BankReceiptId,
    /// The order it pays, when it is known.
    pub order_id: Option<OrderId>,
    /// The currency.
    pub currency: Currency,
    /// What arrived now, in minor units; 0 when it was entered before.
    pub received_minor: i64,
    /// What had arrived before and is drawn from the unapplied receipts now, in minor units. Without `parts`
    /// nothing is drawn.
    pub drawn_minor: i64,
    /// The shares of the order that are paid by it; empty when it pays none.
    pub parts: Vec<CapturedPart>,
    /// When it happened.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
}

/// Dr bank, unapplied receipts, promotion; Cr order funds of each merchant, and the rest to unapplied receipts.
///
/// # Errors
/// [`Unbalanced`] for negative or no amounts, and when the shares are more than arrived.
pub fn transfer(input: &Transfer) -> Result<Posting, Unbalanced> {
    let (kind, name) = match input.received_minor {
        0 => (Kind::TransferMatched, "transfer_matched"),
        _ => (Kind::TransferReceived, "transfer"),
    };
    let key = format!("{name}:{}", input.receipt_id);
    let source = Source::new("bank_receipt", input.receipt_id);
    // Without the shares nothing leaves the unapplied receipts.
    let drawn = if input.parts.is_empty() { 0 } else { input.drawn_minor };
    let rest = input.received_minor + drawn - cash(&input.parts);
    let draft = Draft::new(kind, key, input.currency, input.at, source, input)
        .debit(Account::Bank, input.received_minor, Component::Cash)
        .debit(Account::UnappliedReceipts, drawn, Component::Cash)
        .credit(Account::UnappliedReceipts, rest, Component::Cash);
    match input.order_id {
        Some(order) => with_parts(draft, order, &input.parts).seal(),
        None => draft.seal(),
    }
}

pub(super) fn cash(parts: &[CapturedPart]) -> i64 {
    parts.iter().map(|part| part.gross_minor - part.promotion_minor).sum()
}

pub(super) fn with_parts(mut draft: Draft, order: OrderId, parts: &[CapturedPart]) -> Draft {
    for part in parts {
        draft = draft
            .concerning(part.merchant_id, Some(part.merchant_order_id))
            .debit(Account::MarketplacePromotion, part.promotion_minor, Component::Promotion)
            .credit(Account::OrderFunds(order, part.merchant_id), part.gross_minor, Component::Gross);
    }
    draft
}
