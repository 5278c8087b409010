//! Systems, links and messages.

use async_graphql::{Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use merchants::sync;

/// A field of a merchant that another system may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "sync::SyncField")]
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

/// What became of a message of another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "sync::SyncState")]
pub enum SyncMessageState {
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

/// Another system that tells what it knows of merchants.
#[derive(Debug, Clone)]
pub struct SyncSystem(sync::SyncSystem);

impl From<sync::SyncSystem> for SyncSystem {
    fn from(of: sync::SyncSystem) -> Self {
        Self(of)
    }
}

/// Another system that tells what it knows of merchants.
#[Object]
impl SyncSystem {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// A code for programs.
    fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether its messages are taken, and its fields are closed to people.
    fn active(&self) -> bool {
        self.0.active
    }

    /// All fields that it keeps. Of a merchant that it knows nobody else changes them.
    fn fields(&self) -> Vec<SyncField> {
        self.0.fields.iter().copied().map(SyncField::from).collect()
    }

    /// Grows by one with every change; send it as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was made.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// By which number a system knows a merchant.
#[derive(Debug, Clone, SimpleObject)]
pub struct SyncLink {
    /// The system.
    pub system_id: ID,
    /// Its number.
    pub external_id: String,
    /// The merchant.
    pub merchant_id: ID,
    /// The newest revision that was taken; 0 before the first.
    pub revision: i64,
    /// Who linked them.
    pub linked_by_name: String,
    /// When.
    pub linked_at: DateTime<Utc>,
    /// When a message was taken last.
    pub synced_at: Option<DateTime<Utc>>,
}

impl From<sync::SyncLink> for SyncLink {
    fn from(of: sync::SyncLink) -> Self {
        Self {
            system_id: of.system.to_string().into(),
            external_id: of.external_id,
            merchant_id: of.merchant.to_string().into(),
            revision: of.revision,
            linked_by_name: of.linked_by_name,
            linked_at: of.linked_at,
            synced_at: of.synced_at,
        }
    }
}

/// A message of another system.
#[derive(Debug, Clone, SimpleObject)]
pub struct SyncMessage {
    /// Its id.
    pub id: ID,
    /// The system that sent it.
    pub system_id: ID,
    /// What the system calls it.
    pub key: String,
    /// Of whom it speaks, in the system's numbers.
    pub external_id: String,
    /// The merchant, once it is known.
    pub merchant_id: Option<ID>,
    /// The revision it tells of.
    pub revision: i64,
    /// What became of it.
    pub state: SyncMessageState,
    /// All fields that it changed.
    pub applied: Vec<SyncField>,
    /// All fields that it speaks of and its system does not keep.
    pub ignored: Vec<SyncField>,
    /// Why it is dead: a stable code such as `NOT_LINKED`.
    pub fault_code: Option<String>,
    /// The field of the message at fault.
    pub fault_field: Option<String>,
    /// The same in a sentence.
    pub fault_message: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When what became of it was decided last.
    pub settled_at: DateTime<Utc>,
}

impl From<sync::SyncMessage> for SyncMessage {
    fn from(of: sync::SyncMessage) -> Self {
        let fields = |fields: Vec<sync::SyncField>| fields.into_iter().map(SyncField::from).collect();
        let (code, field, message) =
            of.fault.map_or((None, None, None), |fault| (Some(fault.code), fault.field, Some(fault.text)));
        Self {
            id: of.id.to_string().into(),
            system_id: of.system.to_string().into(),
            key: of.key,
            external_id: of.external_id,
            merchant_id: of.merchant.map(|id| id.to_string().into()),
            revision: of.revision,
            state: of.state.into(),
            applied: fields(of.applied),
            ignored: fields(of.ignored),
            fault_code: code,
            fault_field: field,
            fault_message: message,
            attempts: of.attempts,
            received_at: of.received_at,
            settled_at: of.settled_at,
        }
    }
}
