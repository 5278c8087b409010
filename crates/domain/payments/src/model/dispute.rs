//! Chargebacks.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{DisputeId, MerchantOrderId, OrderId, PaymentId};

use super::stored_names;

/// How a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisputeState {
    /// The provider took the money; the bank has not decided.
    Open,
    /// The buyer was wrong: the money came back.
    Won,
    /// The buyer keeps the money.
    Lost,
}
stored_names! { DisputeState { Open = "open", Won = "won", Lost = "lost", } }

/// Money that a provider took back because a buyer complained to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The provider's code.
    pub provider: String,
    /// The provider's name of it.
    pub reference: String,
    /// The payment.
    pub payment_id: PaymentId,
    /// Its order.
    pub order_id: OrderId,
    /// The merchant order it is about; `None`: the order as a whole.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// What was taken.
    pub amount: Money,
    /// What the provider charges for it, in minor units.
    pub fee_minor: i64,
    /// What of the fee came back, in minor units.
    pub fee_returned_minor: i64,
    /// The buyer's reason, in the provider's words.
    pub reason: String,
    /// What merchants gave back of a lost one, in minor units; `None`: that is not decided yet.
    pub borne_minor: Option<i64>,
    /// How it stands.
    pub state: DisputeState,
    /// When the money was taken.
    pub opened_at: DateTime<Utc>,
    /// When it was decided.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Grows with every change.
    pub version: i64,
}
