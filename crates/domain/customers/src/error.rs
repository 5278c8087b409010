//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::Value;

/// A fault of customers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What every command can fail with.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// A fault of the account behind the buyer.
    #[error(transparent)]
    Identity(identity::Error),
    /// There are as many addresses as one buyer can have.
    #[error("there can be at most {max} addresses")]
    TooManyAddresses {
        /// How many there can be.
        max: u64,
    },
    /// The buyer was erased; there is nothing left to change.
    #[error("this buyer was erased")]
    Erased,
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Core(core) => Self::Core(core),
            other => Self::Identity(other),
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Core(error.into())
    }
}

impl From<Invalid> for Error {
    fn from(error: Invalid) -> Self {
        Self::Core(error.into())
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::Identity(identity) => identity.kind(),
            Self::TooManyAddresses { .. } | Self::Erased => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::Identity(identity) => identity.code(),
            Self::TooManyAddresses { .. } => "TOO_MANY_ADDRESSES",
            Self::Erased => "CUSTOMER_ERASED",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::Identity(identity) => identity.field(),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::Identity(identity) => identity.details(),
            Self::TooManyAddresses { max } => Some(serde_json::json!({ "max": max })),
            Self::Erased => None,
        }
    }
}
