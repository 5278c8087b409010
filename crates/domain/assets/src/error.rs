//! What can go wrong with assets.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::Value;
use storage::StorageError;

/// A fault of an asset command or query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The same in every domain.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The object storage failed.
    #[error(transparent)]
    Storage(StorageError),
    /// The bytes have not arrived; send them and confirm again.
    #[error("nothing was uploaded yet")]
    NotUploaded,
    /// The upload was not finished in time.
    #[error("the upload expired; ask for a new one")]
    Expired,
    /// Too many uploads wait for their bytes.
    #[error("too many uploads are not finished; at most {max}")]
    TooManyPending {
        /// The most.
        max: u64,
    },
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Core(error.into())
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Core(invalid.into())
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            // A key that the program made and that is not there is its own surprise, never the caller's.
            Self::Storage(StorageError::NotFound { .. }) => FaultKind::Internal,
            Self::Storage(storage) => storage.kind(),
            Self::NotUploaded | Self::Expired | Self::TooManyPending { .. } => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::Storage(storage) => storage.code(),
            Self::NotUploaded => "NOT_UPLOADED",
            Self::Expired => "UPLOAD_EXPIRED",
            Self::TooManyPending { .. } => "TOO_MANY_PENDING",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
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
