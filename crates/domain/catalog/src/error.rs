//! What can go wrong in the catalog.

use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::Value;

use crate::model::{ProductAction, ProductStatus};

/// A fault of a catalog command or query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The same in every domain.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// The state of the product forbids the action.
    #[error("a product that is {} cannot be {}", .status.words(), .action.participle())]
    WrongStatus {
        /// What was tried.
        action: ProductAction,
        /// The state the product is in.
        status: ProductStatus,
    },
    /// The product lacks what a buyer needs to see.
    #[error("the product is not complete: {missing}")]
    Incomplete {
        /// What is missing, in words.
        missing: &'static str,
    },
    /// A published product carries this trade item number.
    #[error("another published product carries the trade item number {gtin}")]
    GtinTaken {
        /// The number.
        gtin: String,
    },
    /// A category cannot stand below itself.
    #[error("a category cannot stand below itself")]
    CategoryCycle,
    /// The category has children or products.
    #[error("the category is in use")]
    CategoryInUse,
    /// A change of the attribute would make stored values invalid.
    #[error("stored values use what the change would take away")]
    AttributeInUse,
    /// A product shows the asset.
    #[error("a product shows the asset")]
    AssetInUse,
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

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::GtinTaken { .. } => FaultKind::Conflict,
            _ => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::WrongStatus { .. } => "PRODUCT_STATUS",
            Self::Incomplete { .. } => "PRODUCT_INCOMPLETE",
            Self::GtinTaken { .. } => "GTIN_TAKEN",
            Self::CategoryCycle => "CATEGORY_CYCLE",
            Self::CategoryInUse => "CATEGORY_IN_USE",
            Self::AttributeInUse => "ATTRIBUTE_IN_USE",
            Self::AssetInUse => "ASSET_IN_USE",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(core) => core.field(),
            Self::GtinTaken { .. } => Some("gtin".to_owned()),
            Self::CategoryCycle => Some("parentId".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(core) => core.details(),
            Self::WrongStatus { status, .. } => Some(serde_json::json!({ "status": status })),
            _ => None,
        }
    }
}
