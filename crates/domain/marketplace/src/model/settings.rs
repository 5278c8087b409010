//! The one document of settings, versioned as a whole.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::country::country;
use kernel::{Currency, Invalid, Rate, text};
use mail::Template;
use serde::{Deserialize, Serialize};

use super::channel::is_locale;
use super::critical::CriticalThreshold;
use super::task::TaskSettings;
use super::{BillingSettings, ConversationSettings, MerchantSettings, WorkCalendar, amount, bounded, share};

/// The company that runs the marketplace; it stands on invoices and statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LegalEntity {
    /// The name in the register.
    pub legal_name: String,
    /// VAT or tax number.
    pub tax_id: String,
    /// Number in the commercial register.
    pub registration_number: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country; its VAT is put on commission.
    pub country: String,
    /// Where merchants and buyers write to.
    pub email: String,
}

impl Default for LegalEntity {
    fn default() -> Self {
        Self {
            legal_name: "Souk Marketplace".to_owned(),
            tax_id: String::new(),
            registration_number: String::new(),
            street: String::new(),
            postal_code: String::new(),
            city: String::new(),
            country: "DE".to_owned(),
            email: "hello@souk.example".to_owned(),
        }
    }
}

/// Whose money a coupon of the marketplace is, for the tax on what is sold. Jurisdictions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponTax {
    /// The marketplace pays a part of the price: tax is owed on the whole price.
    #[default]
    ThirdPartyConsideration,
    /// The price is lower: tax is owed on what the buyer pays.
    PriceReduction,
}

/// The settings of the marketplace. Fields that an older document lacks take their default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    /// The name of the marketplace in mails and pages.
    pub name: String,
    /// The company behind it.
    pub operator: LegalEntity,
    /// Days from delivery until a merchant's earnings can be paid out.
    pub hold_days: u32,
    /// Days from shipment until they can, when no delivery was reported.
    pub fallback_days: u32,
    /// Hours in which a merchant must accept an order.
    pub accept_within_hours: u32,
    /// The smallest payout of each currency, in minor units; less is carried forward.
    pub payout_minimum: BTreeMap<Currency, i64>,
    /// The share of released earnings that is kept as a reserve.
    pub reserve_ppm: Rate,
    /// Days for which the reserve is kept.
    pub reserve_days: u32,
    /// Whether a refund gives the merchant its share of the fixed fee back.
    pub refund_fixed_fee: bool,
    /// Whether the merchant pays what a provider charges for a dispute that was lost.
    pub recharge_dispute_fee: bool,
    /// How a coupon of the marketplace is taxed.
    pub coupon_tax: CouponTax,
    /// Days with a negative balance after which a merchant is asked to pay.
    pub debt_request_days: u32,
    /// Days with a negative balance after which it becomes a claim of its own.
    pub debt_claim_days: u32,
    /// The debt of each currency from which on a balance is critical, in minor units.
    pub critical_debt: BTreeMap<Currency, i64>,
    /// The largest manual entry of each currency that needs no second person, in minor units; 0 when it is missing.
    pub single_handed: BTreeMap<Currency, i64>,
    /// Days after which a cart that nobody touched is forgotten.
    pub cart_ttl_days: u32,
    /// Days in which a bank transfer must arrive.
    pub transfer_expires_days: u32,
    /// Days in which a merchant must answer a request for a quote.
    pub quote_answer_days: u32,
    /// Days for which an offer stands when its merchant says nothing else.
    pub quote_valid_days: u32,
    /// How many quotes of one buyer may be open; 0: any number.
    pub quotes_per_buyer: u32,
    /// How many quotes of one company may be open; 0: any number.
    pub quotes_per_company: u32,
    /// Whether buyers may ask for quotes for themselves, not only for companies.
    pub private_quotes: bool,
    /// VAT on commission, unless the merchant has its own rate.
    pub commission_vat_ppm: Rate,
    /// How statements, invoices and payouts are made.
    pub billing: BillingSettings,
    /// How the marketplace deals with companies that buy on account.
    pub account: AccountSettings,
    /// How it takes merchants in, and what blocking one does.
    pub merchants: MerchantSettings,
    /// How people write to each other.
    pub conversations: ConversationSettings,
    /// Days from delivery in which a buyer may ask to send goods back.
    pub return_window_days: u32,
    /// The largest refund of each currency, in minor units, that one person decides alone; above it another person
    /// has to approve. Currencies that are missing have no such limit.
    pub refund_approval_above: BTreeMap<Currency, i64>,
    /// The reasons that an actor may give, by what they are for and whose they are: `refund.merchant`,
    /// `cancel.buyer`, ... What is missing may give every reason.
    pub reasons: BTreeMap<String, Vec<String>>,
    /// The working days of merchants that have no calendar of their own.
    pub calendar: WorkCalendar,
    /// Public holidays by country, for carriers that rest on them.
    pub holidays: BTreeMap<String, Vec<NaiveDate>>,
    /// Hours before a merchant's time to accept ends in which it is reminded once; 0: never.
    pub remind_before_hours: u32,
    /// The language of mails to merchants, teams and people whose own is not known: `en`, `de-AT`.
    pub mail_locale: String,
    /// The names of mails that are not sent. Only those that nobody needs can be switched off.
    pub mails_off: Vec<String>,
    /// Who does what in which time.
    pub tasks: TaskSettings,
    /// From when on merchants' balances are critical.
    pub critical_balances: Vec<CriticalThreshold>,
}

/// How the marketplace deals with companies that buy on account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AccountSettings {
    /// Days after which a buyer is reminded of what is overdue, and again after as many; 0: never.
    pub reminder_days: u32,
    /// How many times at most.
    pub reminders_max: u32,
    /// Whether what is written off keeps its part of the company's credit until it is paid after all.
    pub write_off_blocks_credit: bool,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { reminder_days: 7, reminders_max: 3, write_off_blocks_credit: true }
    }
}

impl AccountSettings {
    fn check(self) -> Result<(), Invalid> {
        days("account.reminderDays", self.reminder_days, 0, 365)?;
        days("account.remindersMax", self.reminders_max, 0, 20)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Souk".to_owned(),
            operator: LegalEntity::default(),
            hold_days: 14,
            fallback_days: 30,
            accept_within_hours: 48,
            payout_minimum: BTreeMap::from([(Currency::EUR, 1_000), (Currency::USD, 1_000)]),
            reserve_ppm: Rate::ZERO,
            reserve_days: 90,
            refund_fixed_fee: false,
            recharge_dispute_fee: true,
            coupon_tax: CouponTax::default(),
            debt_request_days: 14,
            debt_claim_days: 60,
            critical_debt: BTreeMap::from([(Currency::EUR, 10_000), (Currency::USD, 10_000)]),
            single_handed: BTreeMap::new(),
            cart_ttl_days: 30,
            transfer_expires_days: 7,
            quote_answer_days: 14,
            quote_valid_days: 14,
            quotes_per_buyer: 50,
            quotes_per_company: 200,
            private_quotes: false,
            commission_vat_ppm: Rate::from_ppm(190_000),
            billing: BillingSettings::default(),
            account: AccountSettings::default(),
            merchants: MerchantSettings::default(),
            conversations: ConversationSettings::default(),
            return_window_days: 14,
            refund_approval_above: BTreeMap::new(),
            reasons: BTreeMap::new(),
            calendar: WorkCalendar::default(),
            holidays: BTreeMap::new(),
            remind_before_hours: 12,
            mail_locale: "en".to_owned(),
            mails_off: vec!["out_for_delivery".to_owned()],
            tasks: TaskSettings::default(),
            critical_balances: Vec::new(),
        }
    }
}

/// A change of settings: what is `None` stays.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "each field is described at `Settings`")]
pub struct SettingsPatch {
    pub name: Option<String>,
    pub operator: Option<LegalEntity>,
    pub hold_days: Option<u32>,
    pub fallback_days: Option<u32>,
    pub accept_within_hours: Option<u32>,
    pub payout_minimum: Option<BTreeMap<Currency, i64>>,
    pub reserve_ppm: Option<Rate>,
    pub reserve_days: Option<u32>,
    pub refund_fixed_fee: Option<bool>,
    pub recharge_dispute_fee: Option<bool>,
    pub coupon_tax: Option<CouponTax>,
    pub debt_request_days: Option<u32>,
    pub debt_claim_days: Option<u32>,
    pub critical_debt: Option<BTreeMap<Currency, i64>>,
    pub single_handed: Option<BTreeMap<Currency, i64>>,
    pub cart_ttl_days: Option<u32>,
    pub transfer_expires_days: Option<u32>,
    pub quote_answer_days: Option<u32>,
    pub quote_valid_days: Option<u32>,
    pub quotes_per_buyer: Option<u32>,
    pub quotes_per_company: Option<u32>,
    pub private_quotes: Option<bool>,
    pub commission_vat_ppm: Option<Rate>,
    pub billing: Option<BillingSettings>,
    pub account: Option<AccountSettings>,
    pub merchants: Option<MerchantSettings>,
    pub conversations: Option<ConversationSettings>,
    pub return_window_days: Option<u32>,
    pub refund_approval_above: Option<BTreeMap<Currency, i64>>,
    pub reasons: Option<BTreeMap<String, Vec<String>>>,
    pub calendar: Option<WorkCalendar>,
    pub holidays: Option<BTreeMap<String, Vec<NaiveDate>>>,
    pub remind_before_hours: Option<u32>,
    pub mail_locale: Option<String>,
    pub mails_off: Option<Vec<String>>,
    pub tasks: Option<TaskSettings>,
    pub critical_balances: Option<Vec<CriticalThreshold>>,
}

impl Settings {
    /// The smallest payout in `currency`, in minor units.
    #[must_use]
    pub fn payout_minimum_minor(&self, currency: Currency) -> i64 {
        self.payout_minimum.get(&currency).copied().unwrap_or(0)
    }

    /// The debt in `currency` from which on a balance is critical, in minor units.
    #[must_use]
    pub fn critical_debt_minor(&self, currency: Currency) -> Option<i64> {
        self.critical_debt.get(&currency).copied()
    }

    /// The largest manual entry in `currency` that needs no second person, in minor units.
    #[must_use]
    pub fn single_handed_minor(&self, currency: Currency) -> i64 {
        self.single_handed.get(&currency).copied().unwrap_or(0)
    }

    pub(crate) fn patched(mut self, patch: SettingsPatch) -> Self {
        fn put<T>(slot: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *slot = value;
            }
        }
        put(&mut self.name, patch.name);
        put(&mut self.operator, patch.operator);
        put(&mut self.hold_days, patch.hold_days);
        put(&mut self.fallback_days, patch.fallback_days);
        put(&mut self.accept_within_hours, patch.accept_within_hours);
        put(&mut self.payout_minimum, patch.payout_minimum);
        put(&mut self.reserve_ppm, patch.reserve_ppm);
        put(&mut self.reserve_days, patch.reserve_days);
        put(&mut self.refund_fixed_fee, patch.refund_fixed_fee);
        put(&mut self.recharge_dispute_fee, patch.recharge_dispute_fee);
        put(&mut self.coupon_tax, patch.coupon_tax);
        put(&mut self.debt_request_days, patch.debt_request_days);
        put(&mut self.debt_claim_days, patch.debt_claim_days);
        put(&mut self.critical_debt, patch.critical_debt);
        put(&mut self.single_handed, patch.single_handed);
        put(&mut self.cart_ttl_days, patch.cart_ttl_days);
        put(&mut self.transfer_expires_days, patch.transfer_expires_days);
        put(&mut self.quote_answer_days, patch.quote_answer_days);
        put(&mut self.quote_valid_days, patch.quote_valid_days);
        put(&mut self.quotes_per_buyer, patch.quotes_per_buyer);
        put(&mut self.quotes_per_company, patch.quotes_per_company);
        put(&mut self.private_quotes, patch.private_quotes);
        put(&mut self.commission_vat_ppm, patch.commission_vat_ppm);
        put(&mut self.billing, patch.billing);
        put(&mut self.account, patch.account);
        put(&mut self.merchants, patch.merchants);
        put(&mut self.conversations, patch.conversations);
        put(&mut self.return_window_days, patch.return_window_days);
        put(&mut self.refund_approval_above, patch.refund_approval_above);
        put(&mut self.reasons, patch.reasons);
        put(&mut self.calendar, patch.calendar);
        put(&mut self.holidays, patch.holidays);
        put(&mut self.remind_before_hours, patch.remind_before_hours);
        put(&mut self.mail_locale, patch.mail_locale);
        put(&mut self.mails_off, patch.mails_off);
        put(&mut self.tasks, patch.tasks);
        put(&mut self.critical_balances, patch.critical_balances);
        self
    }

    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.name = text::line("name", &self.name, 120)?;
        self.operator = self.operator.checked()?;
        days("holdDays", self.hold_days, 0, 365)?;
        days("fallbackDays", self.fallback_days, 0, 365)?;
        days("acceptWithinHours", self.accept_within_hours, 1, 24 * 60)?;
        days("cartTtlDays", self.cart_ttl_days, 1, 365)?;
        days("transferExpiresDays", self.transfer_expires_days, 1, 90)?;
        days("quoteAnswerDays", self.quote_answer_days, 1, 365)?;
        days("quoteValidDays", self.quote_valid_days, 1, 365)?;
        days("quotesPerBuyer", self.quotes_per_buyer, 0, 100_000)?;
        days("quotesPerCompany", self.quotes_per_company, 0, 100_000)?;
        if self.fallback_days < self.hold_days {
            return Err(Invalid::new("fallbackDays", "OUT_OF_RANGE", "must not be less than the hold period"));
        }
        days("reserveDays", self.reserve_days, 0, 720)?;
        days("debtRequestDays", self.debt_request_days, 1, 365)?;
        days("debtClaimDays", self.debt_claim_days, 1, 720)?;
        if self.debt_claim_days < self.debt_request_days {
            return Err(Invalid::new("debtClaimDays", "OUT_OF_RANGE", "must not be before the request for payment"));
        }
        share("reservePpm", self.reserve_ppm)?;
        share("commissionVatPpm", self.commission_vat_ppm)?;
        self.billing = self.billing.checked()?;
        self.account.check()?;
        self.merchants = self.merchants.checked()?;
        self.conversations = self.conversations.checked()?;
        let amounts = [
            ("payoutMinimum", &self.payout_minimum),
            ("criticalDebt", &self.critical_debt),
            ("singleHanded", &self.single_handed),
        ];
        for (field, amounts) in amounts {
            bounded(field, amounts.len())?;
            for (currency, minor) in amounts {
                amount(&format!("{field}.{currency}"), *minor)?;
            }
        }
        days("returnWindowDays", self.return_window_days, 0, 3650)?;
        bounded("refundApprovalAbove", self.refund_approval_above.len())?;
        for (currency, minor) in &self.refund_approval_above {
            amount(&format!("refundApprovalAbove.{currency}"), *minor)?;
        }
        for (list, reasons) in &self.reasons {
            check_reasons(list, reasons)?;
        }
        self.calendar = self.calendar.checked("calendar")?;
        self.holidays = checked_holidays(self.holidays)?;
        days("remindBeforeHours", self.remind_before_hours, 0, 24 * 60)?;
        if !is_locale(&self.mail_locale) {
            return Err(Invalid::new("mailLocale", "MALFORMED", "must look like de or pt-BR"));
        }
        check_mails_off(&mut self.mails_off)?;
        self.tasks = self.tasks.checked()?;
        self.critical_balances = super::critical::checked(self.critical_balances)?;
        Ok(self)
    }
}

impl LegalEntity {
    fn checked(mut self) -> Result<Self, Invalid> {
        self.legal_name = text::line("operator.legalName", &self.legal_name, 200)?;
        self.country = country("operator.country", &self.country)?;
        self.email = text::email("operator.email", &self.email)?;
        for (field, value, max) in [
            ("operator.taxId", &mut self.tax_id, 40),
            ("operator.registrationNumber", &mut self.registration_number, 60),
            ("operator.street", &mut self.street, 200),
            ("operator.postalCode", &mut self.postal_code, 20),
            ("operator.city", &mut self.city, 100),
        ] {
            if !value.trim().is_empty() {
                *value = text::line(field, value, max)?;
            }
        }
        Ok(self)
    }
}

/// A list is of an actor and for something, and its reasons are codes.
fn check_reasons(list: &str, reasons: &[String]) -> Result<(), Invalid> {
    let known = list.split_once('.').is_some_and(|(of, actor)| {
        ["cancel", "refund", "return"].contains(&of) && ["buyer", "merchant", "operator"].contains(&actor)
    });
    if !known {
        return Err(Invalid::new("reasons", "UNKNOWN_LIST", format!("{list} is not a list of reasons")));
    }
    bounded("reasons", reasons.len())?;
    for reason in reasons {
        text::code("reasons", reason, 40)?;
    }
    Ok(())
}

/// The mails that nobody needs.
const OPTIONAL_MAILS: [Template; 6] = [
    Template::AcceptanceReminder,
    Template::ShipmentLate,
    Template::OutForDelivery,
    Template::Delivered,
    Template::ReturnReceived,
    Template::ReviewRequest,
];

fn check_mails_off(names: &mut Vec<String>) -> Result<(), Invalid> {
    for (index, name) in names.iter().enumerate() {
        if !OPTIONAL_MAILS.iter().any(|mail| mail.name() == name) {
            let known = OPTIONAL_MAILS.map(Template::name).join(", ");
            return Err(Invalid::new(format!("mailsOff.{index}"), "NOT_OPTIONAL", format!("can be one of: {known}")));
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(())
}

/// Countries exist, and the days of each are in order.
fn checked_holidays(raw: BTreeMap<String, Vec<NaiveDate>>) -> Result<BTreeMap<String, Vec<NaiveDate>>, Invalid> {
    let mut checked = BTreeMap::new();
    for (code, mut days) in raw {
        let field = format!("holidays.{code}");
        let code = country(&field, &code)?;
        bounded(&field, days.len())?;
        days.sort_unstable();
        days.dedup();
        checked.insert(code, days);
    }
    Ok(checked)
}

fn days(field: &str, value: u32, min: u32, max: u32) -> Result<(), Invalid> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Invalid::range(field, min.into(), max.into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_older_document_takes_defaults_for_what_it_lacks() {
        let settings: Settings =
            serde_json::from_str(r#"{"holdDays":3,"payoutMinimum":{"BRL":500},"gone":1}"#).unwrap();
        assert_eq!((settings.hold_days, settings.fallback_days), (3, 30));
        assert_eq!(settings.payout_minimum_minor("BRL".parse().unwrap()), 500);
        assert_eq!(settings.payout_minimum_minor(Currency::EUR), 0);
    }

    #[test]
    fn a_document_reads_back_equal() {
        let settings = Settings::default();
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }

    #[test]
    fn each_wrong_field_is_named() {
        #[track_caller]
        fn refused(patch: SettingsPatch, field: &str) {
            assert_eq!(Settings::default().patched(patch).checked().unwrap_err().field, field);
        }
        refused(SettingsPatch { hold_days: Some(366), ..Default::default() }, "holdDays");
        refused(SettingsPatch { hold_days: Some(31), ..Default::default() }, "fallbackDays");
        refused(SettingsPatch { accept_within_hours: Some(0), ..Default::default() }, "acceptWithinHours");
        refused(SettingsPatch { reserve_ppm: Some(Rate::from_ppm(1_000_001)), ..Default::default() }, "reservePpm");
        let minimum = BTreeMap::from([(Currency::EUR, -1)]);
        refused(SettingsPatch { payout_minimum: Some(minimum), ..Default::default() }, "payoutMinimum.EUR");
        let limit = BTreeMap::from([(Currency::EUR, -1)]);
        let patch = SettingsPatch { refund_approval_above: Some(limit), ..Default::default() };
        refused(patch, "refundApprovalAbove.EUR");
        let list = BTreeMap::from([("refund.nobody".to_owned(), vec!["late".to_owned()])]);
        refused(SettingsPatch { reasons: Some(list), ..Default::default() }, "reasons");
        let off = Some(vec!["delivered".to_owned(), "order_placed".to_owned()]);
        refused(SettingsPatch { mails_off: off, ..Default::default() }, "mailsOff.1");
        refused(SettingsPatch { mail_locale: Some("german".to_owned()), ..Default::default() }, "mailLocale");
        refused(SettingsPatch { remind_before_hours: Some(1441), ..Default::default() }, "remindBeforeHours");
        let nowhere = BTreeMap::from([("XX".to_owned(), Vec::new())]);
        refused(SettingsPatch { holidays: Some(nowhere), ..Default::default() }, "holidays.XX");
        let calendar = WorkCalendar { weekdays: Vec::new(), ..WorkCalendar::default() };
        refused(SettingsPatch { calendar: Some(calendar), ..Default::default() }, "calendar.weekdays");
        let operator = LegalEntity { email: "nobody".to_owned(), ..LegalEntity::default() };
        refused(SettingsPatch { operator: Some(operator), ..Default::default() }, "operator.email");
    }
}
