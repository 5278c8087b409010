//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::{Value, json};

use crate::model::{Refusal, TeamRole};

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
    /// The code of the second factor is wrong, or was used.
    #[error("the code is wrong or was used; wait for the next one")]
    WrongCode,
    /// The sign-in waits no longer for its second factor.
    #[error("this sign-in is over; begin again")]
    SignInOver,
    /// The attempt at a provider is unknown, over, used, or was begun for something else.
    #[error("this attempt to sign in is unknown, over or used; begin again")]
    AttemptOver,
    /// The browser came back with another state than it was sent with.
    #[error("this browser was not sent to the provider by this attempt; begin again")]
    StateMismatch,
    /// What came back from the provider is not taken.
    #[error("what came back from the provider is not good; begin again")]
    ProviderRefused(Refusal),
    /// No account opens by this identity. Says nothing about which accounts exist.
    #[error("no account here opens by this identity; sign in otherwise and link it")]
    IdentityUnknown,
    /// The identity opens another account.
    #[error("this identity opens another account")]
    IdentityTaken,
    /// The account has another identity at this provider.
    #[error("the account has another identity at this provider; unlink that one first")]
    AlreadyLinked,
    /// Who was invited has an account, which opens otherwise.
    #[error("this address has an account; sign in, accept the invitation there, and link the identity to it")]
    LinkFirst,
    /// Nothing else opens the account.
    #[error("nothing else opens this account; set a password or link another identity first")]
    LastWayIn,
    /// The provider does not vouch for an address of a domain that may come in.
    #[error("the provider vouches for no address of a domain that may come in")]
    AddressNotAllowed,
    /// Buyers do not sign in by a provider.
    #[error("only who works for the operator or a merchant signs in by a provider")]
    StaffOnly,
    /// The account has a second factor.
    #[error("this account has a second factor")]
    SecondFactorOn,
    /// The account has no second factor.
    #[error("this account has no second factor")]
    SecondFactorOff,
    /// Souk has no key to seal the secret of a second factor with.
    #[error("second factors cannot be set up here until the operator gives Souk a key")]
    NoSecretKey,
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
    RoleMisplaced(TeamRole),
    /// Nobody grants a permission that he lacks, or shows fields that he does not see.
    #[error("you lack {action} or a part of it")]
    PermissionTooWide {
        /// The place of the permission in the role.
        index: usize,
        /// What it allows.
        action: access::Action,
    },
    /// A role that somebody holds does not end.
    #[error("{holders} members, open invitations or keys hold this role")]
    RoleInUse {
        /// How many.
        holders: i64,
    },
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
            Self::WrongPassword | Self::WrongCode | Self::RoleMisplaced(_) => FaultKind::Invalid,
            Self::AlreadyBuyer
            | Self::AlreadyLinked
            | Self::IdentityTaken
            | Self::RoleInUse { .. }
            | Self::SecondFactorOn
            | Self::SecondFactorOff => FaultKind::Conflict,
            Self::BadCredentials
            | Self::SignInOver
            | Self::AttemptOver
            | Self::StateMismatch
            | Self::ProviderRefused(_)
            | Self::IdentityUnknown
            | Self::LinkFirst
            | Self::LastWayIn
            | Self::AddressNotAllowed
            | Self::StaffOnly
            | Self::TokenUnusable
            | Self::InvitationOfAnother
            | Self::NoSecretKey
            | Self::LastOfRole(_)
            | Self::PermissionTooWide { .. }
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
            Self::WrongCode => "WRONG_CODE",
            Self::SignInOver => "SIGN_IN_OVER",
            Self::AttemptOver => "ATTEMPT_OVER",
            Self::StateMismatch => "STATE_MISMATCH",
            Self::ProviderRefused(_) => "PROVIDER_REFUSED",
            Self::IdentityUnknown => "IDENTITY_UNKNOWN",
            Self::IdentityTaken => "IDENTITY_TAKEN",
            Self::AlreadyLinked => "ALREADY_LINKED",
            Self::LinkFirst => "LINK_FIRST",
            Self::LastWayIn => "LAST_WAY_IN",
            Self::AddressNotAllowed => "ADDRESS_NOT_ALLOWED",
            Self::StaffOnly => "STAFF_ONLY",
            Self::SecondFactorOn => "SECOND_FACTOR_ON",
            Self::SecondFactorOff => "SECOND_FACTOR_OFF",
            Self::NoSecretKey => "SECOND_FACTOR_UNAVAILABLE",
            Self::TokenUnusable => "TOKEN_UNUSABLE",
            Self::InvitationOfAnother => "INVITATION_OF_ANOTHER",
            Self::LastOfRole(_) => "LAST_OF_ROLE",
            Self::RoleTooWide(_) => "ROLE_TOO_WIDE",
            Self::RoleMisplaced(_) => "ROLE_MISPLACED",
            Self::PermissionTooWide { .. } => "PERMISSION_TOO_WIDE",
            Self::RoleInUse { .. } => "ROLE_IN_USE",
            Self::AlreadyBuyer => "ALREADY_BUYER",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::WrongPassword => Some("currentPassword".to_owned()),
            Self::WrongCode => Some("code".to_owned()),
            Self::SignInOver => Some("challenge".to_owned()),
            Self::AttemptOver => Some("attemptId".to_owned()),
            Self::StateMismatch => Some("state".to_owned()),
            Self::ProviderRefused(Refusal::Issuer) => Some("issuer".to_owned()),
            Self::ProviderRefused(_) => Some("code".to_owned()),
            Self::TokenUnusable => Some("token".to_owned()),
            Self::RoleTooWide(_) | Self::RoleMisplaced(TeamRole::BuiltIn(_)) => Some("role".to_owned()),
            Self::RoleMisplaced(TeamRole::Custom(_)) => Some("customRoleId".to_owned()),
            Self::PermissionTooWide { index, .. } => Some(format!("permissions.{index}")),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::PermissionTooWide { action, .. } => Some(json!({ "resource": action.resource, "verb": action.verb })),
            Self::ProviderRefused(refusal) => Some(json!({ "reason": refusal.as_str() })),
            Self::RoleInUse { holders } => Some(json!({ "holders": holders })),
            _ => None,
        }
    }
}
