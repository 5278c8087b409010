//! How statements, invoices and payouts are made.

use async_graphql::{InputObject, SimpleObject};
use kernel::Zone;

use crate::billing::{PayoutSchedule, StatementCycle};

/// How statements, invoices and payouts are made.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingSettings {
    /// Where days, weeks and months begin: a time zone of the IANA database.
    pub time_zone: String,
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

/// The operator's account from which payouts are paid.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "PayingAccountInput")]
pub struct PayingAccount {
    /// Whose account it is.
    pub holder: String,
    /// Its number.
    pub iban: String,
    /// The code of its bank, where the bank wants it.
    pub bic: Option<String>,
}

/// How statements, invoices and payouts are made, as a whole: what is absent takes its default.
#[derive(Debug, Clone, InputObject)]
pub struct BillingSettingsInput {
    /// Where days, weeks and months begin: a time zone of the IANA database.
    pub time_zone: Option<String>,
    /// How long the period of a statement is.
    pub statement_cycle: Option<StatementCycle>,
    /// When merchants are paid.
    pub payout_schedule: Option<PayoutSchedule>,
    /// The day: 1 (Monday) to 7 of weekly payouts, 1 to 31 of monthly ones.
    pub payout_day: Option<u32>,
    /// Days in which nothing is paid to an account that replaced another one.
    pub bank_cooling_days: Option<u32>,
    /// The account from which payouts are paid.
    pub paying_account: Option<PayingAccount>,
    /// How numbers of invoices begin.
    pub invoice_prefix: Option<String>,
    /// How numbers of credit notes begin.
    pub credit_note_prefix: Option<String>,
    /// How numbers of merchants' invoices to companies begin.
    pub sale_invoice_prefix: Option<String>,
    /// How numbers of merchants' credit notes to companies begin.
    pub sale_credit_note_prefix: Option<String>,
}

impl From<marketplace::BillingSettings> for BillingSettings {
    fn from(settings: marketplace::BillingSettings) -> Self {
        let account = |account: marketplace::PayingAccount| PayingAccount {
            holder: account.holder,
            iban: account.iban,
            bic: account.bic,
        };
        Self {
            time_zone: settings.time_zone.name().to_owned(),
            statement_cycle: settings.statement_cycle.into(),
            payout_schedule: settings.payout_schedule.into(),
            payout_day: settings.payout_day,
            bank_cooling_days: settings.bank_cooling_days,
            paying_account: settings.paying_account.map(account),
            invoice_prefix: settings.invoice_prefix,
            credit_note_prefix: settings.credit_note_prefix,
            sale_invoice_prefix: settings.sale_invoice_prefix,
            sale_credit_note_prefix: settings.sale_credit_note_prefix,
        }
    }
}

impl BillingSettingsInput {
    pub(super) fn read(self) -> Result<marketplace::BillingSettings, kernel::Invalid> {
        let usual = marketplace::BillingSettings::default();
        let zone = self.time_zone.map(|name| Zone::parse("billing.timeZone", &name)).transpose()?;
        let account = |account: PayingAccount| marketplace::PayingAccount {
            holder: account.holder,
            iban: account.iban,
            bic: account.bic,
        };
        Ok(marketplace::BillingSettings {
            time_zone: zone.unwrap_or(usual.time_zone),
            statement_cycle: self.statement_cycle.map_or(usual.statement_cycle, Into::into),
            payout_schedule: self.payout_schedule.map_or(usual.payout_schedule, Into::into),
            payout_day: self.payout_day.unwrap_or(usual.payout_day),
            bank_cooling_days: self.bank_cooling_days.unwrap_or(usual.bank_cooling_days),
            paying_account: self.paying_account.map(account),
            invoice_prefix: self.invoice_prefix.unwrap_or(usual.invoice_prefix),
            credit_note_prefix: self.credit_note_prefix.unwrap_or(usual.credit_note_prefix),
            sale_invoice_prefix: self.sale_invoice_prefix.unwrap_or(usual.sale_invoice_prefix),
            sale_credit_note_prefix: self.sale_credit_note_prefix.unwrap_or(usual.sale_credit_note_prefix),
        })
    }
}

/// How companies that buy on account are dealt with.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "AccountSettingsInput")]
pub struct AccountSettings {
    /// Days after which a buyer is reminded of what is overdue, and again after as many; 0: never.
    pub reminder_days: u32,
    /// How many times at most.
    pub reminders_max: u32,
    /// Whether what is written off keeps its part of the company's credit until it is paid after all.
    pub write_off_blocks_credit: bool,
}

impl From<marketplace::AccountSettings> for AccountSettings {
    fn from(settings: marketplace::AccountSettings) -> Self {
        let marketplace::AccountSettings { reminder_days, reminders_max, write_off_blocks_credit } = settings;
        Self { reminder_days, reminders_max, write_off_blocks_credit }
    }
}

impl From<AccountSettings> for marketplace::AccountSettings {
    fn from(settings: AccountSettings) -> Self {
        let AccountSettings { reminder_days, reminders_max, write_off_blocks_credit } = settings;
        Self { reminder_days, reminders_max, write_off_blocks_credit }
    }
}
