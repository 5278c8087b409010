//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::Value;

use crate::model::CompanyRole;

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
    /// Only people with this role in the company may do it.
    #[error("only an {} of the company may do this", .0.as_str())]
    RoleNeeded(CompanyRole),
    /// There are as many people as one company can have.
    #[error("there can be at most {max} people in a company")]
    TooManyMembers {
        /// How many there can be.
        max: u64,
    },
    /// Without this admin nobody could change the company.
    #[error("the last admin of a company cannot go")]
    LastAdmin,
    /// The address of the account is not proved.
    #[error("the e-mail address of the account has to be verified first")]
    EmailNotVerified,
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
            Self::TooManyAddresses { .. }
            | Self::Erased
            | Self::RoleNeeded(_)
            | Self::TooManyMembers { .. }
            | Self::LastAdmin
            | Self::EmailNotVerified => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::Identity(identity) => identity.code(),
            Self::TooManyAddresses { .. } => "TOO_MANY_ADDRESSES",
            Self::Erased => "CUSTOMER_ERASED",
            Self::RoleNeeded(_) => "COMPANY_ROLE_NEEDED",
            Self::TooManyMembers { .. } => "TOO_MANY_MEMBERS",
            Self::LastAdmin => "LAST_ADMIN",
            Self::EmailNotVerified => "EMAIL_NOT_VERIFIED",
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
            Self::TooManyAddresses { max } | Self::TooManyMembers { max } => Some(serde_json::json!({ "max": max })),
            Self::RoleNeeded(role) => Some(serde_json::json!({ "role": role.as_str() })),
            Self::Erased | Self::LastAdmin | Self::EmailNotVerified => None,
        }
    }
}
