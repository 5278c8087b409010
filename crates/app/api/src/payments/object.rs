//! Payments as clients see them.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::loader::OperationsOfPaymentLoader;
use crate::error::Gql;
use crate::loader::load;
use crate::scalar::Money;

/// What must have happened before merchants start on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::Precondition")]
pub enum PaymentPrecondition {
    /// The provider holds the money.
    Authorized,
    /// The money arrived in full.
    Received,
    /// Nothing: the money comes at delivery.
    Nothing,
}

/// When the money of an order is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::CaptureMoment")]
pub enum PaymentCaptureMoment {
    /// When a merchant accepts its part.
    OnAcceptance,
    /// All of it when the order is placed.
    AtPlacement,
    /// When the bank reports it.
    OnReceipt,
    /// When the parcel is handed over.
    OnDelivery,
    /// When the parcel leaves: from then on the buyer owes it.
    OnShipment,
}

/// What canceling units does with their money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::CancelBy")]
pub enum PaymentCancelBy {
    /// Less is captured; the rest of what is held is given up.
    CaptureLess,
    /// It goes back the way it came.
    Refund,
    /// What is reserved of the balance is free again.
    ReturnToBalance,
    /// Nothing was taken, so nothing goes back.
    Nothing,
}

/// How money goes back to the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::RefundBy")]
pub enum PaymentRefundBy {
    /// The provider sends it back to where it came from.
    Provider,
    /// The operator transfers it and confirms that.
    BankTransfer,
    /// It is credit again.
    Balance,
    /// Less is owed; what was paid already is transferred by the operator.
    CreditNote,
}

/// When the merchants' shares can be paid out, as far as the buyer's money is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::PayableWhen")]
pub enum PaymentPayableWhen {
    /// The provider has taken the money.
    Captured,
    /// A receipt was matched to the order.
    Matched,
    /// The carrier has sent the cash, or the merchant has it.
    Remitted,
    /// The buyer has paid, or at once where the operator guarantees it.
    BuyerPaid,
    /// At once.
    AtOnce,
}

/// A way to pay.
#[derive(Debug, Clone, SimpleObject)]
pub struct PaymentMethod {
    /// The name for programs; send it with the order.
    pub code: String,
    /// The name for people, in English.
    pub name: String,
    /// Whether the order must carry a token of the payment provider.
    pub needs_token: bool,
    /// What must have happened before merchants start.
    pub precondition: PaymentPrecondition,
    /// When the money is taken.
    pub capture: PaymentCaptureMoment,
    /// What canceling units does with their money.
    pub cancel: PaymentCancelBy,
    /// How money goes back.
    pub refund: PaymentRefundBy,
    /// When the merchants' shares can be paid out.
    pub payable: PaymentPayableWhen,
    /// Whether credit of the buyer may pay a part.
    pub takes_credit: bool,
}

impl From<&payments::Method> for PaymentMethod {
    fn from(method: &payments::Method) -> Self {
        Self {
            code: method.code.to_owned(),
            name: method.name.to_owned(),
            needs_token: method.needs_token(),
            precondition: method.precondition.into(),
            capture: method.capture.into(),
            cancel: method.cancel.into(),
            refund: method.refund.into(),
            payable: method.payable.into(),
            takes_credit: method.takes_credit,
        }
    }
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::PaymentState")]
pub enum PaymentState {
    /// Nothing happened yet.
    Pending,
    /// The buyer has to do something at the provider; see `action`.
    ActionRequired,
    /// The provider holds the money.
    Authorized,
    /// A part was taken.
    PartlyCaptured,
    /// All was taken.
    Captured,
    /// All was taken, and more arrived than the order costs.
    Overpaid,
    /// A part was given back.
    PartlyRefunded,
    /// All that was taken was given back.
    Refunded,
    /// Given up without being taken.
    Voided,
    /// Refused.
    Failed,
    /// Not completed in time.
    Expired,
}

/// The money side of one order.
#[derive(Debug, Clone)]
pub struct Payment(pub payments::Payment);

impl From<payments::Payment> for Payment {
    fn from(payment: payments::Payment) -> Self {
        Self(payment)
    }
}

impl Payment {
    fn money(&self, minor: i64) -> Money {
        Money::minor(minor, self.0.amount.currency)
    }
}

/// The money side of one order.
#[Object]
impl Payment {
    /// The id of the payment.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// The order it pays.
    fn order_id(&self) -> ID {
        self.0.order_id.to_string().into()
    }
    /// What the buyer writes into a bank transfer.
    fn reference(&self) -> &str {
        &self.0.order_number
    }
    /// The way it is paid.
    fn method(&self) -> Option<PaymentMethod> {
        self.0.method().map(PaymentMethod::from)
    }
    /// Where it stands.
    fn state(&self) -> PaymentState {
        self.0.state().into()
    }
    /// What the order costs.
    fn amount(&self) -> Money {
        self.0.amount.into()
    }
    /// What the provider held at any time.
    fn authorized(&self) -> Money {
        self.money(self.0.amounts.authorized.done_minor)
    }
    /// What was taken.
    fn captured(&self) -> Money {
        self.money(self.0.amounts.captured.done_minor)
    }
    /// What was held and given up.
    fn voided(&self) -> Money {
        self.money(self.0.amounts.voided.done_minor)
    }
    /// What was given back.
    fn refunded(&self) -> Money {
        self.money(self.0.amounts.refunded.done_minor)
    }
    /// What is about to be given back.
    fn refund_pending(&self) -> Money {
        self.money(self.0.amounts.refunded.pending_minor)
    }
    /// What of the order the buyer's credit pays.
    fn credit(&self) -> Money {
        self.money(self.0.credit_minor)
    }
    /// What arrived beyond what the order costs.
    fn excess(&self) -> Money {
        self.money(self.0.excess_minor)
    }
    /// Where the buyer has to go to complete the payment, while the provider waits for that.
    fn action_url(&self) -> Option<&str> {
        self.0.action_url.as_deref()
    }
    /// Until when the provider holds what it holds. It is renewed before.
    fn held_until(&self) -> Option<DateTime<Utc>> {
        self.0.held_until
    }
    /// Why it was refused, as a code of the provider.
    fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }
    /// Until when it must be completed.
    fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }
    /// When it was opened.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// What was asked of the provider, the oldest first; for the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn operations(&self, gql: &Context<'_>) -> Gql<Vec<PaymentOperation>> {
        let found = load::<OperationsOfPaymentLoader, _>(gql, self.0.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(PaymentOperation::from).collect())
    }
}

/// What an operation does with money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::OperationKind")]
pub enum PaymentOperationKind {
    /// Hold it.
    Authorize,
    /// Take it.
    Capture,
    /// Give up what is held.
    Void,
    /// Give back what was taken.
    Refund,
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::OperationState")]
pub enum PaymentOperationState {
    /// Wanted, not asked for yet.
    Planned,
    /// Asked for; the answer is not known yet.
    Sent,
    /// The buyer has to do something at the provider first.
    ActionRequired,
    /// A bank disputes the money: the decision says whether the provider is asked for it or the buyer has it already.
    Disputed,
    /// It happened.
    Succeeded,
    /// It did not happen.
    Failed,
    /// The provider did not answer; it is asked until it does.
    Unknown,
}

/// Something asked of a payment provider, or done by people.
#[derive(Debug, Clone, SimpleObject)]
pub struct PaymentOperation {
    /// The id of the operation; its idempotency key at the provider.
    pub id: ID,
    /// The payment it belongs to.
    pub payment_id: Option<ID>,
    /// What it does.
    pub kind: PaymentOperationKind,
    /// How far it is.
    pub state: PaymentOperationState,
    /// How much.
    pub amount: Money,
    /// Who does it: the code of a provider; absent when people do.
    pub provider: Option<String>,
    /// Why it failed, as a code of the provider.
    pub reason: Option<String>,
    /// The merchant order whose money it moves.
    pub merchant_order_id: Option<ID>,
    /// The refund it pays.
    pub refund_id: Option<ID>,
    /// The dispute whose money it is; absent once that was won.
    pub dispute_id: Option<ID>,
    /// When it was wanted.
    pub created_at: DateTime<Utc>,
    /// When its outcome was known.
    pub settled_at: Option<DateTime<Utc>>,
}

impl From<payments::Operation> for PaymentOperation {
    fn from(operation: payments::Operation) -> Self {
        Self {
            id: operation.id.to_string().into(),
            payment_id: operation.payment_id.map(|id| id.to_string().into()),
            kind: operation.kind.into(),
            state: operation.state.into(),
            amount: operation.amount.into(),
            provider: operation.provider,
            reason: operation.reason,
            merchant_order_id: operation.merchant_order_id.map(|id| id.to_string().into()),
            refund_id: operation.refund_id.map(|id| id.to_string().into()),
            dispute_id: operation.dispute_id.map(|id| id.to_string().into()),
            created_at: operation.created_at,
            settled_at: operation.settled_at,
        }
    }
}

/// A line of the operator's bank statement.
#[derive(Debug, Clone, SimpleObject)]
pub struct BankReceipt {
    /// The id of the receipt.
    pub id: ID,
    /// The bank's unique name of it.
    pub bank_reference: String,
    /// What the sender wrote.
    pub reference: String,
    /// The payment it pays; absent when nobody understood the reference.
    pub payment_id: Option<ID>,
    /// How much arrived.
    pub amount: Money,
    /// The part that pays an order.
    pub applied: Money,
    /// The part that was more than a company owed and became its credit.
    pub credited: Money,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

impl From<payments::BankReceipt> for BankReceipt {
    fn from(receipt: payments::BankReceipt) -> Self {
        Self {
            id: receipt.id.to_string().into(),
            bank_reference: receipt.bank_reference,
            reference: receipt.order_reference,
            payment_id: receipt.payment_id.map(|id| id.to_string().into()),
            amount: receipt.amount.into(),
            applied: Money::minor(receipt.applied_minor, receipt.amount.currency),
            credited: Money::minor(receipt.credited_minor, receipt.amount.currency),
            received_at: receipt.received_at,
        }
    }
}
