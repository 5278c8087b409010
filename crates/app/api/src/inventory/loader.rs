//! One statement for the stock of all rows of a document.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use context::Ctx;
use kernel::id::{LocationId, StockItemId};

use crate::loader::{LoadError, OfRequest};

macro_rules! loaders {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, $query:path;)*) => {$(
        $(#[$doc])*
        pub struct $name(Ctx);

        impl OfRequest for $name {
            fn of(ctx: Ctx) -> Self {
                Self(ctx)
            }
        }

        impl Loader<$key> for $name {
            type Value = $value;
            type Error = LoadError;
            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, LoadError> {
                $query(&self.0, keys).await.map_err(LoadError::new)
            }
        }
    )*};
}

loaders! {
    /// Locations by id, within the caller's scope.
    LocationLoader: LocationId => inventory::Location, inventory::locations_by_ids;
    /// What active locations can sell of articles; public.
    AvailabilityLoader: StockItemId => Vec<inventory::LocationStock>, inventory::availability;
    /// All levels of articles, within the caller's scope.
    LevelsLoader: StockItemId => Vec<inventory::StockLevel>, inventory::levels_by_item_ids;
}
