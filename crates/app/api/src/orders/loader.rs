//! Merchant orders with everything in them, in eight statements for all rows of a document.

use std::collections::HashMap;
use std::sync::Arc;

use context::Ctx;
use kernel::id::{MerchantOrderId, OrderId};
use orders::query::{PartDetail, ReturnDetail};

use crate::loader::{LoadError, Loader, OfRequest};

/// The parts of orders, for the operator and their buyers.
pub struct PartsLoader(Ctx);

impl OfRequest for PartsLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OrderId> for PartsLoader {
    type Value = Vec<Arc<PartDetail>>;

    async fn load(&self, keys: &[OrderId]) -> Result<HashMap<OrderId, Self::Value>, LoadError> {
        let found = orders::query::parts_by_orders(&self.0, keys).await.map_err(LoadError::new)?;
        Ok(found.into_iter().map(|(id, parts)| (id, parts.into_iter().map(Arc::new).collect())).collect())
    }
}

/// Merchant orders by id, for the operator and their merchants.
pub struct DetailLoader(Ctx);

impl OfRequest for DetailLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantOrderId> for DetailLoader {
    type Value = Arc<PartDetail>;

    async fn load(&self, keys: &[MerchantOrderId]) -> Result<HashMap<MerchantOrderId, Self::Value>, LoadError> {
        let found = orders::query::details_by_merchant_orders(&self.0, keys).await.map_err(LoadError::new)?;
        Ok(found.into_iter().map(|(id, part)| (id, Arc::new(part))).collect())
    }
}

/// What buyers send back, by merchant order.
pub struct ReturnsLoader(Ctx);

impl OfRequest for ReturnsLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantOrderId> for ReturnsLoader {
    type Value = Arc<Vec<ReturnDetail>>;

    async fn load(&self, keys: &[MerchantOrderId]) -> Result<HashMap<MerchantOrderId, Self::Value>, LoadError> {
        let found = orders::query::returns_by_parts(&self.0, keys).await.map_err(LoadError::new)?;
        Ok(found.into_iter().map(|(id, returns)| (id, Arc::new(returns))).collect())
    }
}

/// What went wrong, by merchant order.
pub struct IncidentsLoader(Ctx);

impl OfRequest for IncidentsLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantOrderId> for IncidentsLoader {
    type Value = Vec<orders::Incident>;

    async fn load(&self, keys: &[MerchantOrderId]) -> Result<HashMap<MerchantOrderId, Self::Value>, LoadError> {
        orders::query::incidents_by_parts(&self.0, keys).await.map_err(LoadError::new)
    }
}
