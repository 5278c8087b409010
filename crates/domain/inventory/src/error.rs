//! What can go wrong.

use kernel::id::{LocationId, OrderLineId, StockItemId};
use kernel::{Fault, FaultKind, Invalid};
use sea_orm::DbErr;
use serde_json::{Value, json};

/// An article of which a location has too little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// The article.
    pub stock_item_id: StockItemId,
    /// Its SKU; empty when the location never had any.
    pub sku: String,
    /// The location.
    pub location_id: LocationId,
    /// The order lines that want it, sorted.
    pub order_line_ids: Vec<OrderLineId>,
    /// Units wanted by all of them together.
    pub wanted: i64,
    /// Units that could be promised.
    pub available: i64,
}

/// A fault of this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The faults that are the same everywhere.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// Not everything wanted is there. Nothing was reserved.
    #[error("not enough in stock")]
    OutOfStock {
        /// Every article that is short, with what is left.
        short: Vec<Short>,
    },
    /// More units are released or shipped than are reserved for the line at the location. Nothing was changed.
    #[error("only {open} units are reserved, not {wanted}")]
    NotReserved {
        /// The order line.
        order_line_id: OrderLineId,
        /// The location.
        location_id: LocationId,
        /// Units asked for.
        wanted: i64,
        /// Units still reserved.
        open: i64,
    },
    /// A count or adjustment would leave fewer units than are promised to orders.
    #[error("{reserved} units are promised to orders; {wanted} would remain")]
    BelowReserved {
        /// The SKU.
        sku: String,
        /// Units promised.
        reserved: i64,
        /// Units that would remain; may be negative.
        wanted: i64,
    },
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

impl Error {
    /// Whether trying the whole command again may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Core(core) if core.is_transient())
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(core) => core.kind(),
            Self::OutOfStock { .. } | Self::NotReserved { .. } | Self::BelowReserved { .. } => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(core) => core.code(),
            Self::OutOfStock { .. } => "OUT_OF_STOCK",
            Self::NotReserved { .. } => "NOT_RESERVED",
            Self::BelowReserved { .. } => "BELOW_RESERVED",
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
            Self::OutOfStock { short } => {
                let short: Vec<Value> = short
                    .iter()
                    .map(|s| {
                        json!({
                            "stockItemId": s.stock_item_id, "sku": s.sku, "locationId": s.location_id,
                            "orderLineIds": s.order_line_ids, "wanted": s.wanted, "available": s.available,
                        })
                    })
                    .collect();
                Some(json!({ "short": short }))
            }
            Self::NotReserved { order_line_id, location_id, wanted, open } => Some(json!({
                "orderLineId": order_line_id, "locationId": location_id, "wanted": wanted, "reserved": open,
            })),
            Self::BelowReserved { sku, reserved, wanted } => {
                Some(json!({ "sku": sku, "reserved": reserved, "wanted": wanted }))
            }
        }
    }
}
