//! Questions of storefronts.

use analytics::storefront::{self, Listed};
use async_graphql::connection::Connection;
use async_graphql::{Context, Object};
use kernel::Invalid;

use super::ahead;
use super::input::{StorefrontFilter, StorefrontSort};
use super::object::{Place, StorefrontProduct};
use crate::catalog::Product;
use crate::error::{Gql, answer, ctx};
use crate::page::{connection, page_args};
use crate::scalar::Currency;

/// Questions of storefronts.
#[derive(Default)]
pub struct StorefrontQuery;

#[Object]
impl StorefrontQuery {
    /// The products of which something can be bought in a channel and currency. For everybody.
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn storefront_products(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The code of the channel.")] channel: String,
        #[graphql(desc = "The currency of the prices; the channel's own when absent.")] currency: Option<Currency>,
        #[graphql(desc = "Which products; all when absent.")] filter: Option<StorefrontFilter>,
        #[graphql(desc = "The order; the newest first when absent.")] sort_by: Option<StorefrontSort>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the product before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, StorefrontProduct>> {
        let place = place(gql, &channel, currency).await?;
        let sort = sort_by.map(Into::into).unwrap_or_default();
        let query = answer(gql, filter.unwrap_or_default().read(place.channel, place.currency, sort))?;
        let page = answer(gql, page_args(first, after))?;
        let found = answer(gql, storefront::list(ctx(gql)?, &query, &page).await)?;
        let products: Vec<_> = found.items.iter().map(|(_, listed)| listed.product_id).collect();
        ahead::load(gql, place, &products).await?;
        Ok(connection(found, |listed| product(place, listed)))
    }

    /// The product with this slug, when it is published in the channel. For everybody.
    async fn storefront_product(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The part of the storefront's address.")] slug: String,
        #[graphql(desc = "The code of the channel.")] channel: String,
        #[graphql(desc = "The currency of the prices; the channel's own when absent.")] currency: Option<Currency>,
    ) -> Gql<Option<StorefrontProduct>> {
        let place = place(gql, &channel, currency).await?;
        let ctx = ctx(gql)?;
        let found = answer(gql, catalog::query::storefront::by_slug(ctx, &slug, place.channel).await)?;
        let Some(found) = found else { return Ok(None) };
        let listed = storefront::listed(ctx, place.channel, place.currency, found.id).await;
        let listed = answer(gql, listed)?;
        Ok(Some(StorefrontProduct {
            place,
            id: found.id,
            price_minor: listed.as_ref().map(|listed| listed.price_minor),
            available: listed.is_some_and(|listed| listed.available),
            known: Some(Product::from(found)),
        }))
    }
}

fn product(place: Place, listed: Listed) -> StorefrontProduct {
    let (price_minor, available) = (Some(listed.price_minor), listed.available);
    StorefrontProduct { place, id: listed.product_id, known: None, price_minor, available }
}

/// The active channel of this code and the currency to show prices in.
async fn place(gql: &Context<'_>, code: &str, currency: Option<Currency>) -> Gql<Place> {
    let market = answer(gql, marketplace::snapshot(ctx(gql)?).await)?;
    let found = market.channel_by_code(code).filter(|channel| channel.active);
    let unknown = || context::Error::from(Invalid::new("channel", "UNKNOWN_CHANNEL", "there is no such channel"));
    let channel = answer(gql, found.ok_or_else(unknown))?;
    let currency = currency.map_or(channel.default_currency, |currency| currency.0);
    let sold = || context::Error::from(Invalid::new("currency", "NOT_IN_CHANNEL", "the channel does not sell in it"));
    answer(gql, channel.currencies.contains(&currency).then_some(()).ok_or_else(sold))?;
    Ok(Place { channel: channel.id, currency })
}
