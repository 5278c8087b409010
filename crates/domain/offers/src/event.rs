//! Facts of this crate.

use kernel::id::{OfferId, ProductId};
use outbox::Event;
use serde::{Deserialize, Serialize};

/// Offers were made, changed, paused, resumed or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferChanged {
    /// The offers, each once.
    pub offers: Vec<OfferId>,
    /// Their products, each once, sorted.
    pub products: Vec<ProductId>,
}

impl Event for OfferChanged {
    const KIND: &'static str = "offer_changed.v1";
    fn subject(&self) -> String {
        self.offers.first().map(ToString::to_string).unwrap_or_default()
    }
}
