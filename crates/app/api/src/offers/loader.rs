//! One statement for the offers of all rows of a document.

use std::collections::HashMap;
use std::sync::Arc;

use context::Ctx;
use kernel::Currency;
use kernel::id::{ChannelId, OfferId, VariantId};

use crate::loader::{LoadError, Loader, OfRequest};

/// Offers by id, within the caller's scope.
pub struct OfferLoader(Ctx);

impl OfRequest for OfferLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<OfferId> for OfferLoader {
    type Value = offers::Offer;
    async fn load(&self, keys: &[OfferId]) -> Result<HashMap<OfferId, offers::Offer>, LoadError> {
        offers::by_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// The offers of variants that are not ended, within the caller's scope.
pub struct OffersOfVariantLoader(Ctx);

impl OfRequest for OffersOfVariantLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<VariantId> for OffersOfVariantLoader {
    type Value = Vec<offers::Offer>;
    async fn load(&self, keys: &[VariantId]) -> Result<HashMap<VariantId, Vec<offers::Offer>>, LoadError> {
        offers::merchant_offers_by_variant_ids(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// A variant in a channel and currency.
pub type SaleKey = (ChannelId, Currency, VariantId);

/// What buyers can see of the offers of variants; two statements for each channel and currency of the document.
pub struct SaleLoader(Ctx);

impl OfRequest for SaleLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<SaleKey> for SaleLoader {
    type Value = Arc<[offers::OfferForSale]>;
    async fn load(&self, keys: &[SaleKey]) -> Result<HashMap<SaleKey, Arc<[offers::OfferForSale]>>, LoadError> {
        let mut wanted: HashMap<(ChannelId, Currency), Vec<VariantId>> = HashMap::new();
        for (channel, currency, variant) in keys {
            wanted.entry((*channel, *currency)).or_default().push(*variant);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((channel, currency), variants) in wanted {
            let of_variants =
                offers::by_variant_ids(&self.0, &variants, channel, currency).await.map_err(LoadError::new)?;
            found
                .extend(of_variants.into_iter().map(|(variant, offers)| ((channel, currency, variant), offers.into())));
        }
        Ok(found)
    }
}
