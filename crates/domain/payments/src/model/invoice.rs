//! Buying on account: what a company may owe, and what it owes.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use kernel::id::{CompanyId, CreditLineId, MerchantOrderId, OrderId, PaymentId, PaymentOperationId, ReceivableId};
use kernel::{Currency, Money};

/// The longest time that an invoice may be open.
pub const NET_DAYS_MAX: u32 = 365;

/// From when on the days of payment terms count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermsKind {
    /// From the day on which the goods left.
    #[default]
    Net,
    /// From the last day of the month in which the goods left.
    EndOfMonth,
}

impl TermsKind {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::EndOfMonth => "end_of_month",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Net, Self::EndOfMonth].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// When what left on a day is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentTerms {
    /// From when on the days count.
    pub kind: TermsKind,
    /// How many.
    pub days: u32,
}

impl PaymentTerms {
    /// The last day on which what left on `day` is paid in time.
    #[must_use]
    pub fn due_on(self, day: NaiveDate) -> NaiveDate {
        let from = match self.kind {
            TermsKind::Net => day,
            TermsKind::EndOfMonth => last_of_month(day),
        };
        from.checked_add_days(Days::new(self.days.into())).unwrap_or(from)
    }
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(day)
}

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
    /// Written off, but not free again, in minor units.
    pub blocked_minor: i64,
    /// When an invoice is due.
    pub terms: PaymentTerms,
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
        (self.limit_minor - self.reserved_minor - self.open_minor - self.blocked_minor).max(0)
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
    /// What is not expected any more, in minor units.
    pub written_off_minor: i64,
    /// What of that was paid after all, in minor units.
    pub recovered_minor: i64,
    /// What of it keeps its part of the credit line, in minor units.
    pub blocked_minor: i64,
    /// Whether the merchant is paid whatever happens.
    pub guaranteed: bool,
    /// The last day on which it is paid in time.
    pub due_on: NaiveDate,
    /// The instant at which that day is over: from then on it is late.
    pub due_at: DateTime<Utc>,
    /// How many reminders were due so far.
    pub reminders: i64,
    /// When the buyer was reminded for the last time.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the goods left.
    pub created_at: DateTime<Utc>,
    /// When nothing was open any more.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Receivable {
    /// What is still to be paid, in minor units.
    #[must_use]
    pub const fn open_minor(&self) -> i64 {
        self.amount.minor - self.paid_minor - self.credited_minor - self.written_off_minor
    }

    /// What was written off and never paid, in minor units. The buyer owes it still.
    #[must_use]
    pub const fn lost_minor(&self) -> i64 {
        self.written_off_minor - self.recovered_minor
    }

    /// The reminder that is due now, if none of its place or a later one was written: one every so many days after the
    /// payment was late, at most so many.
    #[must_use]
    pub fn reminder_due(&self, now: DateTime<Utc>, every_days: u32, most: u32) -> Option<i64> {
        if every_days == 0 || self.settled_at.is_some() {
            return None;
        }
        let step = ((now - self.due_at).num_days() / i64::from(every_days)).min(most.into());
        (step > self.reminders).then_some(step)
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
            open_minor: 150,
            blocked_minor: 50,
            terms: PaymentTerms { kind: TermsKind::Net, days: 30 },
            guaranteed: false,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!([line(700), line(500), line(100)].map(|line| line.left_minor()), [200, 0, 0]);
    }

    #[test]
    fn days_count_from_the_parcel_or_from_the_end_of_its_month() {
        let due = |kind, days, day: &str| {
            let day = day.parse().map(|day| PaymentTerms { kind, days }.due_on(day));
            day.map(|day: NaiveDate| day.to_string()).unwrap_or_default()
        };
        assert_eq!(due(TermsKind::Net, 30, "2026-01-31"), "2026-03-02");
        assert_eq!(due(TermsKind::Net, 0, "2026-02-28"), "2026-02-28");
        assert_eq!(due(TermsKind::EndOfMonth, 0, "2026-02-01"), "2026-02-28");
        assert_eq!(due(TermsKind::EndOfMonth, 0, "2028-02-29"), "2028-02-29");
        assert_eq!(due(TermsKind::EndOfMonth, 30, "2026-12-31"), "2027-01-30");
        assert_eq!(due(TermsKind::EndOfMonth, 15, "2026-12-01"), "2027-01-15");
    }
}
