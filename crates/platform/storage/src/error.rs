//! What can go wrong with storage.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use kernel::{Fault, FaultKind};

/// What can go wrong with storage.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("there is no object {key:?}")]
    NotFound {
        /// The key that was asked for; the bucket's name when the bucket is missing.
        key: String,
    },
    /// The storage does not answer, or says that it cannot now. Trying again later may work.
    #[error("the object storage does not answer: {reason}")]
    Unavailable {
        /// For the log; never for clients.
        reason: String,
    },
    /// The request cannot work as it is: wrong keys, no rights, a malformed object key.
    #[error("the object storage refused: {reason}")]
    Internal {
        /// For the log; never for clients.
        reason: String,
    },
}

impl Fault for StorageError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound { .. } => FaultKind::NotFound,
            Self::Unavailable { .. } => FaultKind::Unavailable,
            Self::Internal { .. } => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "OBJECT_NOT_FOUND",
            Self::Unavailable { .. } => "STORAGE_UNAVAILABLE",
            Self::Internal { .. } => "STORAGE_FAILED",
        }
    }
}

impl StorageError {
    pub(crate) fn internal(reason: impl std::fmt::Display) -> Self {
        Self::Internal { reason: reason.to_string() }
    }

    /// Sorts a failed call about `key` by what a caller can do about it.
    pub(crate) fn of<E>(key: &str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|r| r.status().as_u16());
        // A bucket that is missing is a wrong set-up, not a missing object.
        let no_bucket = error.code() == Some("NoSuchBucket");
        let reason = DisplayErrorContext(&error).to_string();
        match status {
            Some(404) if !no_bucket => Self::NotFound { key: key.to_owned() },
            // No answer at all, too many requests, or a server in trouble.
            None if !matches!(error, SdkError::ConstructionFailure(_)) => Self::Unavailable { reason },
            Some(429 | 500..=599) => Self::Unavailable { reason },
            _ => Self::Internal { reason },
        }
    }
}
