//! One statement for the stock of all rows of a document.

use std::collections::HashMap;
use std::hash::Hash;

use async_graphql::dataloader::Loader;
use context::Ctx;
use kernel::id::{LocationId, StockItemId};

use crate::loader::{LoadError, OfRequest};

/// What does not exist stays unknown.
fn as_found<K, V>(found: HashMap<K, V>, _: &[K]) -> HashMap<K, V> {
    found
}

/// Articles without stock get an empty list: only what is in the answer is remembered for the rest of the document.
pub(crate) fn with_empty<K: Copy + Eq + Hash, V>(mut found: HashMap<K, Vec<V>>, keys: &[K]) -> HashMap<K, Vec<V>> {
    for key in keys {
        found.entry(*key).or_default();
    }
    found
}

macro_rules! loaders {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty, $query:path, $complete:path;)*) => {$(
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
                let found = $query(&self.0, keys).await.map_err(LoadError::new)?;
                Ok($complete(found, keys))
            }
        }
    )*};
}

loaders! {
    /// Locations by id, within the caller's scope.
    LocationLoader: LocationId => inventory::Location, inventory::locations_by_ids, as_found;
    /// What active locations can sell of articles; public.
    AvailabilityLoader: StockItemId => Vec<inventory::LocationStock>, inventory::availability, with_empty;
    /// All levels of articles, within the caller's scope.
    LevelsLoader: StockItemId => Vec<inventory::StockLevel>, inventory::levels_by_item_ids, with_empty;
}
