//! A payment.

use chrono::{DateTime, Utc};
use kernel::id::{BankReceiptId, CreditAccountId, OrderId, PaymentId};
use kernel::{Invalid, Money};
use serde::{Deserialize, Serialize};

use super::{Amounts, Method, method, stored_names};

/// The longest provider token.
const TOKEN_MAX: usize = 200;
/// The longest address to return to.
const RETURN_URL_MAX: usize = 500;

/// Where a payment stands; derived from its amounts, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// Nothing happened yet.
    Pending,
    /// The buyer has to do something at the provider.
    ActionRequired,
    /// Held, or partly paid by transfer.
    Authorized,
    /// A part was taken.
    PartlyCaptured,
    /// All was taken (or what was not taken is given up).
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
stored_names! { PaymentState {
    Pending = "pending", ActionRequired = "action_required", Authorized = "authorized", PartlyCaptured = "partly_captured", Captured = "captured",
    Overpaid = "overpaid", PartlyRefunded = "partly_refunded", Refunded = "refunded", Voided = "voided", Failed = "failed",
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
    /// What of the order the buyer's credit pays, in minor units.
    pub credit_minor: i64,
    /// What arrived beyond what the order costs, in minor units.
    pub excess_minor: i64,
    /// Where the buyer has to go to complete it.
    pub action_url: Option<String>,
    /// Until when the provider holds what it holds.
    pub held_until: Option<DateTime<Utc>>,
    /// From which providers money is taken first.
    pub capture_order: Vec<String>,
    /// To which providers money goes back first.
    pub refund_order: Vec<String>,
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
    pub(crate) credit_account: Option<CreditAccountId>,
    pub(crate) return_url: Option<String>,
    pub(crate) link_hash: Option<String>,
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
        // A hold that was renewed was also given up once.
        let held = authorized.done_minor - captured.done_minor - voided.done_minor > 0;
        if captured.done_minor > 0 {
            let all = captured.done_minor + voided.done_minor >= self.amount.minor && !held;
            return match (all, self.excess_minor > 0) {
                (true, true) => PaymentState::Overpaid,
                (true, false) => PaymentState::Captured,
                (false, _) => PaymentState::PartlyCaptured,
            };
        }
        if held && authorized.done_minor >= self.amount.minor {
            return PaymentState::Authorized;
        }
        if voided.done_minor > 0 {
            return PaymentState::Voided;
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
        match (self.amount.minor, &self.action_url) {
            (0, _) => PaymentState::Captured,
            (_, Some(_)) => PaymentState::ActionRequired,
            (_, None) => PaymentState::Pending,
        }
    }

    /// What the method itself is to bring; credit of the buyer pays the rest. Minor units.
    #[must_use]
    pub const fn by_method_minor(&self) -> i64 {
        self.amount.minor - self.credit_minor
    }

    /// Whether the buyer pays it by a link, when and as often tried as it takes.
    #[must_use]
    pub const fn is_by_link(&self) -> bool {
        self.link_hash.is_some()
    }

    /// Whether nothing was taken or held of it yet, nothing is on its way, and it can still be paid.
    #[must_use]
    pub fn waits_for_buyer(&self) -> bool {
        self.closed_at.is_none() && self.expired_at.is_none() && self.amount.minor > 0 && self.amounts.is_untouched()
    }

    /// Whether money came after it was given up for want of money, and nobody has decided yet what becomes of it.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.expired_at.is_some() && self.closed_at.is_none()
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
    /// The part that was more than a company owed and became its credit, in minor units.
    pub credited_minor: i64,
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

/// Checks the address to which the buyer's browser returns.
///
/// # Errors
/// [`Invalid`] naming `payment.returnUrl`.
pub fn return_line(url: Option<&str>) -> Result<Option<String>, Invalid> {
    let Some(url) = url else { return Ok(None) };
    let url = kernel::text::line("payment.returnUrl", url, RETURN_URL_MAX)?;
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(Some(url));
    }
    Err(Invalid::new("payment.returnUrl", "MALFORMED", "must start with https:// or http://"))
}
