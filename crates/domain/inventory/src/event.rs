//! Facts of this crate.

use kernel::id::{LocationId, MerchantId, StockItemId};
use outbox::Event;
use serde::{Deserialize, Serialize};

/// Articles ran out, or can be sold again, at a location.
///
/// Not told for every unit that moves: who shows availability needs to know only when it turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockChanged {
    /// The articles, each once, sorted.
    pub stock_items: Vec<StockItemId>,
}

impl Event for StockChanged {
    const KIND: &'static str = "stock_changed.v1";
    fn subject(&self) -> String {
        self.stock_items.first().map(ToString::to_string).unwrap_or_default()
    }
}

/// A location was made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationChanged {
    /// The location.
    pub location: LocationId,
    /// Whose it is.
    pub merchant: MerchantId,
}

impl Event for LocationChanged {
    const KIND: &'static str = "location_changed.v1";
    fn subject(&self) -> String {
        self.location.to_string()
    }
}
