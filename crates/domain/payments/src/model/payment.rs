//! A payment.

use chrono::{DateTime, Utc};
use kernel::id::{BankReceiptId, OrderId, PaymentId};
use kernel::{Invalid, Money};
use serde::{Deserialize, Serialize};

use super::{Amounts, Method, method, stored_names};

/// The longest provider token.
const TOKEN_MAX: usize = 200;

/// Where a payment stands; derived from its amounts, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// Nothing happened yet.
    Pending,
    /// Held, or partly paid by transfer.
    Authorized,
    /// A part was taken.
    PartlyCaptured,
    /// All was taken (or what was not taken is given up).
    Captured,
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
stored_names! { PaymentState {
    Pending = "pending", Authorized = "authorized", PartlyCaptured = "partly_captured", Captured = "captured",
    PartlyRefunded = "partly_refunded", Refunded = "refunded", Voided = "voided", Failed = "failed",
    Expired = "expired",
} }

/// The money side of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Its order.
    pub order_id: OrderId,
    /// The number the buyer writes into a bank transfer.
    pub order_number: String,
    /// Code of the method.
    pub method: String,
    /// What the order costs.
    pub amount: Money,
    /// What happened to the money.
    pub amounts: Amounts,
    /// Why it was refused.
    pub failure: Option<String>,
    /// Until when it must be completed.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was given up for want of money.
    pub expired_at: Option<DateTime<Utc>>,
    /// When the order stopped wanting more money.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    pub(crate) provider: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) charge: Option<String>,
    pub(crate) version: i64,
}

impl Payment {
    /// The method it is paid with.
    #[must_use]
    pub fn method(&self) -> Option<&'static Method> {
        method(&self.method)
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> PaymentState {
        let Amounts { authorized, captured, voided, refunded } = self.amounts;
        if refunded.done_minor > 0 {
            let all = refunded.done_minor == captured.done_minor;
            return if all { PaymentState::Refunded } else { PaymentState::PartlyRefunded };
        }
        if captured.done_minor > 0 {
            let all = captured.done_minor + voided.done_minor >= self.amount.minor;
            return if all { PaymentState::Captured } else { PaymentState::PartlyCaptured };
        }
        if voided.done_minor > 0 {
            return PaymentState::Voided;
        }
        if authorized.done_minor > 0 {
            return PaymentState::Authorized;
        }
        if self.expired_at.is_some() {
            return PaymentState::Expired;
        }
        if self.failure.is_some() {
            return PaymentState::Failed;
        }
        if self.closed_at.is_some() {
            return PaymentState::Voided;
        }
        if self.amount.minor == 0 { PaymentState::Captured } else { PaymentState::Pending }
    }

    /// What is still to come, in minor units.
    #[must_use]
    pub fn outstanding_minor(&self) -> i64 {
        (self.amount.minor - self.amounts.captured.done_minor).max(0)
    }
}

/// Who took the cash at the door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectedBy {
    /// The merchant, who keeps it.
    Merchant,
    /// A carrier, by its code, who sends it to the operator later.
    Carrier(String),
}

/// A line of the bank's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankReceipt {
    /// Its id.
    pub id: BankReceiptId,
    /// The bank's unique name of it.
    pub bank_reference: String,
    /// What the buyer wrote.
    pub order_reference: String,
    /// The payment it was matched to.
    pub payment_id: Option<PaymentId>,
    /// How much arrived.
    pub amount: Money,
    /// The part that pays an order, in minor units.
    pub applied_minor: i64,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
}

/// Checks a provider token as the buyer's browser sent it.
///
/// # Errors
/// [`Invalid`] naming `payment.token`.
pub fn token_line(token: Option<&str>) -> Result<String, Invalid> {
    kernel::text::line("payment.token", token.unwrap_or_default(), TOKEN_MAX)
}
