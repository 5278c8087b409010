//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::Value;

/// A fault of identity.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What every command can fail with.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The bearer token names no session and no key, or it is over. Never taken for an anonymous request.
    #[error("the session or key is unknown or over; sign in again")]
    UnknownBearer,
    /// The acting merchant is not one of the caller's.
    #[error("not a member of this merchant")]
    NotAMember,
    /// E-mail address and password do not belong together. Says nothing about which accounts exist.
    #[error("the e-mail address or the password is wrong")]
    BadCredentials,
    /// The current password, asked for again before a sensitive change, is wrong.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The token of a mail is unknown, used, revoked or expired.
    #[error("this link is unknown, used or expired; ask for a new one")]
    TokenUnusable,
    /// The invitation was sent to another address than that of the signed-in user.
    #[error("this invitation was sent to another address")]
    InvitationOfAnother,
    /// The last owner of a merchant, or the operator's last administrator, would be gone.
    #[error("the last {0} cannot be removed")]
    LastOfRole(&'static str),
    /// Nobody grants a role that reaches further than his own.
    #[error("the role {0} reaches further than your own")]
    RoleTooWide(&'static str),
    /// The role belongs to another kind of team.
    #[error("the role {0} does not fit this team")]
    RoleMisplaced(&'static str),
    /// The account already has a buyer's account.
    #[error("this account is a buyer's already")]
    AlreadyBuyer,
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

impl From<access::Denied> for Error {
    fn from(error: access::Denied) -> Self {
        Self::Core(error.into())
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::UnknownBearer => FaultKind::Unauthenticated,
            Self::NotAMember => FaultKind::Forbidden,
            Self::WrongPassword | Self::RoleMisplaced(_) => FaultKind::Invalid,
            Self::AlreadyBuyer => FaultKind::Conflict,
            Self::BadCredentials
            | Self::TokenUnusable
            | Self::InvitationOfAnother
            | Self::LastOfRole(_)
            | Self::RoleTooWide(_) => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::UnknownBearer => "UNAUTHENTICATED",
            Self::NotAMember => "NOT_A_MEMBER",
            Self::BadCredentials => "BAD_CREDENTIALS",
            Self::WrongPassword => "WRONG_PASSWORD",
            Self::TokenUnusable => "TOKEN_UNUSABLE",
            Self::InvitationOfAnother => "INVITATION_OF_ANOTHER",
            Self::LastOfRole(_) => "LAST_OF_ROLE",
            Self::RoleTooWide(_) => "ROLE_TOO_WIDE",
            Self::RoleMisplaced(_) => "ROLE_MISPLACED",
            Self::AlreadyBuyer => "ALREADY_BUYER",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::WrongPassword => Some("currentPassword".to_owned()),
            Self::TokenUnusable => Some("token".to_owned()),
            Self::RoleTooWide(_) | Self::RoleMisplaced(_) => Some("role".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            _ => None,
        }
    }
}
