//! Merchants in batches.

use std::collections::HashMap;
use std::sync::Arc;

use context::Ctx;
use kernel::id::MerchantId;

use super::counterparty::MerchantCounterparty;
use super::object::{Merchant, MerchantCard};
use crate::loader::{LoadError, Loader, OfRequest};

/// The public cards of merchants.
pub struct MerchantCardLoader(Ctx);

impl OfRequest for MerchantCardLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantId> for MerchantCardLoader {
    type Value = Arc<MerchantCard>;

    async fn load(&self, ids: &[MerchantId]) -> Result<HashMap<MerchantId, Arc<MerchantCard>>, LoadError> {
        let cards = merchants::cards_by_ids(&self.0, ids).await.map_err(LoadError::new)?;
        Ok(cards.into_iter().map(|(id, card)| (id, Arc::new(card.into()))).collect())
    }
}

/// Merchants within the caller's reach.
pub struct MerchantLoader(Ctx);

impl OfRequest for MerchantLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantId> for MerchantLoader {
    type Value = Merchant;

    async fn load(&self, ids: &[MerchantId]) -> Result<HashMap<MerchantId, Merchant>, LoadError> {
        let found = merchants::by_ids(&self.0, ids).await.map_err(LoadError::new)?;
        Ok(found.into_iter().map(|(id, merchant)| (id, merchant.into())).collect())
    }
}

/// What is known of merchants beside their seat.
pub struct CounterpartyLoader(Ctx);

impl OfRequest for CounterpartyLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<MerchantId> for CounterpartyLoader {
    type Value = MerchantCounterparty;

    async fn load(&self, ids: &[MerchantId]) -> Result<HashMap<MerchantId, MerchantCounterparty>, LoadError> {
        let found = merchants::counterparties(&self.0, ids).await.map_err(LoadError::new)?;
        Ok(found.into_iter().map(|(id, of)| (id, of.into())).collect())
    }
}
