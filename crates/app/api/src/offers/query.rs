//! Questions about offers.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};

use super::object::{Offer, OfferStatus};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which offers. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct OfferFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// Of this product.
    pub product_id: Option<ID>,
    /// Of this variant.
    pub variant_id: Option<ID>,
    /// With this SKU.
    pub sku: Option<String>,
    /// In this status.
    pub status: Option<OfferStatus>,
}

impl OfferFilter {
    fn read(self) -> Result<offers::OfferFilter, context::Error> {
        Ok(offers::OfferFilter {
            merchant_id: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            product_id: input::optional_id("filter.productId", self.product_id.as_ref())?,
            variant_id: input::optional_id("filter.variantId", self.variant_id.as_ref())?,
            sku: self.sku,
            status: self.status.map(Into::into),
        })
    }
}

/// Questions about offers.
#[derive(Default)]
pub struct OffersQuery;

#[Object]
impl OffersQuery {
    /// Offers within the caller's scope, the oldest first.
    async fn offers(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which offers; all when absent.")] filter: Option<OfferFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the offer before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, Offer>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, offers::offers(ctx(gql)?, &filter, &page).await)?, Offer::from))
    }

    /// One offer.
    async fn offer(&self, gql: &Context<'_>, #[graphql(desc = "The id of the offer.")] id: ID) -> Gql<Option<Offer>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, offers::offer(ctx(gql)?, id).await)?.map(Offer::from))
    }
}
