//! One statement for the stock of all rows of a document.

use kernel::id::{LocationId, StockItemId};

use crate::loader::{as_found, loaders, with_empty};

loaders! {
    /// Locations by id, within the caller's scope.
    LocationLoader: LocationId => inventory::Location, inventory::locations_by_ids, as_found;
    /// What active locations can sell of articles; public.
    AvailabilityLoader: StockItemId => Vec<inventory::LocationStock>, inventory::availability, with_empty;
    /// All levels of articles, within the caller's scope.
    LevelsLoader: StockItemId => Vec<inventory::StockLevel>, inventory::levels_by_item_ids, with_empty;
}
