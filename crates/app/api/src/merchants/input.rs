//! Inputs about merchants.

use async_graphql::{ID, InputObject, MaybeUndefined};
use merchants::{
    BankAccount, ChangeStatus, CreateMerchant, EditBank, EditCalendar, EditLegal, EditProfile, EditTerms, Legal, Owner,
};

use crate::input;
use crate::marketplace::calendar::WorkCalendarInput;
use crate::scalar::DecimalText;

/// The company behind a merchant.
#[derive(Debug, InputObject)]
pub struct MerchantLegalInput {
    /// The name in the register.
    pub legal_name: String,
    /// VAT or tax number.
    pub tax_id: Option<String>,
    /// Number in the commercial register.
    pub registration_number: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// Country of the seat, by ISO 3166-1.
    pub country: String,
}

impl From<MerchantLegalInput> for Legal {
    fn from(legal: MerchantLegalInput) -> Self {
        Self {
            legal_name: legal.legal_name,
            tax_id: legal.tax_id,
            registration_number: legal.registration_number,
            street: legal.street,
            postal_code: legal.postal_code,
            city: legal.city,
            country: legal.country,
        }
    }
}

/// The person who runs a merchant.
#[derive(InputObject)]
pub struct MerchantOwnerInput {
    /// The address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The first password; without one the person is invited by mail.
    #[graphql(secret)]
    pub password: Option<String>,
}

/// A merchant to be made.
#[derive(InputObject)]
pub struct MerchantCreateInput {
    /// The name buyers read.
    pub name: String,
    /// The part of the address of its page; made from the name when absent. It never changes.
    pub slug: Option<String>,
    /// Where Souk writes to.
    pub contact_email: String,
    /// The country it sends from, by ISO 3166-1.
    pub country: String,
    /// Working days from order to dispatch.
    #[graphql(default = 1)]
    pub handling_days: i32,
    /// Whether orders are accepted without asking.
    #[graphql(default)]
    pub auto_accept: bool,
    /// The company behind it; when absent, it bears the merchant's name and country.
    pub legal: Option<MerchantLegalInput>,
    /// What kind of merchant it is, for what onboarding asks of it; `standard` when absent.
    #[graphql(name = "type")]
    pub merchant_type: Option<String>,
    /// The group of merchants it belongs to, for commission; `standard` when absent.
    pub tier: Option<String>,
    /// Its own VAT rate on commission in percent; zero is reverse charge, absent the marketplace's rate.
    pub commission_vat_percent: Option<DecimalText>,
    /// Whether it may sell at once, without a separate approval.
    #[graphql(default)]
    pub approved: bool,
    /// The first of its staff.
    pub owner: Option<MerchantOwnerInput>,
}

impl MerchantCreateInput {
    /// `path` is what faults are named after: empty for a single merchant, `merchants.3.` in a list.
    pub(super) fn read(self, path: &str) -> Result<CreateMerchant, context::Error> {
        let named = || Legal { legal_name: self.name.clone(), country: self.country.clone(), ..Legal::default() };
        let legal = self.legal.map_or_else(named, Legal::from);
        let vat = self.commission_vat_percent;
        Ok(CreateMerchant {
            profile: merchants::Profile {
                name: self.name,
                contact_email: self.contact_email,
                country: self.country,
                handling_days: self.handling_days,
                auto_accept: self.auto_accept,
            },
            slug: self.slug,
            legal,
            merchant_type: self.merchant_type,
            tier: self.tier,
            commission_vat_ppm: vat.map(|vat| vat.to_rate(&format!("{path}commissionVatPercent"))).transpose()?,
            approved: self.approved,
            owner: self.owner.map(|owner| Owner { email: owner.email, name: owner.name, password: owner.password }),
        })
    }
}

/// Merchants to be made, all or none.
#[derive(InputObject)]
pub struct MerchantsCreateInput {
    /// One to 500 merchants.
    pub merchants: Vec<MerchantCreateInput>,
}

/// Which merchant, in which version, and why.
#[derive(Debug, InputObject)]
pub struct MerchantStatusInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Why, as a code. To restrict and to suspend it is one of the settings, which say what it does; `other` when absent.
    pub reason_code: Option<String>,
    /// Why, in words; required for whatever takes something from the merchant.
    pub reason: Option<String>,
}

impl MerchantStatusInput {
    pub(super) fn read(self) -> Result<ChangeStatus, context::Error> {
        let id = input::id("id", &self.id)?;
        let (reason_code, reason) = (self.reason_code, self.reason);
        Ok(ChangeStatus { id, expected_version: self.expected_version, reason_code, reason })
    }
}

/// A change of the profile: what is absent stays.
#[derive(Debug, InputObject)]
pub struct MerchantProfileEditInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The name buyers read.
    pub name: Option<String>,
    /// Where Souk writes to.
    pub contact_email: Option<String>,
    /// The country it sends from, by ISO 3166-1.
    pub country: Option<String>,
    /// Working days from order to dispatch.
    pub handling_days: Option<i32>,
    /// Whether orders are accepted without asking.
    pub auto_accept: Option<bool>,
}

impl MerchantProfileEditInput {
    pub(super) fn read(self) -> Result<EditProfile, context::Error> {
        Ok(EditProfile {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            name: self.name,
            contact_email: self.contact_email,
            country: self.country,
            handling_days: self.handling_days,
            auto_accept: self.auto_accept,
        })
    }
}

/// New working days of a merchant.
#[derive(Debug, InputObject)]
pub struct MerchantCalendarEditInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The days on which it sends goods, as a whole; absent or `null` takes the marketplace's calendar.
    pub calendar: Option<WorkCalendarInput>,
}

impl MerchantCalendarEditInput {
    pub(super) fn read(self) -> Result<EditCalendar, context::Error> {
        Ok(EditCalendar {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            calendar: self.calendar.map(|calendar| calendar.read("calendar")).transpose()?,
        })
    }
}

/// New legal data of a merchant, as a whole.
#[derive(Debug, InputObject)]
pub struct MerchantLegalEditInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The company behind it.
    pub legal: MerchantLegalInput,
}

impl MerchantLegalEditInput {
    pub(super) fn read(self) -> Result<EditLegal, context::Error> {
        let id = input::id("id", &self.id)?;
        Ok(EditLegal { id, expected_version: self.expected_version, legal: self.legal.into() })
    }
}

/// A change of the terms between merchant and operator: what is absent stays.
#[derive(Debug, InputObject)]
pub struct MerchantTermsEditInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The group of merchants it belongs to, for commission.
    pub tier: Option<String>,
    /// Its own VAT rate on commission in percent; zero is reverse charge, `null` the marketplace's rate.
    pub commission_vat_percent: MaybeUndefined<DecimalText>,
    /// The percentage of its released earnings that is kept as a reserve; `null` is the marketplace's.
    pub reserve_percent: MaybeUndefined<DecimalText>,
    /// Whether the operator is the deemed supplier and remits the tax on its sales. Placed orders keep theirs.
    pub operator_remits_tax: Option<bool>,
}

impl MerchantTermsEditInput {
    pub(super) fn read(self) -> Result<EditTerms, context::Error> {
        let vat: Option<Option<DecimalText>> = self.commission_vat_percent.into();
        let reserve: Option<Option<DecimalText>> = self.reserve_percent.into();
        let rate = |vat: Option<DecimalText>| vat.map(|vat| vat.to_rate("commissionVatPercent")).transpose();
        let share = |share: Option<DecimalText>| share.map(|share| share.to_rate("reservePercent")).transpose();
        Ok(EditTerms {
            id: input::id("id", &self.id)?,
            expected_version: self.expected_version,
            tier: self.tier,
            commission_vat_ppm: vat.map(rate).transpose()?,
            reserve_ppm: reserve.map(share).transpose()?,
            operator_remits_tax: self.operator_remits_tax,
        })
    }
}

/// A bank account.
#[derive(InputObject)]
pub struct BankAccountInput {
    /// The IBAN, with or without spaces.
    #[graphql(secret)]
    pub iban: String,
    /// Whose account it is.
    pub holder: String,
}

/// A change of the account for payouts.
#[derive(InputObject)]
pub struct MerchantBankEditInput {
    /// The merchant.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// The account; absent removes it, and payouts wait.
    pub account: Option<BankAccountInput>,
}

impl MerchantBankEditInput {
    pub(super) fn read(self) -> Result<EditBank, context::Error> {
        let id = input::id("id", &self.id)?;
        let parse = |account: BankAccountInput| {
            BankAccount::parse(&account.iban, &account.holder)
                .map_err(|fault| kernel::Invalid { field: format!("account.{}", fault.field), ..fault })
        };
        let account = self.account.map(parse).transpose()?;
        Ok(EditBank { id, expected_version: self.expected_version, account })
    }
}
