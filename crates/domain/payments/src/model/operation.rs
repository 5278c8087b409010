//! What is asked of a provider.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{DisputeId, MerchantOrderId, OrphanId, PaymentId, PaymentOperationId, RefundId};
use serde::{Deserialize, Serialize};

use super::stored_names;

/// What an operation does with money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Hold it.
    Authorize,
    /// Take what is held.
    Capture,
    /// Give up what is held.
    Void,
    /// Give back what was taken.
    Refund,
}
stored_names! { OperationKind { Authorize = "authorize", Capture = "capture", Void = "void", Refund = "refund", } }

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Wanted, not asked for yet.
    Planned,
    /// Asked for; the answer is not known yet.
    Sent,
    /// The buyer has to do something at the provider first.
    ActionRequired,
    /// A bank disputes the money: who wins decides what becomes of it.
    Disputed,
    /// It happened.
    Succeeded,
    /// It did not happen and will not.
    Failed,
    /// The provider did not answer: it may have happened. Asked for until known.
    Unknown,
}
stored_names! { OperationState {
    Planned = "planned", Sent = "sent", ActionRequired = "action_required", Disputed = "disputed", Succeeded = "succeeded",
    Failed = "failed", Unknown = "unknown",
} }

impl OperationState {
    /// Whether the outcome is known.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// How far an operation is, for the amounts of its payment. Later ones win, whatever order they are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Wanted.
    Requested,
    /// Refused. A provider may still tell later that it happened after all.
    Failed,
    /// It happened.
    Succeeded,
}
stored_names! { Phase { Requested = "requested", Failed = "failed", Succeeded = "succeeded", } }

/// An operation asked of a provider, or done by people (`provider` is `None`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its id; the text form is its idempotency key at the provider.
    pub id: PaymentOperationId,
    /// The payment it belongs to.
    pub payment_id: Option<PaymentId>,
    /// Or the stray money it returns.
    pub orphan_id: Option<OrphanId>,
    /// What it does.
    pub kind: OperationKind,
    /// The provider's code.
    pub provider: Option<String>,
    /// How much; always more than zero.
    pub amount: Money,
    /// How far it is.
    pub state: OperationState,
    /// Why it failed.
    pub reason: Option<String>,
    /// The merchant order whose money it moves.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// The refund of the order it pays.
    pub refund_id: Option<RefundId>,
    /// The dispute whose money it is: the buyer has it from the bank, or will have when the dispute is lost.
    pub dispute_id: Option<DisputeId>,
    /// When it was wanted.
    pub created_at: DateTime<Utc>,
    /// When its outcome was known.
    pub settled_at: Option<DateTime<Utc>>,
    pub(crate) charge: Option<String>,
    /// The charge whose hold a new authorization takes over.
    pub(crate) replaces: Option<String>,
    /// What the whole refund gives back, where it takes several operations.
    pub(crate) refund_total_minor: Option<i64>,
    pub(crate) version: i64,
}
