//! One statement for all rows of a document.

use std::collections::HashMap;

use context::Ctx;
use kernel::id::{MerchantId, PayoutRunId};

use crate::loader::{LoadError, Loader, OfRequest};

/// The balances of merchants, within the caller's scope.
pub struct BalancesOfMerchantLoader(Ctx);

impl OfRequest for BalancesOfMerchantLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantId> for BalancesOfMerchantLoader {
    type Value = Vec<billing::MerchantBalance>;
    async fn load(&self, keys: &[MerchantId]) -> Result<HashMap<MerchantId, Vec<billing::MerchantBalance>>, LoadError> {
        billing::query::balances_by_merchants(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Payout runs by id; for the operator.
pub struct PayoutRunLoader(Ctx);

impl OfRequest for PayoutRunLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<PayoutRunId> for PayoutRunLoader {
    type Value = billing::PayoutRun;
    async fn load(&self, keys: &[PayoutRunId]) -> Result<HashMap<PayoutRunId, billing::PayoutRun>, LoadError> {
        billing::query::runs_by_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}
