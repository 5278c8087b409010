//! A merchant and the parts of it that are changed together.

use chrono::{DateTime, Utc};
use kernel::country::country;
use kernel::id::{MerchantId, UserId};
use kernel::{Invalid, Rate, text};
use marketplace::{BlockEffects, BlockedOffers, WorkCalendar};
use serde::{Deserialize, Serialize};

use super::{Closing, Kyc, KycState, PayoutStanding, Status, Transition};

/// What everybody may know of a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantCard {
    /// Its id.
    pub id: MerchantId,
    /// The name buyers read.
    pub name: String,
    /// The part of the address of its page.
    pub slug: String,
    /// Whether it sells now.
    pub active: bool,
    /// Until when it is closed, when it is closed by plan now.
    pub closed_until: Option<DateTime<Utc>>,
    /// How it is rated, in hundredths of stars; `None` while nothing is known of it.
    pub stars: Option<i64>,
}

/// A merchant, as the operator and its own staff see it. The number of its bank account is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    /// Its id.
    pub id: MerchantId,
    /// The part of the address of its page; never changes.
    pub slug: String,
    /// What kind of merchant it is, for what onboarding asks of it: `standard`, `artisan`, ...
    #[serde(rename = "type")]
    pub merchant_type: String,
    /// Where it stands.
    pub status: Status,
    /// Why, in words.
    pub status_reason: Option<String>,
    /// Why, as a code of the settings.
    pub reason_code: Option<String>,
    /// What the block does, as the settings said when it was blocked.
    pub effects: Option<BlockEffects>,
    /// Since when.
    #[serde(skip)]
    pub status_changed_at: DateTime<Utc>,
    /// Whether it is known who it is.
    pub kyc: Kyc,
    /// Whether money may go to its account.
    pub payout: PayoutStanding,
    /// When it will sell nothing, in order.
    pub closings: Vec<Closing>,
    /// When it stops selling because it has not accepted what it must; in the past: it has stopped.
    #[serde(skip)]
    pub agreements_due_at: Option<DateTime<Utc>>,
    /// Who applied for it, when nobody made it for them.
    #[serde(skip)]
    pub applied_by: Option<UserId>,
    /// What its staff keeps up to date.
    #[serde(flatten)]
    pub profile: Profile,
    /// The company behind it.
    pub legal: Legal,
    /// The account for payouts, without its number.
    #[serde(skip)]
    pub bank: Option<BankHint>,
    /// The group of merchants it belongs to, for commission: `standard`, `gold`, ...
    pub tier: String,
    /// Its own VAT rate on commission; zero is reverse charge; `None` is the marketplace's rate.
    pub commission_vat_ppm: Option<Rate>,
    /// The share of its released earnings that is kept as a reserve; `None` is the marketplace's share.
    pub reserve_ppm: Option<Rate>,
    /// Whether the operator is the deemed supplier: the tax on its sales is remitted by the operator.
    pub operator_remits_tax: bool,
    /// The days on which it sends goods; `None` is the marketplace's calendar.
    pub calendar: Option<WorkCalendar>,
    /// How it is rated, in hundredths of stars, for buyers; `None` while nothing is known of it. It has its own command.
    #[serde(skip)]
    pub stars: Option<i64>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// What a merchant's staff keeps up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The name buyers read.
    pub name: String,
    /// Where Souk writes to.
    pub contact_email: String,
    /// The country it sends from.
    pub country: String,
    /// Working days from order to dispatch.
    pub handling_days: i32,
    /// Whether orders are accepted without asking.
    pub auto_accept: bool,
}

/// The company behind a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Legal {
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
    /// Country of the seat.
    pub country: String,
}

/// Enough of a bank account to recognize it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankHint {
    /// Country and last four characters of the IBAN.
    pub masked_iban: String,
    /// Whose account it is.
    pub holder: String,
    /// When it was set.
    pub changed_at: DateTime<Utc>,
}

/// Until when one of these closings holds at `at`.
pub(crate) fn closed_until(closings: &[Closing], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    closings.iter().find(|closing| closing.holds(at)).map(|closing| closing.until)
}

/// Whether a merchant sells at `at`: it is active, has accepted what it must, and is not closed by plan.
pub(crate) fn sells_at(status: Status, due: Option<DateTime<Utc>>, closings: &[Closing], at: DateTime<Utc>) -> bool {
    status.can_sell() && due.is_none_or(|due| due > at) && closed_until(closings, at).is_none()
}

/// The longest time from order to dispatch, in working days.
pub const HANDLING_DAYS_MAX: i32 = 60;

impl Merchant {
    /// The transitions that its status allows.
    #[must_use]
    pub fn allowed(&self) -> &'static [Transition] {
        self.status.allowed()
    }

    /// What everybody may know at `at`.
    #[must_use]
    pub fn card(&self, at: DateTime<Utc>) -> MerchantCard {
        MerchantCard {
            id: self.id,
            name: self.profile.name.clone(),
            slug: self.slug.clone(),
            active: self.sells_at(at),
            closed_until: closed_until(&self.closings, at),
            stars: self.stars,
        }
    }

    /// Whether new orders may contain its offers: it is active, has accepted what it must, and is not closed.
    #[must_use]
    pub fn sells_at(&self, at: DateTime<Utc>) -> bool {
        sells_at(self.status, self.agreements_due_at, &self.closings, at)
    }

    /// Whether lists show its offers. Of a blocked merchant that does not sell they may.
    #[must_use]
    pub(crate) fn is_listed(&self, at: DateTime<Utc>) -> bool {
        let kept = self.effects.is_some_and(|effects| effects.offers == BlockedOffers::Listed);
        self.sells_at(at) || self.status.is_blocked() && kept
    }

    /// Whether it can be paid, as far as its standing goes: known, with a good account, and not blocked for payouts.
    #[must_use]
    pub fn can_be_paid(&self) -> bool {
        super::terms::pays(self.status, self.effects) && self.kyc.state.lets_pay() && self.payout.state.is_good()
    }

    /// The next instant at which the clock alone changes something of it.
    pub(crate) fn turns_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let closings = self.closings.iter().flat_map(|closing| [closing.from, closing.until]);
        let papers = self.kyc.expires_at.filter(|_| self.kyc.state == KycState::Approved);
        closings.chain(self.agreements_due_at).filter(|at| *at > now).chain(papers).min()
    }

    /// What a text filter looks at.
    pub(crate) fn search_fold(&self) -> String {
        let parts = [&self.profile.name, &self.slug, &self.legal.legal_name, &self.profile.contact_email];
        text::fold(&parts.map(String::as_str).join(" "))
    }
}

impl Profile {
    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.name = text::line("name", &self.name, 120)?;
        if text::slugify(&self.name).is_empty() {
            return Err(Invalid::new("name", "MALFORMED", "must contain a letter or digit"));
        }
        self.contact_email = text::email("contactEmail", &self.contact_email)?;
        self.country = country("country", &self.country)?;
        if !(0..=HANDLING_DAYS_MAX).contains(&self.handling_days) {
            return Err(Invalid::range("handlingDays", 0, HANDLING_DAYS_MAX.into()));
        }
        Ok(self)
    }
}

impl Legal {
    /// Normalizes the fields and checks them; empty texts become `None`.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.legal_name = text::line("legal.legalName", &self.legal_name, 200)?;
        self.country = country("legal.country", &self.country)?;
        for (field, slot, max) in [
            ("legal.taxId", &mut self.tax_id, 40),
            ("legal.registrationNumber", &mut self.registration_number, 60),
            ("legal.street", &mut self.street, 200),
            ("legal.postalCode", &mut self.postal_code, 20),
            ("legal.city", &mut self.city, 100),
        ] {
            *slot = match slot.take().filter(|value| !value.trim().is_empty()) {
                Some(value) => Some(text::line(field, &value, max)?),
                None => None,
            };
        }
        Ok(self)
    }
}

/// A slug as the operator chose it.
pub(crate) fn chosen_slug(raw: &str) -> Result<String, Invalid> {
    let slug = text::line("slug", raw, 120)?;
    if slug == text::slugify(&slug) {
        return Ok(slug);
    }
    Err(Invalid::new("slug", "MALFORMED", "use lower-case letters, digits and single hyphens"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_field_is_named() {
        let good = || Profile {
            name: " Blue Kettle ".to_owned(),
            contact_email: "Hi@Kettle.example".to_owned(),
            country: "de".to_owned(),
            handling_days: 2,
            auto_accept: false,
        };
        let checked = good().checked().unwrap();
        assert_eq!((checked.name.as_str(), checked.country.as_str()), ("Blue Kettle", "DE"));
        let field = |profile: Profile| profile.checked().unwrap_err().field;
        assert_eq!(field(Profile { name: "!!!".to_owned(), ..good() }), "name");
        assert_eq!(field(Profile { contact_email: "x".to_owned(), ..good() }), "contactEmail");
        assert_eq!(field(Profile { country: "XX".to_owned(), ..good() }), "country");
        assert_eq!(field(Profile { handling_days: -1, ..good() }), "handlingDays");
        assert_eq!(field(Profile { handling_days: 61, ..good() }), "handlingDays");
    }

    #[test]
    fn empty_parts_of_the_legal_data_are_dropped() {
        let legal = Legal {
            legal_name: "Kettle GmbH".to_owned(),
            tax_id: Some("  ".to_owned()),
            city: Some(" Ulm ".to_owned()),
            country: "DE".to_owned(),
            ..Legal::default()
        };
        let checked = legal.checked().unwrap();
        assert_eq!((checked.tax_id, checked.city.as_deref()), (None, Some("Ulm")));
        assert_eq!(Legal::default().checked().unwrap_err().field, "legal.legalName");
    }

    #[test]
    fn a_chosen_slug_is_already_a_slug() {
        assert_eq!(chosen_slug("blue-kettle-2").as_deref(), Ok("blue-kettle-2"));
        for bad in ["", "Blue", "a b", "a--b", "-a", "a/b"] {
            assert!(chosen_slug(bad).is_err(), "{bad}");
        }
    }
}
