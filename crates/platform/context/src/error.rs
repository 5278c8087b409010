//! What every command and query can fail with.

use access::Denied;
use kernel::{Fault, FaultKind, Invalid, MoneyError};
use sea_orm::DbErr;

/// The faults that are the same in every domain. Domain errors carry it as their `Core` variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input field is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no such thing in the scope of the caller.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody else changed the thing since the caller read it.
    #[error("the {0} was changed meanwhile; read it again")]
    Stale(&'static str),
    /// The idempotency key was used with other input.
    #[error("this idempotency key was used with other input")]
    KeyReused,
    /// Something with this value exists.
    #[error("{field} is taken")]
    Taken {
        /// The input field.
        field: String,
    },
    /// Too many tries.
    #[error("too many tries; wait {retry_after_seconds} seconds")]
    RateLimited {
        /// Seconds until the next try is accepted.
        retry_after_seconds: i64,
    },
    /// The command is sensitive, and nobody gave a password or a code lately.
    #[error("show once more who you are, by `reauthenticate`")]
    ReauthenticationRequired {
        /// For so many minutes it counts then.
        minutes: i64,
        /// Whether a person asks; a program cannot show who it is.
        person: bool,
    },
    /// Something outside does not answer.
    #[error("{0} does not answer")]
    Unavailable(&'static str),
    /// The database failed. The text never leaves the process.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A surprise. The text never leaves the process.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// A surprise, described for the log.
    pub fn internal(text: impl std::fmt::Display) -> Self {
        Self::Internal(text.to_string())
    }

    /// Whether trying the whole command again may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database(error) if db::is_transient(error))
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::Invalid(Invalid::new("amount", "OUT_OF_RANGE", error.to_string()))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON: {error}"))
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid(_) => FaultKind::Invalid,
            Self::NotFound(_) => FaultKind::NotFound,
            Self::Denied(Denied::SignInFirst) => FaultKind::Unauthenticated,
            Self::Denied(Denied::Lacking(_)) => FaultKind::Forbidden,
            Self::Stale(_) | Self::KeyReused | Self::Taken { .. } => FaultKind::Conflict,
            Self::ReauthenticationRequired { .. } => FaultKind::RuleBroken,
            Self::RateLimited { .. } => FaultKind::RateLimited,
            Self::Unavailable(_) => FaultKind::Unavailable,
            Self::Database(_) | Self::Internal(_) => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::NotFound(_) => "NOT_FOUND",
            Self::Denied(Denied::SignInFirst) => "UNAUTHENTICATED",
            Self::Denied(Denied::Lacking(_)) => "FORBIDDEN",
            Self::Stale(_) => "STALE_VERSION",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::Taken { .. } => "TAKEN",
            Self::ReauthenticationRequired { .. } => "REAUTHENTICATION_REQUIRED",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Database(_) | Self::Internal(_) => "INTERNAL",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid(invalid) => Some(invalid.field.clone()),
            Self::Taken { field } => Some(field.clone()),
            Self::Stale(_) => Some("expectedVersion".to_owned()),
            Self::KeyReused => Some("idempotencyKey".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::RateLimited { retry_after_seconds } => {
                Some(serde_json::json!({ "retryAfterSeconds": retry_after_seconds }))
            }
            Self::ReauthenticationRequired { minutes, person } => {
                let ways: &[&str] = if *person { &["password", "code", "recoveryCode"] } else { &[] };
                let mutation = person.then_some("reauthenticate");
                Some(serde_json::json!({ "mutation": mutation, "ways": ways, "goodForMinutes": minutes }))
            }
            _ => None,
        }
    }
}
