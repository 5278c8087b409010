//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;

use crate::model::{Status, Transition};

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
    /// The status does not allow it.
    #[error("cannot {} a merchant that is {}; allowed: {}", .transition.as_str(), .status.as_str(), names(*.status))]
    InvalidTransition {
        /// Where the merchant stands.
        status: Status,
        /// What was to be done.
        transition: Transition,
    },
    /// The marketplace sets the price of this delivery method itself.
    #[error("{method}: the marketplace sets the price of this delivery method itself")]
    OwnRatesNotAllowed {
        /// The name of the method.
        method: String,
    },
}

fn names(status: Status) -> String {
    let names: Vec<&str> = status.allowed().iter().map(|t| t.as_str()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
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
            Self::InvalidTransition { .. } | Self::OwnRatesNotAllowed { .. } => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(error) => error.code(),
            Self::Owner { fault, .. } => fault.code(),
            Self::InvalidTransition { .. } => "INVALID_TRANSITION",
            Self::OwnRatesNotAllowed { .. } => "OWN_RATES_NOT_ALLOWED",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(error) => error.field(),
            Self::Owner { field, .. } => field.clone(),
            Self::InvalidTransition { .. } => None,
            Self::OwnRatesNotAllowed { .. } => Some("deliveryMethodId".to_owned()),
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::Core(error) => error.details(),
            Self::Owner { fault, .. } => fault.details(),
            Self::InvalidTransition { status, .. } => {
                Some(serde_json::json!({ "status": status, "allowed": status.allowed() }))
            }
            Self::OwnRatesNotAllowed { .. } => None,
        }
    }
}
