//! Buying on account: what a company may owe, and what it owes.

use chrono::{DateTime, Utc};
use kernel::id::{CompanyId, CreditLineId, MerchantOrderId, OrderId, PaymentId, PaymentOperationId, ReceivableId};
use kernel::{Currency, Money};

/// The longest time that an invoice may be open.
pub const NET_DAYS_MAX: u32 = 365;

/// What a company may owe the marketplace in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditLine {
    /// Its id.
    pub id: CreditLineId,
    /// Whose.
    pub company_id: CompanyId,
    /// The currency.
    pub currency: Currency,
    /// The most that may be reserved and open together, in minor units.
    pub limit_minor: i64,
    /// Reserved for orders whose goods have not left, in minor units.
    pub reserved_minor: i64,
    /// Invoiced and not paid, in minor units.
    pub open_minor: i64,
    /// Days after the goods left until an invoice is due.
    pub net_days: u32,
    /// Whether merchants are paid before the buyer has paid: the operator bears what is never paid.
    pub guaranteed: bool,
    /// Grows with each change of the terms.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CreditLine {
    /// What can still be ordered, in minor units. A limit that was lowered below what is owed leaves nothing.
    #[must_use]
    pub fn left_minor(&self) -> i64 {
        (self.limit_minor - self.reserved_minor - self.open_minor).max(0)
    }
}

/// What a buyer owes for a parcel that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivable {
    /// Its id.
    pub id: ReceivableId,
    /// The payment.
    pub payment_id: PaymentId,
    /// The order.
    pub order_id: OrderId,
    /// The number that the buyer writes into a bank transfer.
    pub order_number: String,
    /// The merchant order whose goods left.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// Who owes it.
    pub company_id: CompanyId,
    /// The operation by which it came to be.
    pub operation_id: PaymentOperationId,
    /// How much it was.
    pub amount: Money,
    /// What was paid of it, in minor units.
    pub paid_minor: i64,
    /// What was taken off it because goods were paid back, in minor units.
    pub credited_minor: i64,
    /// Until when it is to be paid.
    pub due_at: DateTime<Utc>,
    /// When the goods left.
    pub created_at: DateTime<Utc>,
    /// When nothing was open any more.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Receivable {
    /// What is still to be paid, in minor units.
    #[must_use]
    pub const fn open_minor(&self) -> i64 {
        self.amount.minor - self.paid_minor - self.credited_minor
    }
}

/// How what is owed for a merchant order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Grows with each change, so that facts that come late never overrule later ones.
    pub step: i64,
    /// Whether the merchant's earnings wait for the buyer's money.
    pub waits: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_lowered_limit_leaves_nothing() {
        let line = |limit_minor| CreditLine {
            id: CreditLineId(Uuid::nil()),
            company_id: CompanyId(Uuid::nil()),
            currency: Currency::EUR,
            limit_minor,
            reserved_minor: 300,
            open_minor: 200,
            net_days: 30,
            guaranteed: false,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!([line(700), line(500), line(100)].map(|line| line.left_minor()), [200, 0, 0]);
    }
}
