//! How statements, invoices and payouts are made.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use kernel::bank::{Iban, bic};
use kernel::{Invalid, Zone, text};
use serde::{Deserialize, Serialize};

/// How long the period of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementCycle {
    /// Monday to Sunday.
    Weekly,
    /// The 1st to the 15th, the 16th to the end of the month.
    HalfMonthly,
    /// A calendar month.
    Monthly,
}

/// When a merchant is paid without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutSchedule {
    /// Only in runs that people start.
    Manual,
    /// Every day.
    Daily,
    /// On one day of the week.
    Weekly,
    /// On one day of the month; on its last day when the month is shorter.
    Monthly,
}

impl StatementCycle {
    /// All of them, with their stored names.
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Weekly, "weekly"), (Self::HalfMonthly, "half_monthly"), (Self::Monthly, "monthly")];

    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(cycle, _)| *cycle == self).map_or("monthly", |(_, name)| name)
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(cycle, _)| *cycle)
    }

    /// The first instant of the period in which `at` lies.
    #[must_use]
    pub fn start(self, at: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        zone.start_of(self.first_day(zone.date_of(at)))
    }

    /// The first instant after the period in which `at` lies. Always later than `at`.
    #[must_use]
    pub fn end(self, at: DateTime<Utc>, zone: Zone) -> DateTime<Utc> {
        let mut first = self.first_day(zone.date_of(at));
        loop {
            first = self.next_first_day(first);
            let end = zone.start_of(first);
            // Another zone or cycle than that of `at` may begin its next period at the very instant.
            if end > at {
                return end;
            }
        }
    }

    fn first_day(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Weekly => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::HalfMonthly if day.day() >= 16 => day.with_day(16).unwrap_or(day),
            Self::HalfMonthly | Self::Monthly => day.with_day(1).unwrap_or(day),
        }
    }

    fn next_first_day(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Weekly => first + Days::new(7),
            Self::HalfMonthly if first.day() < 16 => first.with_day(16).unwrap_or(first),
            Self::HalfMonthly | Self::Monthly => first.with_day(1).unwrap_or(first) + Months::new(1),
        }
    }
}

impl PayoutSchedule {
    /// All of them, with their stored names.
    const NAMES: [(Self, &'static str); 4] =
        [(Self::Manual, "manual"), (Self::Daily, "daily"), (Self::Weekly, "weekly"), (Self::Monthly, "monthly")];

    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(schedule, _)| *schedule == self).map_or("manual", |(_, name)| name)
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(schedule, _)| *schedule)
    }

    /// Whether somebody with this schedule is paid on `day`. `on` is 1 (Monday) to 7, or a day of the month.
    #[must_use]
    pub fn is_due(self, on: u32, day: NaiveDate) -> bool {
        match self {
            Self::Manual => false,
            Self::Daily => true,
            Self::Weekly => day.weekday().number_from_monday() == on.clamp(1, 7),
            Self::Monthly => {
                let last = day.with_day(1).map(|first| first + Months::new(1) - Days::new(1));
                day.day() == on.clamp(1, last.map_or(28, |last| last.day()))
            }
        }
    }

    /// Checks the day on which it pays.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`.
    pub fn check_day(self, field: &str, on: u32) -> Result<(), Invalid> {
        let max = if self == Self::Weekly { 7 } else { 31 };
        if (1..=max).contains(&on) { Ok(()) } else { Err(Invalid::range(field, 1, max.into())) }
    }
}

/// The operator's account from which payouts are paid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayingAccount {
    /// Whose account it is.
    pub holder: String,
    /// Its number.
    pub iban: String,
    /// The code of its bank, where the bank wants it.
    pub bic: Option<String>,
}

/// How statements, invoices and payouts are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct BillingSettings {
    /// Where days, weeks and months begin.
    pub time_zone: Zone,
    /// How long the period of a statement is; merchants may differ.
    pub statement_cycle: StatementCycle,
    /// When merchants are paid; merchants may differ.
    pub payout_schedule: PayoutSchedule,
    /// The day: 1 (Monday) to 7 of weekly payouts, 1 to 31 of monthly ones.
    pub payout_day: u32,
    /// Days in which nothing is paid to an account that replaced another one.
    pub bank_cooling_days: u32,
    /// The account from which payouts are paid. Without it there is no SEPA file, only a list.
    pub paying_account: Option<PayingAccount>,
    /// How numbers of invoices begin.
    pub invoice_prefix: String,
    /// How numbers of credit notes begin.
    pub credit_note_prefix: String,
    /// How numbers of merchants' invoices to companies begin.
    pub sale_invoice_prefix: String,
    /// How numbers of merchants' credit notes to companies begin.
    pub sale_credit_note_prefix: String,
}

impl Default for BillingSettings {
    fn default() -> Self {
        Self {
            time_zone: Zone::BERLIN,
            statement_cycle: StatementCycle::Monthly,
            payout_schedule: PayoutSchedule::Manual,
            payout_day: 1,
            bank_cooling_days: 3,
            paying_account: None,
            invoice_prefix: "INV".to_owned(),
            credit_note_prefix: "CN".to_owned(),
            sale_invoice_prefix: "SI".to_owned(),
            sale_credit_note_prefix: "SC".to_owned(),
        }
    }
}

impl BillingSettings {
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.payout_schedule.check_day("billing.payoutDay", self.payout_day)?;
        if self.bank_cooling_days > 90 {
            return Err(Invalid::range("billing.bankCoolingDays", 0, 90));
        }
        self.invoice_prefix = prefix("billing.invoicePrefix", &self.invoice_prefix)?;
        self.credit_note_prefix = prefix("billing.creditNotePrefix", &self.credit_note_prefix)?;
        self.sale_invoice_prefix = prefix("billing.saleInvoicePrefix", &self.sale_invoice_prefix)?;
        self.sale_credit_note_prefix = prefix("billing.saleCreditNotePrefix", &self.sale_credit_note_prefix)?;
        self.prefixes_differ()?;
        if let Some(account) = &mut self.paying_account {
            account.holder = text::line("billing.payingAccount.holder", &account.holder, 70)?;
            account.iban = Iban::parse("billing.payingAccount.iban", &account.iban)?.as_str().to_owned();
            let code = account.bic.take().filter(|code| !code.trim().is_empty());
            account.bic = code.map(|code| bic("billing.payingAccount.bic", &code)).transpose()?;
        }
        Ok(self)
    }
}

impl BillingSettings {
    /// A merchant may be the operator's own company: no two series share a prefix.
    fn prefixes_differ(&self) -> Result<(), Invalid> {
        let all = [
            ("billing.invoicePrefix", &self.invoice_prefix),
            ("billing.creditNotePrefix", &self.credit_note_prefix),
            ("billing.saleInvoicePrefix", &self.sale_invoice_prefix),
            ("billing.saleCreditNotePrefix", &self.sale_credit_note_prefix),
        ];
        for (index, (field, prefix)) in all.iter().enumerate() {
            if all[..index].iter().any(|(_, other)| other == prefix) {
                return Err(Invalid::new(*field, "TAKEN", "must differ from the prefixes of other documents"));
            }
        }
        Ok(())
    }
}

fn prefix(field: &str, raw: &str) -> Result<String, Invalid> {
    let text = text::line(field, raw, 12)?;
    if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Ok(text);
    }
    Err(Invalid::new(field, "MALFORMED", "use letters, digits and -"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn periods_follow_each_other_without_a_gap() {
        for cycle in [StatementCycle::Weekly, StatementCycle::HalfMonthly, StatementCycle::Monthly] {
            for zone in ["UTC", "Europe/Berlin", "America/Sao_Paulo"] {
                let zone = Zone::parse("timeZone", zone).unwrap();
                let mut from = cycle.start(at("2024-01-20T12:00:00Z"), zone);
                for _ in 0..60 {
                    let to = cycle.end(from, zone);
                    assert!(to > from);
                    assert_eq!(cycle.start(from, zone), from);
                    assert_eq!(cycle.start(to - chrono::Duration::microseconds(1), zone), from);
                    from = to;
                }
            }
        }
    }

    #[test]
    fn months_end_at_local_midnight_also_when_the_clock_changes() {
        let end = |text| StatementCycle::Monthly.end(at(text), Zone::BERLIN);
        assert_eq!(end("2026-02-10T00:00:00Z"), at("2026-02-28T23:00:00Z"));
        assert_eq!(end("2026-02-28T23:00:00Z"), at("2026-03-31T22:00:00Z"));
        assert_eq!(end("2026-10-01T00:00:00Z"), at("2026-10-31T23:00:00Z"));
        let half = |text| StatementCycle::HalfMonthly.end(at(text), Zone::UTC);
        assert_eq!(half("2026-02-15T23:59:59Z"), at("2026-02-16T00:00:00Z"));
        assert_eq!(half("2026-02-16T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn payouts_are_due_on_their_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(PayoutSchedule::Weekly.is_due(1, day("2026-03-02")));
        assert!(!PayoutSchedule::Weekly.is_due(1, day("2026-03-03")));
        assert!(PayoutSchedule::Monthly.is_due(31, day("2026-02-28")));
        assert!(!PayoutSchedule::Monthly.is_due(31, day("2026-02-27")));
        assert!(PayoutSchedule::Daily.is_due(5, day("2026-02-27")));
        assert!(!PayoutSchedule::Manual.is_due(1, day("2026-03-02")));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let field = |settings: BillingSettings| settings.checked().unwrap_err().field;
        let good = BillingSettings::default;
        assert_eq!(field(BillingSettings { payout_day: 0, ..good() }), "billing.payoutDay");
        assert_eq!(field(BillingSettings { bank_cooling_days: 91, ..good() }), "billing.bankCoolingDays");
        assert_eq!(field(BillingSettings { invoice_prefix: "A/B".to_owned(), ..good() }), "billing.invoicePrefix");
        assert_eq!(
            field(BillingSettings { credit_note_prefix: "INV".to_owned(), ..good() }),
            "billing.creditNotePrefix"
        );
        let account = PayingAccount { holder: "Souk".to_owned(), iban: "DE1".to_owned(), bic: None };
        let wrong = BillingSettings { paying_account: Some(account), ..good() };
        assert_eq!(field(wrong), "billing.payingAccount.iban");
    }
}
