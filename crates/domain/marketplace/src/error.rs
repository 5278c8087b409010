//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;

use crate::model::task::{TaskAction, TaskState};

/// A fault of the marketplace.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The faults that are the same everywhere.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The default commission rule holds everywhere and for ever.
    #[error("the default commission rule holds everywhere and for ever; make another rule instead")]
    DefaultRuleFixed,
    /// There is no key to seal secrets with.
    #[error("the installation has no key to keep secrets of webhooks with; see security.secret_keys")]
    NoSecretKey,
    /// Nothing is sent to the endpoint.
    #[error("the endpoint is disabled; switch it on first")]
    EndpointDisabled,
    /// This cannot be done to a task in its state.
    #[error("a task that is {} cannot be changed like this: {}", .state.as_str(), .action.as_str())]
    TaskState {
        /// What was to be done.
        action: TaskAction,
        /// How far the task is.
        state: TaskState,
    },
    /// The task has a successor.
    #[error("there is an open task of this kind for the same thing")]
    TaskOpenAlready,
    /// Nobody may opt out of the event.
    #[error("nobody can opt out of this: the law or the contract wants people to know")]
    NotOptional,
    /// Only what failed is sent again.
    #[error("only what failed can be sent again")]
    NotFailed,
    /// There are as many as there may be.
    #[error("there may be at most {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        max: u64,
    },
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
            Self::NoSecretKey => FaultKind::Unavailable,
            Self::DefaultRuleFixed
            | Self::TooMany { .. }
            | Self::EndpointDisabled
            | Self::TaskState { .. }
            | Self::TaskOpenAlready
            | Self::NotOptional
            | Self::NotFailed => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(error) => error.code(),
            Self::DefaultRuleFixed => "DEFAULT_RULE_FIXED",
            Self::NoSecretKey => "NO_SECRET_KEY",
            Self::EndpointDisabled => "ENDPOINT_DISABLED",
            Self::TaskState { .. } => "TASK_STATE",
            Self::TaskOpenAlready => "TASK_OPEN_ALREADY",
            Self::NotOptional => "NOT_OPTIONAL",
            Self::NotFailed => "NOT_FAILED",
            Self::TooMany { .. } => "TOO_MANY",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(error) => error.field(),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::Core(error) => error.details(),
            Self::TooMany { max, .. } => Some(serde_json::json!({ "max": max })),
            Self::TaskState { state, .. } => Some(serde_json::json!({ "state": state })),
            Self::DefaultRuleFixed
            | Self::NoSecretKey
            | Self::EndpointDisabled
            | Self::TaskOpenAlready
            | Self::NotOptional
            | Self::NotFailed => None,
        }
    }
}
