//! Products as buyers see them.

use async_graphql::{Context, ID, Object};
use kernel::Currency;
use kernel::id::{ChannelId, ProductId};

use crate::catalog::{Product, ProductLoader, Variant, VariantsLoader};
use crate::error::Gql;
use crate::loader::load;
use crate::offers::{BestOffer, SaleOffer, best_offer, sale_offers};
use crate::scalar::Money;

/// Where a buyer looks: the channel and the currency of the prices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) channel: ChannelId,
    pub(super) currency: Currency,
}

/// A product in a channel and currency.
#[derive(Debug, Clone)]
pub struct StorefrontProduct {
    pub(super) place: Place,
    pub(super) id: ProductId,
    pub(super) known: Option<Product>,
    pub(super) price_minor: Option<i64>,
    pub(super) available: bool,
}

/// A product in a channel and currency.
#[Object]
impl StorefrontProduct {
    /// The id of the product.
    fn id(&self) -> ID {
        self.id.to_string().into()
    }
    /// What the catalog says of it: title, description, images, categories, values.
    async fn product(&self, gql: &Context<'_>) -> Gql<Option<Product>> {
        if let Some(known) = &self.known {
            return Ok(Some(known.clone()));
        }
        Ok(load::<ProductLoader, _>(gql, self.id).await?.map(Product))
    }
    /// The lowest price of what is in stock, or of all when nothing is; `null` when nothing can be bought in the currency.
    fn price_from(&self) -> Option<Money> {
        self.price_minor.map(|minor| Money::minor(minor, self.place.currency))
    }
    /// Whether something of it is in stock.
    fn available(&self) -> bool {
        self.available
    }
    /// The variants in their order; at most `first` of them (up to 250).
    async fn variants(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many; all of them without it.")] first: Option<i32>,
    ) -> Gql<Vec<StorefrontVariant>> {
        let most = first.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
        let found = load::<VariantsLoader, _>(gql, self.id).await?.unwrap_or_default();
        let place = self.place;
        Ok(found
            .iter()
            .take(most)
            .cloned()
            .map(|variant| StorefrontVariant { place, variant: Variant(variant) })
            .collect())
    }
}

/// A variant in a channel and currency.
#[derive(Debug, Clone)]
pub struct StorefrontVariant {
    place: Place,
    variant: Variant,
}

/// A variant in a channel and currency.
#[Object]
impl StorefrontVariant {
    /// The id of the variant.
    fn id(&self) -> ID {
        self.variant.0.id.to_string().into()
    }
    /// What the catalog says of it: title, options, values, weight.
    fn variant(&self) -> &Variant {
        &self.variant
    }
    /// The offer to show first and why; `null` when nobody sells it here.
    async fn best_offer(&self, gql: &Context<'_>) -> Gql<Option<BestOffer>> {
        best_offer(gql, self.place.channel, self.place.currency, self.variant.0.id).await
    }
    /// All offers that can be bought, the oldest first. All of them: a merchant has at most one for each condition.
    async fn offers(&self, gql: &Context<'_>) -> Gql<Vec<SaleOffer>> {
        sale_offers(gql, self.place.channel, self.place.currency, self.variant.0.id).await
    }
}
