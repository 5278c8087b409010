//! The settings as clients see them.

use std::collections::BTreeMap;

use async_graphql::{Enum, InputObject, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use marketplace::SettingsPatch;
use marketplace::command::{EditSettings, StoredSettings};

use super::billing::{AccountSettings, BillingSettings, BillingSettingsInput};
use super::calendar::{WorkCalendar, WorkCalendarInput};
use super::conversation_rules::ConversationSettings;
use super::critical::{self, CriticalThreshold, CriticalThresholdInput};
use super::merchant_rules::MerchantSettings;
use super::task::settings::{TaskSettings, TaskSettingsInput};
use crate::scalar::{DecimalText, Money, MoneyInput};

/// The settings of the marketplace in one version.
#[derive(Debug, Clone, SimpleObject)]
pub struct MarketplaceSettings {
    /// Counts up from 1; 0 are the defaults that nobody has set. Send it as `expectedVersion`.
    pub version: i64,
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
    /// All of them: the smallest payout of each currency; less is carried forward.
    pub payout_minimum: Vec<Money>,
    /// The percentage of released earnings that is kept as a reserve.
    pub reserve_percent: DecimalText,
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
    /// All of them: the debt of each currency from which on a balance is critical.
    pub critical_debt: Vec<Money>,
    /// All of them: the largest manual entry of each currency that needs no second person.
    pub single_handed: Vec<Money>,
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
    /// VAT on commission in percent, unless the merchant has its own rate.
    pub commission_vat_percent: DecimalText,
    /// How statements, invoices and payouts are made.
    pub billing: BillingSettings,
    /// How companies that buy on account are dealt with.
    pub account: AccountSettings,
    /// How the marketplace takes merchants in, and what blocking one does.
    pub merchants: MerchantSettings,
    /// How people write to each other.
    pub conversations: ConversationSettings,
    /// Days from delivery in which a buyer may ask to send goods back.
    pub return_window_days: u32,
    /// All of them: the largest refund of each currency that one person decides alone.
    pub refund_approval_above: Vec<Money>,
    /// All of them: the reasons that an actor may give; an actor without a list may give every reason.
    pub reasons: Vec<ReasonList>,
    /// The working days of merchants that have no calendar of their own.
    pub calendar: WorkCalendar,
    /// All of them: public holidays by country, for carriers that rest on them.
    pub holidays: Vec<CountryHolidays>,
    /// Hours before a merchant's time to accept ends in which it is reminded once; 0: never.
    pub remind_before_hours: u32,
    /// The language of mails to merchants, teams and people whose own is not known.
    pub mail_locale: String,
    /// The names of mails that are not sent.
    pub mails_off: Vec<String>,
    /// Who does what in which time.
    pub tasks: TaskSettings,
    /// All of them: from when on merchants' balances are critical, beside `criticalDebt`.
    pub critical_balances: Vec<CriticalThreshold>,
    /// Why this version was made.
    pub reason: Option<String>,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}

/// Whose money a coupon of the marketplace is, for the tax on what is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::CouponTax")]
pub enum CouponTax {
    /// The marketplace pays a part of the price: tax is owed on the whole price.
    ThirdPartyConsideration,
    /// The price is lower: tax is owed on what the buyer pays.
    PriceReduction,
}

/// The reasons that an actor may give for something.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "ReasonListInput")]
pub struct ReasonList {
    /// What they are for and whose they are: `refund.merchant`, `cancel.buyer`, `return.operator`, ...
    pub list: String,
    /// The reasons in lower case: `damaged`, `out_of_stock`, ...
    pub reasons: Vec<String>,
}

/// The public holidays of a country.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "CountryHolidaysInput")]
pub struct CountryHolidays {
    /// The country, by ISO 3166-1.
    pub country: String,
    /// The days.
    pub days: Vec<NaiveDate>,
}

/// The company that runs the marketplace.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "LegalEntityInput")]
pub struct LegalEntity {
    /// The name in the register.
    pub legal_name: String,
    /// VAT or tax number.
    #[graphql(default)]
    pub tax_id: String,
    /// Number in the commercial register.
    #[graphql(default)]
    pub registration_number: String,
    /// Street and number.
    #[graphql(default)]
    pub street: String,
    /// Postal code.
    #[graphql(default)]
    pub postal_code: String,
    /// Town.
    #[graphql(default)]
    pub city: String,
    /// Country, by ISO 3166-1.
    pub country: String,
    /// Where merchants and buyers write to.
    pub email: String,
}

impl From<marketplace::LegalEntity> for LegalEntity {
    fn from(entity: marketplace::LegalEntity) -> Self {
        Self {
            legal_name: entity.legal_name,
            tax_id: entity.tax_id,
            registration_number: entity.registration_number,
            street: entity.street,
            postal_code: entity.postal_code,
            city: entity.city,
            country: entity.country,
            email: entity.email,
        }
    }
}

impl From<LegalEntity> for marketplace::LegalEntity {
    fn from(entity: LegalEntity) -> Self {
        Self {
            legal_name: entity.legal_name,
            tax_id: entity.tax_id,
            registration_number: entity.registration_number,
            street: entity.street,
            postal_code: entity.postal_code,
            city: entity.city,
            country: entity.country,
            email: entity.email,
        }
    }
}

impl From<StoredSettings> for MarketplaceSettings {
    fn from(stored: StoredSettings) -> Self {
        let settings = stored.settings;
        let amounts = |amounts: &BTreeMap<kernel::Currency, i64>| {
            amounts.iter().map(|(currency, minor)| Money::minor(*minor, *currency)).collect()
        };
        Self {
            version: stored.version,
            payout_minimum: amounts(&settings.payout_minimum),
            critical_debt: amounts(&settings.critical_debt),
            single_handed: amounts(&settings.single_handed),
            refund_approval_above: amounts(&settings.refund_approval_above),
            return_window_days: settings.return_window_days,
            reasons: settings.reasons.into_iter().map(|(list, reasons)| ReasonList { list, reasons }).collect(),
            calendar: settings.calendar.into(),
            remind_before_hours: settings.remind_before_hours,
            mail_locale: settings.mail_locale,
            mails_off: settings.mails_off,
            holidays: settings.holidays.into_iter().map(|(country, days)| CountryHolidays { country, days }).collect(),
            name: settings.name,
            operator: settings.operator.into(),
            hold_days: settings.hold_days,
            fallback_days: settings.fallback_days,
            accept_within_hours: settings.accept_within_hours,
            reserve_percent: DecimalText::percent(settings.reserve_ppm),
            reserve_days: settings.reserve_days,
            refund_fixed_fee: settings.refund_fixed_fee,
            recharge_dispute_fee: settings.recharge_dispute_fee,
            coupon_tax: settings.coupon_tax.into(),
            debt_request_days: settings.debt_request_days,
            debt_claim_days: settings.debt_claim_days,
            cart_ttl_days: settings.cart_ttl_days,
            transfer_expires_days: settings.transfer_expires_days,
            quote_answer_days: settings.quote_answer_days,
            quote_valid_days: settings.quote_valid_days,
            quotes_per_buyer: settings.quotes_per_buyer,
            quotes_per_company: settings.quotes_per_company,
            private_quotes: settings.private_quotes,
            commission_vat_percent: DecimalText::percent(settings.commission_vat_ppm),
            billing: settings.billing.into(),
            account: settings.account.into(),
            merchants: settings.merchants.into(),
            tasks: settings.tasks.into(),
            critical_balances: settings.critical_balances.into_iter().map(CriticalThreshold::from).collect(),
            conversations: settings.conversations.into(),
            reason: stored.reason,
            author: stored.author_name,
            created_at: stored.created_at,
        }
    }
}

/// A change of the settings: what is absent stays.
#[derive(Debug, InputObject)]
pub struct MarketplaceSettingsEditInput {
    /// The version that was read.
    pub expected_version: i64,
    /// Why.
    pub reason: Option<String>,
    /// The name of the marketplace in mails and pages.
    pub name: Option<String>,
    /// The company behind it.
    pub operator: Option<LegalEntity>,
    /// Days from delivery until a merchant's earnings can be paid out.
    pub hold_days: Option<u32>,
    /// Days from shipment until they can, when no delivery was reported.
    pub fallback_days: Option<u32>,
    /// Hours in which a merchant must accept an order.
    pub accept_within_hours: Option<u32>,
    /// The smallest payout of each currency; currencies that are missing have none.
    pub payout_minimum: Option<Vec<MoneyInput>>,
    /// The percentage of released earnings that is kept as a reserve.
    pub reserve_percent: Option<DecimalText>,
    /// Days for which the reserve is kept.
    pub reserve_days: Option<u32>,
    /// Whether a refund gives the merchant its share of the fixed fee back.
    pub refund_fixed_fee: Option<bool>,
    /// Whether the merchant pays what a provider charges for a dispute that was lost.
    pub recharge_dispute_fee: Option<bool>,
    /// How a coupon of the marketplace is taxed.
    pub coupon_tax: Option<CouponTax>,
    /// Days with a negative balance after which a merchant is asked to pay.
    pub debt_request_days: Option<u32>,
    /// Days with a negative balance after which it becomes a claim of its own.
    pub debt_claim_days: Option<u32>,
    /// The debt of each currency from which on a balance is critical; currencies that are missing have none.
    pub critical_debt: Option<Vec<MoneyInput>>,
    /// The largest manual entry of each currency that needs no second person; 0 for currencies that are missing.
    pub single_handed: Option<Vec<MoneyInput>>,
    /// Days after which a cart that nobody touched is forgotten.
    pub cart_ttl_days: Option<u32>,
    /// Days in which a bank transfer must arrive.
    pub transfer_expires_days: Option<u32>,
    /// Days in which a merchant must answer a request for a quote.
    pub quote_answer_days: Option<u32>,
    /// Days for which an offer stands when its merchant says nothing else.
    pub quote_valid_days: Option<u32>,
    /// How many quotes of one buyer may be open; 0: any number.
    pub quotes_per_buyer: Option<u32>,
    /// How many quotes of one company may be open; 0: any number.
    pub quotes_per_company: Option<u32>,
    /// Whether buyers may ask for quotes for themselves, not only for companies.
    pub private_quotes: Option<bool>,
    /// VAT on commission in percent, unless the merchant has its own rate.
    pub commission_vat_percent: Option<DecimalText>,
    /// How statements, invoices and payouts are made, as a whole.
    pub billing: Option<BillingSettingsInput>,
    /// How companies that buy on account are dealt with, as a whole.
    pub account: Option<AccountSettings>,
    /// How the marketplace takes merchants in, and what blocking one does, as a whole.
    pub merchants: Option<MerchantSettings>,
    /// How people write to each other, as a whole.
    pub conversations: Option<ConversationSettings>,
    /// Days from delivery in which a buyer may ask to send goods back.
    pub return_window_days: Option<u32>,
    /// The largest refund of each currency that one person decides alone; currencies that are missing have no limit.
    pub refund_approval_above: Option<Vec<MoneyInput>>,
    /// The reasons that actors may give; those without a list may give every reason.
    pub reasons: Option<Vec<ReasonList>>,
    /// The working days of merchants that have no calendar of their own, as a whole.
    pub calendar: Option<WorkCalendarInput>,
    /// Public holidays of all countries, for carriers that rest on them.
    pub holidays: Option<Vec<CountryHolidays>>,
    /// Hours before a merchant's time to accept ends in which it is reminded once; 0: never.
    pub remind_before_hours: Option<u32>,
    /// The language of mails to merchants, teams and people whose own is not known: `en`, `de-AT`.
    pub mail_locale: Option<String>,
    /// The names of mails that are not sent; only those that nobody needs can be switched off.
    pub mails_off: Option<Vec<String>>,
    /// Who does what in which time, as a whole.
    pub tasks: Option<TaskSettingsInput>,
    /// From when on merchants' balances are critical, beside `criticalDebt`. As a whole.
    pub critical_balances: Option<Vec<CriticalThresholdInput>>,
}

impl MarketplaceSettingsEditInput {
    pub(super) fn read(self) -> Result<EditSettings, context::Error> {
        let lists = |lists: Vec<ReasonList>| lists.into_iter().map(|of| (of.list, of.reasons)).collect();
        Ok(EditSettings {
            expected_version: self.expected_version,
            reason: self.reason,
            patch: SettingsPatch {
                name: self.name,
                operator: self.operator.map(Into::into),
                hold_days: self.hold_days,
                fallback_days: self.fallback_days,
                accept_within_hours: self.accept_within_hours,
                payout_minimum: amounts("payoutMinimum", self.payout_minimum)?,
                critical_debt: amounts("criticalDebt", self.critical_debt)?,
                single_handed: amounts("singleHanded", self.single_handed)?,
                reserve_days: self.reserve_days,
                recharge_dispute_fee: self.recharge_dispute_fee,
                coupon_tax: self.coupon_tax.map(Into::into),
                debt_request_days: self.debt_request_days,
                debt_claim_days: self.debt_claim_days,
                return_window_days: self.return_window_days,
                refund_approval_above: amounts("refundApprovalAbove", self.refund_approval_above)?,
                reasons: self.reasons.map(lists),
                calendar: self.calendar.map(|calendar| calendar.read("calendar")).transpose()?,
                remind_before_hours: self.remind_before_hours,
                mail_locale: self.mail_locale,
                mails_off: self.mails_off,
                holidays: self.holidays.map(|all| all.into_iter().map(|of| (of.country, of.days)).collect()),
                reserve_ppm: self.reserve_percent.map(|percent| percent.to_rate("reservePercent")).transpose()?,
                refund_fixed_fee: self.refund_fixed_fee,
                cart_ttl_days: self.cart_ttl_days,
                transfer_expires_days: self.transfer_expires_days,
                quote_answer_days: self.quote_answer_days,
                quote_valid_days: self.quote_valid_days,
                quotes_per_buyer: self.quotes_per_buyer,
                quotes_per_company: self.quotes_per_company,
                private_quotes: self.private_quotes,
                commission_vat_ppm: self
                    .commission_vat_percent
                    .map(|percent| percent.to_rate("commissionVatPercent"))
                    .transpose()?,
                billing: self.billing.map(BillingSettingsInput::read).transpose()?,
                account: self.account.map(Into::into),
                merchants: self.merchants.map(Into::into),
                tasks: self.tasks.map(TaskSettingsInput::read).transpose()?,
                critical_balances: self.critical_balances.map(critical::read).transpose()?,
                conversations: self.conversations.map(Into::into),
            },
        })
    }
}

type Amounts = BTreeMap<kernel::Currency, i64>;

/// One amount for each currency.
fn amounts(field: &str, list: Option<Vec<MoneyInput>>) -> Result<Option<Amounts>, kernel::Invalid> {
    let read = |(index, money): (usize, MoneyInput)| {
        let money = money.parse(&format!("{field}.{index}"))?;
        Ok((money.currency, money.minor))
    };
    list.map(|list| list.into_iter().enumerate().map(read).collect()).transpose()
}
