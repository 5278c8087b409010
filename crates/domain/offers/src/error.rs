//! What can go wrong.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::{Value, json};

use crate::model::{OfferAction, OfferStatus};

/// A fault of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The faults that are the same everywhere.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The offer's status does not allow this.
    #[error("an offer that is {status} cannot be {wanted}")]
    InvalidTransition {
        /// The status it has.
        status: OfferStatus,
        /// What was asked for.
        wanted: OfferAction,
    },
    /// The offer has ended and does not change any more.
    #[error("the offer has ended")]
    Over,
    /// The merchant offers this variant in this condition already.
    #[error("the variant is offered in this condition already, as {sku}")]
    OfferedAlready {
        /// The SKU of the other offer.
        sku: String,
    },
    /// The SKU belongs to an offer of another variant or condition. End that offer first.
    #[error("the SKU belongs to an offer of another variant or condition")]
    VariantFixed,
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match db::violated(&error) {
            // Only reached when two commands make one offer at once; all other cases are found before the write.
            Some(db::error::Violation::Unique) => Self::Core(context::Error::Taken { field: "sku".to_owned() }),
            _ => Self::Core(error.into()),
        }
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
            Self::InvalidTransition { .. } | Self::Over | Self::VariantFixed => FaultKind::RuleBroken,
            Self::OfferedAlready { .. } => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::InvalidTransition { .. } => "INVALID_TRANSITION",
            Self::Over => "OFFER_ENDED",
            Self::OfferedAlready { .. } => "OFFERED_ALREADY",
            Self::VariantFixed => "VARIANT_FIXED",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::OfferedAlready { .. } => Some("variantId".to_owned()),
            Self::VariantFixed => Some("sku".to_owned()),
            Self::InvalidTransition { .. } | Self::Over => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::OfferedAlready { sku } => Some(json!({ "sku": sku })),
            Self::InvalidTransition { status, .. } => Some(json!({ "status": status })),
            Self::VariantFixed | Self::Over => None,
        }
    }
}

/// One row of a bulk command that was refused; the others were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Position of the row in the input, from zero.
    pub index: usize,
    /// Path of the field in API spelling, from the row on: `prices.0.amount`.
    pub field: Option<String>,
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl RowError {
    /// The row at `index` has this fault.
    pub fn of(index: usize, fault: &impl Fault) -> Self {
        Self { index, field: fault.field(), code: fault.code(), message: fault.to_string() }
    }
}
