//! What other systems tell of merchants: a CRM or an ERP keeps some fields, people keep the rest.

use chrono::{DateTime, Utc};
use kernel::Invalid;
use kernel::id::{MerchantId, SyncMessageId, SyncSystemId};
use serde::{Deserialize, Serialize};

use super::{Counterparty, Legal, PartyAddress, PartyContact, TaxId};

/// A field of a merchant that another system may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncField {
    /// The name in the register.
    LegalName,
    /// The VAT or tax number of the company.
    TaxId,
    /// The number in the commercial register.
    RegistrationNumber,
    /// Street, postal code, town and country of the seat.
    Seat,
    /// Addresses beside the seat.
    Addresses,
    /// People to speak to.
    Contacts,
    /// All tax ids.
    TaxIds,
}

impl SyncField {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LegalName,
        Self::TaxId,
        Self::RegistrationNumber,
        Self::Seat,
        Self::Addresses,
        Self::Contacts,
        Self::TaxIds,
    ];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegalName => "legal_name",
            Self::TaxId => "tax_id",
            Self::RegistrationNumber => "registration_number",
            Self::Seat => "seat",
            Self::Addresses => "addresses",
            Self::Contacts => "contacts",
            Self::TaxIds => "tax_ids",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// Where people write it, in API spelling.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::LegalName => "legal.legalName",
            Self::TaxId => "legal.taxId",
            Self::RegistrationNumber => "legal.registrationNumber",
            Self::Seat => "legal.street",
            Self::Addresses => "addresses",
            Self::Contacts => "contacts",
            Self::TaxIds => "taxIds",
        }
    }

    fn differs(self, before: Known<'_>, after: Known<'_>) -> bool {
        let seat = |of: &Legal| (of.street.clone(), of.postal_code.clone(), of.city.clone(), of.country.clone());
        match self {
            Self::LegalName => before.legal.legal_name != after.legal.legal_name,
            Self::TaxId => before.legal.tax_id != after.legal.tax_id,
            Self::RegistrationNumber => before.legal.registration_number != after.legal.registration_number,
            Self::Seat => seat(before.legal) != seat(after.legal),
            Self::Addresses => before.party.addresses != after.party.addresses,
            Self::Contacts => before.party.contacts != after.party.contacts,
            Self::TaxIds => before.party.tax_ids != after.party.tax_ids,
        }
    }
}

/// All that is known of a merchant and may be kept elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The company behind it.
    pub legal: &'a Legal,
    /// What is known beside its seat.
    pub party: &'a Counterparty,
}

/// The fields in which two differ.
#[must_use]
pub fn differences(before: Known<'_>, after: Known<'_>) -> Vec<SyncField> {
    SyncField::ALL.into_iter().filter(|field| field.differs(before, after)).collect()
}

/// Where a company sits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seat {
    /// Street and number.
    pub street: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The country, ISO 3166-1 alpha-2.
    pub country: String,
}

/// What a system tells: what is `None` it does not speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PartyPatch {
    /// The name in the register.
    pub legal_name: Option<String>,
    /// The VAT or tax number of the company; an empty text takes it away.
    pub tax_id: Option<String>,
    /// The number in the commercial register; an empty text takes it away.
    pub registration_number: Option<String>,
    /// Where the company sits.
    pub seat: Option<Seat>,
    /// All addresses beside the seat.
    pub addresses: Option<Vec<PartyAddress>>,
    /// All people to speak to.
    pub contacts: Option<Vec<PartyContact>>,
    /// All tax ids.
    pub tax_ids: Option<Vec<TaxId>>,
}

impl PartyPatch {
    /// The fields it speaks of.
    #[must_use]
    pub fn fields(&self) -> Vec<SyncField> {
        SyncField::ALL.into_iter().filter(|field| self.speaks_of(*field)).collect()
    }

    const fn speaks_of(&self, field: SyncField) -> bool {
        match field {
            SyncField::LegalName => self.legal_name.is_some(),
            SyncField::TaxId => self.tax_id.is_some(),
            SyncField::RegistrationNumber => self.registration_number.is_some(),
            SyncField::Seat => self.seat.is_some(),
            SyncField::Addresses => self.addresses.is_some(),
            SyncField::Contacts => self.contacts.is_some(),
            SyncField::TaxIds => self.tax_ids.is_some(),
        }
    }

    /// What it says of the fields that `kept` holds, put into the place of what is known and checked.
    ///
    /// # Errors
    /// [`Invalid`] naming the field of the patch: `seat.country`, `contacts.0.email`.
    pub fn apply(self, kept: &[SyncField], before: Known<'_>) -> Result<(Legal, Counterparty), Invalid> {
        let (mut legal, mut party) = (before.legal.clone(), before.party.clone());
        let takes = |field| kept.contains(&field);
        if let Some(name) = self.legal_name.filter(|_| takes(SyncField::LegalName)) {
            legal.legal_name = name;
        }
        if let Some(number) = self.tax_id.filter(|_| takes(SyncField::TaxId)) {
            legal.tax_id = Some(number);
        }
        if let Some(number) = self.registration_number.filter(|_| takes(SyncField::RegistrationNumber)) {
            legal.registration_number = Some(number);
        }
        if let Some(seat) = self.seat.filter(|_| takes(SyncField::Seat)) {
            legal = Legal {
                street: seat.street,
                postal_code: seat.postal_code,
                city: seat.city,
                country: seat.country,
                ..legal
            };
        }
        party.addresses = self.addresses.filter(|_| takes(SyncField::Addresses)).unwrap_or(party.addresses);
        party.contacts = self.contacts.filter(|_| takes(SyncField::Contacts)).unwrap_or(party.contacts);
        party.tax_ids = self.tax_ids.filter(|_| takes(SyncField::TaxIds)).unwrap_or(party.tax_ids);
        let legal = legal.checked().map_err(|fault| Invalid { field: told(&fault.field), ..fault })?;
        Ok((legal, party.checked()?))
    }
}

/// Where a patch says what stands in the legal data.
fn told(field: &str) -> String {
    match field.strip_prefix("legal.") {
        Some(of @ ("street" | "postalCode" | "city" | "country")) => format!("seat.{of}"),
        Some(of) => of.to_owned(),
        None => field.to_owned(),
    }
}

/// Another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncSystem {
    /// Its id.
    #[serde(skip)]
    pub id: SyncSystemId,
    /// A code for programs: `crm`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whether its messages are taken, and its fields are closed to people.
    pub active: bool,
    /// The fields it keeps, in their order.
    pub fields: Vec<SyncField>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

/// By which number a system knows a merchant; one each way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncLink {
    /// The system.
    pub system: SyncSystemId,
    /// Its number.
    pub external_id: String,
    /// The merchant.
    pub merchant: MerchantId,
    /// The newest revision that was taken, 0 before the first.
    pub revision: i64,
    /// Who linked them.
    pub linked_by_name: String,
    /// When.
    pub linked_at: DateTime<Utc>,
    /// When a message was taken last.
    pub synced_at: Option<DateTime<Utc>>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// It changed something.
    Applied,
    /// All was as it says.
    Unchanged,
    /// A newer one had been taken.
    Outdated,
    /// It could not be taken; somebody looks at it.
    Dead,
    /// Somebody decided that it is not taken.
    Dropped,
}

impl SyncState {
    const ALL: [Self; 5] = [Self::Applied, Self::Unchanged, Self::Outdated, Self::Dead, Self::Dropped];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Outdated => "outdated",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Why a message is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncFault {
    /// A stable code: `NOT_LINKED`, `MALFORMED`.
    pub code: String,
    /// The field of the message at fault.
    pub field: Option<String>,
    /// A sentence for people.
    pub text: String,
}

/// A message of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncMessage {
    /// Its id.
    pub id: SyncMessageId,
    /// The system that sent it.
    pub system: SyncSystemId,
    /// What the system calls it; the same again is the same message.
    pub key: String,
    /// SHA-256 of what it says.
    pub digest: String,
    /// Of whom it speaks.
    pub external_id: String,
    /// The merchant, once it is known.
    pub merchant: Option<MerchantId>,
    /// Grows with every change at the system; not a time, because clocks disagree.
    pub revision: i64,
    /// What it says, as long as it is dead.
    pub body: Option<PartyPatch>,
    /// What became of it.
    pub state: SyncState,
    /// The fields it changed.
    pub applied: Vec<SyncField>,
    /// The fields it speaks of and its system does not keep.
    pub ignored: Vec<SyncField>,
    /// Why it is dead, or was before it was dropped.
    pub fault: Option<SyncFault>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When what became of it was decided last.
    pub settled_at: DateTime<Utc>,
}

#[cfg(test)]
#[path = "sync_test.rs"]
mod tests;
