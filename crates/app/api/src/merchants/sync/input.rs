//! What the operator and other systems send.

use async_graphql::{ID, InputObject};
use merchants::{PartyAddress, PartyContact, TaxId, sync};

use super::object::SyncField;
use crate::input;
use crate::merchants::counterparty::{MerchantAddress, MerchantContact, MerchantTaxId};

/// A system that tells what it knows of merchants.
#[derive(Debug, InputObject)]
pub struct SyncSystemCreateInput {
    /// A code for programs: lower-case letters, digits and hyphens.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The fields that it keeps.
    #[graphql(default)]
    pub fields: Vec<SyncField>,
}

impl From<SyncSystemCreateInput> for sync::CreateSystem {
    fn from(of: SyncSystemCreateInput) -> Self {
        Self { code: of.code, name: of.name, fields: of.fields.into_iter().map(Into::into).collect() }
    }
}

/// A change of a system; what is absent stays.
#[derive(Debug, InputObject)]
pub struct SyncSystemEditInput {
    /// The system.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What people call it.
    pub name: Option<String>,
    /// Whether its messages are taken, and its fields are closed to people.
    pub active: Option<bool>,
}

impl SyncSystemEditInput {
    pub(super) fn read(self) -> Result<sync::EditSystem, context::Error> {
        let id = input::id("id", &self.id)?;
        Ok(sync::EditSystem { id, expected_version: self.expected_version, name: self.name, active: self.active })
    }
}

/// The fields that a system keeps from now on.
#[derive(Debug, InputObject)]
pub struct SyncFieldsSetInput {
    /// The system.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// All of them; another system keeps none of these.
    pub fields: Vec<SyncField>,
}

/// By which number a system knows a merchant.
#[derive(Debug, InputObject)]
pub struct SyncLinkCreateInput {
    /// The system.
    pub system_id: ID,
    /// Its number.
    pub external_id: String,
    /// The merchant.
    pub merchant_id: ID,
}

/// A link that is taken away.
#[derive(Debug, InputObject)]
pub struct SyncLinkDeleteInput {
    /// The system.
    pub system_id: ID,
    /// Its number.
    pub external_id: String,
}

/// Where a company sits.
#[derive(Debug, InputObject)]
pub struct SyncSeatInput {
    /// Street and number.
    pub street: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The country, by ISO 3166-1.
    pub country: String,
}

/// What a system tells of a merchant. What is absent it does not speak of; what is there takes the place of what was.
#[derive(Debug, InputObject)]
pub struct MerchantSyncInput {
    /// What the system calls the message: the same again is the same message.
    pub key: String,
    /// Of whom it speaks, in the system's numbers.
    pub external_id: String,
    /// Grows with every change at the system; what is not newer than what was taken is outdated.
    pub revision: i64,
    /// The name in the register.
    pub legal_name: Option<String>,
    /// The VAT or tax number of the company; an empty text takes it away.
    pub tax_id: Option<String>,
    /// The number in the commercial register; an empty text takes it away.
    pub registration_number: Option<String>,
    /// Where the company sits.
    pub seat: Option<SyncSeatInput>,
    /// All addresses beside the seat.
    pub addresses: Option<Vec<MerchantAddress>>,
    /// All people to speak to.
    pub contacts: Option<Vec<MerchantContact>>,
    /// All tax ids.
    pub tax_ids: Option<Vec<MerchantTaxId>>,
}

impl From<MerchantSyncInput> for sync::Incoming {
    fn from(of: MerchantSyncInput) -> Self {
        let seat = |of: SyncSeatInput| sync::Seat {
            street: of.street,
            postal_code: of.postal_code,
            city: of.city,
            country: of.country,
        };
        let says = sync::PartyPatch {
            legal_name: of.legal_name,
            tax_id: of.tax_id,
            registration_number: of.registration_number,
            seat: of.seat.map(seat),
            addresses: of.addresses.map(|of| of.into_iter().map(PartyAddress::from).collect()),
            contacts: of.contacts.map(|of| of.into_iter().map(PartyContact::from).collect()),
            tax_ids: of.tax_ids.map(|of| of.into_iter().map(TaxId::from).collect()),
        };
        Self { key: of.key, external_id: of.external_id, revision: of.revision, says }
    }
}

/// Messages of a system.
#[derive(Debug, InputObject)]
pub struct MerchantsSyncInput {
    /// The code of the system.
    pub system: String,
    /// At most 100.
    pub messages: Vec<MerchantSyncInput>,
}

/// Messages that are taken again.
#[derive(Debug, InputObject)]
pub struct SyncMessagesReplayInput {
    /// At most 100.
    pub ids: Vec<ID>,
}

/// Messages that are given up.
#[derive(Debug, InputObject)]
pub struct SyncMessagesDropInput {
    /// At most 100.
    pub ids: Vec<ID>,
    /// Why, for the history.
    pub reason: String,
}
