//! One statement for the stock of all rows of a document.

use std::sync::Arc;

use kernel::id::{LocationId, StockItemId};

use crate::loader::loaders;

loaders! {
    /// Locations by id, within the caller's scope.
    LocationLoader: LocationId => inventory::Location, inventory::locations_by_ids;
    /// How many units of articles can be sold, of all locations together; public.
    AvailableLoader: StockItemId => i64, inventory::available;
    /// What active locations can sell of articles; public.
    AvailabilityLoader: StockItemId => Arc<[inventory::LocationStock]>, inventory::availability;
    /// All levels of articles, within the caller's scope.
    LevelsLoader: StockItemId => Vec<inventory::StockLevel>, inventory::levels_by_item_ids;
}
