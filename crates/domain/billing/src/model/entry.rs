//! Entries that people ask for, and debts.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{DebtId, LedgerTxId, ManualEntryId, MerchantId};
use kernel::{Currency, Money};
use serde::Serialize;

use super::stored_names;

/// What a manual entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum EntryKind {
    /// The operator gives the merchant money.
    Credit,
    /// The merchant owes the operator money, without tax (a compensation).
    Debit,
    /// The merchant owes the operator a penalty, with VAT.
    Penalty,
    /// The operator gives up what the merchant owes.
    WriteOff,
}
stored_names! { EntryKind { Credit = "credit", Debit = "debit", Penalty = "penalty", WriteOff = "write_off", } }

/// How far a manual entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum EntryState {
    /// Another person has to decide.
    Requested,
    /// It is in the ledger.
    Posted,
    /// Not approved; nothing moved.
    Rejected,
}
stored_names! { EntryState { Requested = "requested", Posted = "posted", Rejected = "rejected", } }

/// A manual entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManualEntry {
    /// Its id.
    pub id: ManualEntryId,
    /// The caller's unique name of it.
    pub idempotency_key: String,
    /// What it does.
    pub kind: EntryKind,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// How much, without tax.
    pub amount: Money,
    /// VAT on it, in minor units.
    pub tax_minor: i64,
    /// Country whose VAT it is.
    pub jurisdiction: String,
    /// Why; the merchant reads it.
    pub reason: String,
    /// How far it is.
    pub state: EntryState,
    /// Who asked for it.
    pub requested_by: String,
    /// The name of that person.
    pub requested_by_name: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who decided; the same as who asked, where one person is enough.
    pub decided_by: Option<String>,
    /// The name of that person.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// More words on the decision.
    pub decision_note: Option<String>,
    /// The transaction, once it is posted.
    pub tx: Option<LedgerTxId>,
    /// Grows with every change.
    pub version: i64,
}

/// How far a debt is on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum DebtState {
    /// Later sales pay it.
    Netting,
    /// The merchant was asked to pay.
    Requested,
    /// It is a claim of its own, beside the balance.
    Claimed,
    /// Nothing is owed any more.
    Settled,
}
stored_names! { DebtState {
    Netting = "netting", Requested = "requested", Claimed = "claimed", Settled = "settled",
} }

/// What a merchant owes the operator, from the first day to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// Its id.
    pub id: DebtId,
    /// Who owes.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// How far it is.
    pub state: DebtState,
    /// Whether it is so large that somebody should look at it.
    pub is_critical: bool,
    /// What was owed at the last look, in minor units.
    pub amount_minor: i64,
    /// Since when.
    pub since_at: DateTime<Utc>,
    /// When the merchant was asked to pay.
    pub requested_at: Option<DateTime<Utc>>,
    /// When it became a claim.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When nothing was owed any more.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Debt {
    /// How far the debt is `days_owed` days after it began; it never goes back.
    #[must_use]
    pub fn aged(&self, now: DateTime<Utc>, request_days: u32, claim_days: u32) -> DebtState {
        let days = (now - self.since_at).num_days();
        let by_age = if days >= i64::from(claim_days) {
            DebtState::Claimed
        } else if days >= i64::from(request_days) {
            DebtState::Requested
        } else {
            DebtState::Netting
        };
        by_age.max(self.state)
    }
}

/// What a merchant pays each month for selling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// Each month, without tax, in minor units.
    pub monthly_minor: i64,
    /// From the month of this day on.
    pub from_on: NaiveDate,
    /// To the month of this day.
    pub until_on: Option<NaiveDate>,
    /// Grows with every change.
    pub version: i64,
}

impl Subscription {
    /// The first days of the months that are due on `today`, the earliest first, at most `max`.
    #[must_use]
    pub fn months_due(&self, after: Option<NaiveDate>, today: NaiveDate, max: usize) -> Vec<NaiveDate> {
        use chrono::{Datelike as _, Months};
        let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        let next = after.and_then(|month| month.checked_add_months(Months::new(1)));
        let begin = next.map_or(first_of(self.from_on), |next| next.max(first_of(self.from_on)));
        let end = self.until_on.map_or(today, |until| until.min(today));
        let months = std::iter::successors(Some(begin), |month| month.checked_add_months(Months::new(1)));
        months.take_while(|month| *month <= end).take(max).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn subscription(from: &str, until: Option<&str>) -> Subscription {
        Subscription {
            merchant_id: MerchantId(Uuid::nil()),
            currency: Currency::EUR,
            monthly_minor: 3_900,
            from_on: day(from),
            until_on: until.map(day),
            version: 1,
        }
    }

    #[test]
    fn every_month_is_due_once_from_its_first_day_on() {
        let all = subscription("2026-01-20", None);
        let due = |after: Option<&str>, today: &str| all.months_due(after.map(day), day(today), 24);
        assert_eq!(due(None, "2025-12-31"), []);
        assert_eq!(due(None, "2026-01-01"), [day("2026-01-01")]);
        assert_eq!(due(None, "2026-03-01"), [day("2026-01-01"), day("2026-02-01"), day("2026-03-01")]);
        assert_eq!(due(Some("2026-02-01"), "2026-03-31"), [day("2026-03-01")]);
        assert_eq!(due(Some("2026-03-01"), "2026-03-31"), []);
        let ended = subscription("2026-01-20", Some("2026-02-10"));
        assert_eq!(ended.months_due(None, day("2027-01-01"), 24), [day("2026-01-01"), day("2026-02-01")]);
        assert_eq!(all.months_due(None, day("2036-01-01"), 24).len(), 24);
    }

    #[test]
    fn a_debt_climbs_the_ladder_and_never_down() {
        let debt = Debt {
            id: DebtId(Uuid::nil()),
            merchant_id: MerchantId(Uuid::nil()),
            currency: Currency::EUR,
            state: DebtState::Netting,
            is_critical: false,
            amount_minor: 1,
            since_at: DateTime::UNIX_EPOCH,
            requested_at: None,
            claimed_at: None,
            settled_at: None,
        };
        let at = |debt: &Debt, days| debt.aged(DateTime::UNIX_EPOCH + chrono::Duration::days(days), 14, 60);
        assert_eq!(at(&debt, 13), DebtState::Netting);
        assert_eq!(at(&debt, 14), DebtState::Requested);
        assert_eq!(at(&debt, 59), DebtState::Requested);
        assert_eq!(at(&debt, 60), DebtState::Claimed);
        assert_eq!(at(&Debt { state: DebtState::Claimed, ..debt }, 0), DebtState::Claimed);
    }
}
