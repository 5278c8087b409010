//! What happened to payments.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{
    BankReceiptId, CreditAccountId, CreditEntryId, DisputeId, MerchantOrderId, OrderId, OrphanId, PaymentId,
    PaymentOperationId, ReceivableId, RefundId,
};
use outbox::events;
use serde::{Deserialize, Serialize};

use crate::model::LinkSecret;

/// Where money that moved can be found, so that the ledger debits and credits the right account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyPlace {
    /// At a payment provider, by its code.
    Provider(String),
    /// On the operator's bank account.
    Bank,
    /// With a carrier that collected cash, by its code.
    Carrier(String),
    /// With the merchant, who collected cash.
    Merchant,
    /// Nowhere yet: the buyer owes it for this order.
    Buyer(OrderId),
    /// With the operator since the buyer got credit for it, by the id of the credit's account.
    Credit(String),
    /// With the buyer, whose bank took it for this dispute.
    Dispute(DisputeId),
    /// With the buyer since a dispute was lost; the operator had written it off.
    GivenUp,
}

/// Who pays for credit that is given to a buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditFunding {
    /// The operator gives it away.
    Goodwill,
    /// Somebody bought it; the money is on the operator's bank account.
    Sold,
}

/// Money for what had been written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// What had been owed.
    pub receivable: ReceivableId,
    /// How much of it was paid after all, in minor units.
    pub minor: i64,
}

events! {
    /// The provider holds the money for the order. For methods released on authorization the merchants may start.
    PaymentAuthorized = "payment_authorized.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// What is held.
        amount: Money,
    }
    /// A payment waits for its buyer to open a link. A workflow mails it.
    PaymentLinkMade = "payment_link_made.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// What is to be paid.
        amount: Money,
        /// The secret of the link.
        secret: LinkSecret,
        /// Until when it can be paid.
        expires_at: Option<DateTime<Utc>>,
    }
    /// The money was refused; the payment cannot go on.
    PaymentFailed = "payment_failed.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The provider's reason: `card_declined`.
        reason: String,
    }
    /// The payment was not completed in time and is closed.
    PaymentExpired = "payment_expired.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// What had been received of it (a part of a bank transfer), in minor units.
        received_minor: i64,
    }
    /// Money came after the payment had expired. Orders decides: the order comes back, or the money goes back.
    PaymentLate = "payment_late.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The operation that brought it.
        operation: PaymentOperationId,
        /// How much.
        amount: Money,
        /// Where the money is; `None` when it is held, not taken.
        taken: Option<MoneyPlace>,
    }
    /// An authorization could not be renewed. What is held runs out; what is not captured by then is lost.
    RenewalFailed = "payment_renewal_failed.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// What was to be held anew.
        amount: Money,
        /// The provider's reason.
        reason: String,
    }
    /// A buyer got credit.
    CreditGiven = "payment_credit_given.v1" of account {
        /// The entry; unique per gift.
        entry: CreditEntryId,
        /// The account that grew.
        account: CreditAccountId,
        /// How much.
        amount: Money,
        /// Who pays for it.
        funding: CreditFunding,
    }
    /// Money of a merchant order was taken (card captured, cash collected).
    PaymentCaptured = "payment_captured.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The operation that took it; unique per capture.
        operation: PaymentOperationId,
        /// The merchant order it was taken for.
        merchant_order: Option<MerchantOrderId>,
        /// What was taken.
        amount: Money,
        /// Where the money is now.
        place: MoneyPlace,
    }
    /// Taking the money of a merchant order failed for good.
    CaptureFailed = "payment_capture_failed.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The operation that failed.
        operation: PaymentOperationId,
        /// The merchant order it was for.
        merchant_order: Option<MerchantOrderId>,
        /// What was to be taken.
        amount: Money,
        /// The provider's reason.
        reason: String,
    }
    /// Money of an order reached the bank account. When `fully_paid`, the merchants may start.
    TransferArrived = "payment_transfer_arrived.v1" of receipt {
        /// The receipt; unique per line of the bank's statement.
        receipt: BankReceiptId,
        /// The payment and its order, when the reference was understood.
        paid: Option<(PaymentId, OrderId)>,
        /// All that arrived with this receipt.
        amount: Money,
        /// The part that pays the order, in minor units; the rest is unapplied.
        applied_minor: i64,
        /// What earlier receipts had paid of this order, in minor units.
        applied_before_minor: i64,
        /// Whether the order is paid in full now.
        fully_paid: bool,
        /// The operation that stands for the applied part.
        operation: Option<PaymentOperationId>,
        /// Whether the receipt had been announced before without an order (it was matched now).
        matched_later: bool,
    }
    /// A bank receipt paid what a buyer owed.
    InvoicePaid = "payment_invoice_paid.v1" of receipt {
        /// The receipt; unique per line of the bank's statement.
        receipt: BankReceiptId,
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// All that arrived with this receipt.
        amount: Money,
        /// The part that pays what is open, in minor units.
        applied_minor: i64,
        /// The parts that pay what had been written off.
        recovered: Vec<Recovered>,
        /// The company's credit that the rest became.
        credit: Option<CreditAccountId>,
        /// The rest, in minor units.
        credited_minor: i64,
        /// Whether the receipt had been announced before without an order (it was matched now).
        matched_later: bool,
    }
    /// A company's credit paid what it owed for an order.
    CompanyCreditUsed = "payment_company_credit_used.v1" of account {
        /// The change of the credit.
        entry: CreditEntryId,
        /// The credit.
        account: CreditAccountId,
        /// The order.
        order: OrderId,
        /// How much.
        amount: Money,
        /// The part of it that paid what was open, in minor units.
        applied_minor: i64,
        /// The parts that paid what had been written off.
        recovered: Vec<Recovered>,
    }
    /// A company's credit was transferred back to it.
    CompanyCreditReturned = "payment_company_credit_returned.v1" of account {
        /// The change of the credit.
        entry: CreditEntryId,
        /// The credit.
        account: CreditAccountId,
        /// How much.
        amount: Money,
    }
    /// What a buyer owed for a parcel is paid in full.
    ReceivablePaid = "payment_receivable_paid.v1" of receivable {
        /// What was owed.
        receivable: ReceivableId,
        /// The order.
        order: OrderId,
    }
    /// What a buyer owes for a parcel was not paid in time: the buyer is to be reminded.
    ReceivableOverdue = "payment_receivable_overdue.v1" of receivable {
        /// What is owed.
        receivable: ReceivableId,
        /// The order.
        order: OrderId,
        /// Which reminder it is, from 1; some are left out when nobody looked for long.
        step: i64,
    }
    /// What a buyer owes for an order has changed: goods left, were paid or were paid back.
    ReceivableChanged = "payment_receivable_changed.v1" of order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: Option<MerchantOrderId>,
    }
    /// What was held and not taken was given up.
    PaymentVoided = "payment_voided.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// What was given up.
        amount: Money,
    }
    /// The buyer has the money back.
    PaymentRefunded = "payment_refunded.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The operation that gave it back.
        operation: PaymentOperationId,
        /// The refund of the order, as named by the caller.
        refund: RefundId,
        /// What was given back.
        amount: Money,
        /// From where the money went.
        place: MoneyPlace,
        /// Whether all of the refund is with the buyer now; its parts may take several ways.
        complete: bool,
    }
    /// Giving the money back failed; the debt to the buyer stays and somebody has to act.
    RefundFailed = "payment_refund_failed.v1" of payment {
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The operation that failed.
        operation: PaymentOperationId,
        /// The refund of the order.
        refund: RefundId,
        /// What was to be given back.
        amount: Money,
        /// The provider's reason.
        reason: String,
    }
    /// Money that no payment asked for was found at a provider.
    OrphanMoneyFound = "payment_orphan_found.v1" of orphan {
        /// The find.
        orphan: OrphanId,
        /// The provider's code.
        provider: String,
        /// The provider's name of the charge.
        charge: String,
        /// How much.
        amount: Money,
        /// Whether it was really taken (otherwise only held).
        captured: bool,
    }
    /// Money that no payment asked for went back.
    OrphanMoneyReturned = "payment_orphan_returned.v1" of orphan {
        /// The find.
        orphan: OrphanId,
        /// The provider's code.
        provider: String,
        /// The provider's name of the charge.
        charge: String,
        /// How much.
        amount: Money,
        /// Whether it had really been taken (otherwise only held).
        captured: bool,
    }
    /// A provider took money back because a buyer complained to the bank.
    DisputeOpened = "payment_dispute_opened.v1" of dispute {
        /// The dispute.
        dispute: DisputeId,
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The merchant order it is about.
        merchant_order: Option<MerchantOrderId>,
        /// The provider's code.
        provider: String,
        /// What was taken.
        amount: Money,
        /// What the provider charges for it, in minor units.
        fee_minor: i64,
        /// When.
        at: DateTime<Utc>,
    }
    /// The buyer was wrong: the money came back.
    DisputeWon = "payment_dispute_won.v1" of dispute {
        /// The dispute.
        dispute: DisputeId,
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The provider's code.
        provider: String,
        /// What came back.
        amount: Money,
        /// What of the fee came back, in minor units.
        fee_returned_minor: i64,
        /// When.
        at: DateTime<Utc>,
    }
    /// The buyer keeps the money.
    DisputeLost = "payment_dispute_lost.v1" of dispute {
        /// The dispute.
        dispute: DisputeId,
        /// The payment.
        payment: PaymentId,
        /// Its order.
        order: OrderId,
        /// The merchant order it is about.
        merchant_order: Option<MerchantOrderId>,
        /// The provider's code.
        provider: String,
        /// What is gone.
        amount: Money,
        /// What of it pays for refunds that waited for the decision, in minor units.
        covered_minor: i64,
        /// What the provider charges for it, in minor units.
        fee_minor: i64,
        /// When.
        at: DateTime<Utc>,
    }
    /// A provider told something that cannot be true: another amount, another currency.
    ProviderEventRejected = "payment_provider_event_rejected.v1" of event_id {
        /// The provider's code.
        provider: String,
        /// The provider's name of the event.
        event_id: String,
        /// What is wrong with it.
        reason: String,
    }
}
