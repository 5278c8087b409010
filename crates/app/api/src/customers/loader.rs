//! Batches of buyers and addresses.

use std::collections::HashMap;

use context::Ctx;
use kernel::id::CustomerId;

use crate::loader::{LoadError, Loader, OfRequest};

/// Buyers by id.
pub struct CustomerLoader(Ctx);

impl OfRequest for CustomerLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CustomerId> for CustomerLoader {
    type Value = customers::Customer;

    async fn load(&self, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Self::Value>, LoadError> {
        customers::by_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Addresses of buyers.
pub struct AddressesLoader(Ctx);

impl OfRequest for AddressesLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CustomerId> for AddressesLoader {
    type Value = Vec<customers::Address>;

    async fn load(&self, keys: &[CustomerId]) -> Result<HashMap<CustomerId, Self::Value>, LoadError> {
        customers::addresses_by_customers(&self.0, keys).await.map_err(LoadError::new)
    }
}
