//! What billing can refuse.

use context::Error as CoreError;
use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::{Value, json};

use crate::model::Unbalanced;

/// A fault of a billing command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A fault that is the same in every domain.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// An account would fall below what it may hold. Often the money is still on its way: try again later.
    #[error("{path} would fall to {balance_minor}, below {floor_minor}")]
    FloorBroken {
        /// The account.
        path: String,
        /// What it would hold.
        balance_minor: i64,
        /// What it must hold.
        floor_minor: i64,
    },
    /// The idempotency key was used for something else.
    #[error("{key} was posted with other content")]
    KeyMismatch {
        /// The key.
        key: String,
    },
    /// The transaction was reversed before.
    #[error("the transaction is reversed already")]
    AlreadyReversed,
    /// A reversal cannot be reversed; post it anew.
    #[error("a reversal cannot be reversed")]
    ReversalOfReversal,
    /// Whoever asked for it may not approve it.
    #[error("another person has to approve this")]
    FourEyes,
    /// More would be given up than is owed.
    #[error("only {owed_minor} minor units are owed")]
    ExceedsDebt {
        /// What is owed.
        owed_minor: i64,
    },
    /// The thing is not in the state for this.
    #[error("{0}")]
    NotPossible(&'static str),
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

impl From<Unbalanced> for Error {
    fn from(error: Unbalanced) -> Self {
        Self::Core(CoreError::internal(error))
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::KeyMismatch { .. } => FaultKind::Conflict,
            Self::FloorBroken { .. }
            | Self::AlreadyReversed
            | Self::ReversalOfReversal
            | Self::FourEyes
            | Self::ExceedsDebt { .. }
            | Self::NotPossible(_) => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::FloorBroken { .. } => "BALANCE_TOO_LOW",
            Self::KeyMismatch { .. } => "IDEMPOTENCY_KEY_REUSED",
            Self::AlreadyReversed => "ALREADY_REVERSED",
            Self::ReversalOfReversal => "REVERSAL_OF_REVERSAL",
            Self::FourEyes => "FOUR_EYES",
            Self::ExceedsDebt { .. } => "EXCEEDS_DEBT",
            Self::NotPossible(_) => "NOT_POSSIBLE",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::ExceedsDebt { .. } => Some("amount".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::FloorBroken { path, balance_minor, floor_minor } => {
                Some(json!({ "account": path, "balanceMinor": balance_minor, "floorMinor": floor_minor }))
            }
            Self::ExceedsDebt { owed_minor } => Some(json!({ "owedMinor": owed_minor })),
            _ => None,
        }
    }
}
