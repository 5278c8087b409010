//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;

/// A fault of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The faults that are the same everywhere.
    #[error(transparent)]
    Core(#[from] context::Error),
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
        let Self::Core(core) = self;
        core.kind()
    }
    fn code(&self) -> &'static str {
        let Self::Core(core) = self;
        core.code()
    }
    fn field(&self) -> Option<String> {
        let Self::Core(core) = self;
        core.field()
    }
    fn details(&self) -> Option<serde_json::Value> {
        let Self::Core(core) = self;
        core.details()
    }
}
