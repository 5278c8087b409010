//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;

use crate::command::Obligation;
use crate::model::sync::SyncField;

/// A fault of the merchants' administration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The faults that are the same everywhere.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The account of a new merchant's owner could not be made.
    #[error("{fault}")]
    Owner {
        /// Which field of the input is at fault.
        field: Option<String>,
        /// What identity says.
        fault: identity::Error,
    },
    /// The state does not allow it.
    #[error("cannot {transition} a merchant that is {status}; allowed: {}", names(.allowed))]
    InvalidTransition {
        /// Where the merchant stands on the axis in question.
        status: &'static str,
        /// What was to be done.
        transition: &'static str,
        /// What can be done.
        allowed: Vec<&'static str>,
    },
    /// The marketplace sets the price of this delivery method itself.
    #[error("{method}: the marketplace sets the price of this delivery method itself")]
    OwnRatesNotAllowed {
        /// The name of the method.
        method: String,
    },
    /// The merchant cannot be closed while something is open.
    #[error("the merchant has open orders or money that is not settled")]
    Unsettled(Vec<Obligation>),
    /// Required items of the checklist are open.
    #[error("the checklist is not done: {}", .0.join(", "))]
    ChecklistOpen(Vec<String>),
    /// Who applied has not proved the address.
    #[error("who applied has not proved the e-mail address yet")]
    AddressUnproven,
    /// Nobody may apply here.
    #[error("the marketplace takes no applications")]
    RegistrationClosed,
    /// A block can be appealed against once, and not after the time for it.
    #[error("there is nothing to appeal against: {0}")]
    NoAppeal(&'static str),
    /// A system keeps what somebody wants to change.
    #[error("{system} keeps this: change it there")]
    KeptElsewhere {
        /// What is kept.
        field: SyncField,
        /// The name of the system.
        system: String,
    },
    /// A field is kept by one system at most.
    #[error("another system keeps {}", .0.as_str())]
    FieldTaken(SyncField),
    /// A system knows a merchant by one number, and one merchant by a number.
    #[error("the number or the merchant is linked already")]
    LinkedAlready,
    /// The settings let this side open no conversations about such things.
    #[error("you cannot open conversations about this kind of thing: {0}")]
    KindNotAllowed(&'static str),
    /// The conversation is closed.
    #[error("the conversation is closed")]
    ConversationClosed,
    /// The conversation is not closed.
    #[error("the conversation is open")]
    ConversationOpen,
    /// A merchant that is gone writes nothing, and nobody writes to it.
    #[error("the merchant is gone")]
    MerchantGone,
    /// A blocked merchant answers, and begins nothing with buyers.
    #[error("the merchant is blocked")]
    MerchantBlocked,
    /// Somebody decided about it before.
    #[error("the {0} was decided already")]
    AlreadyDecided(&'static str),
}

fn names(allowed: &[&str]) -> String {
    if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") }
}

impl Error {
    pub(crate) fn invalid(
        status: &'static str,
        transition: &'static str,
        allowed: impl Iterator<Item = &'static str>,
    ) -> Self {
        Self::InvalidTransition { status, transition, allowed: allowed.collect() }
    }
}

impl From<Invalid> for Error {
    fn from(error: Invalid) -> Self {
        Self::Core(error.into())
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Core(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Core(error.into())
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(error) => error.kind(),
            Self::Owner { fault, .. } => fault.kind(),
            _ => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(error) => error.code(),
            Self::Owner { fault, .. } => fault.code(),
            Self::InvalidTransition { .. } => "INVALID_TRANSITION",
            Self::OwnRatesNotAllowed { .. } => "OWN_RATES_NOT_ALLOWED",
            Self::Unsettled(_) => "UNSETTLED",
            Self::ChecklistOpen(_) => "CHECKLIST_OPEN",
            Self::AddressUnproven => "EMAIL_UNPROVEN",
            Self::RegistrationClosed => "REGISTRATION_CLOSED",
            Self::NoAppeal(_) => "NO_APPEAL",
            Self::AlreadyDecided(_) => "ALREADY_DECIDED",
            Self::KeptElsewhere { .. } => "KEPT_ELSEWHERE",
            Self::FieldTaken(_) => "FIELD_TAKEN",
            Self::LinkedAlready => "LINKED_ALREADY",
            Self::KindNotAllowed(_) => "KIND_NOT_ALLOWED",
            Self::ConversationClosed => "CONVERSATION_CLOSED",
            Self::ConversationOpen => "CONVERSATION_OPEN",
            Self::MerchantGone => "MERCHANT_GONE",
            Self::MerchantBlocked => "MERCHANT_BLOCKED",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(error) => error.field(),
            Self::Owner { field, .. } => field.clone(),
            Self::OwnRatesNotAllowed { .. } => Some("deliveryMethodId".to_owned()),
            Self::KeptElsewhere { field, .. } => Some(field.path().to_owned()),
            Self::FieldTaken(_) => Some("fields".to_owned()),
            Self::LinkedAlready => Some("externalId".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::Core(error) => error.details(),
            Self::Owner { fault, .. } => fault.details(),
            Self::InvalidTransition { status, allowed, .. } => {
                Some(serde_json::json!({ "status": status, "allowed": allowed }))
            }
            Self::Unsettled(open) => Some(serde_json::json!({ "open": open })),
            Self::KeptElsewhere { field, system } => Some(serde_json::json!({ "field": field, "system": system })),
            Self::ChecklistOpen(items) => Some(serde_json::json!({ "items": items })),
            _ => None,
        }
    }
}
