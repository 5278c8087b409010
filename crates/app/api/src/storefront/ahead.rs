//! Loads what the products of a page consist of before their resolvers ask one by one.
//!
//! Each wait of a resolver for a batch makes the library walk through all of the document that is still open. A page of
//! twenty products has a dozen batches and over a thousand fields; when the batches are there first, it is walked once.

use async_graphql::{Context, Lookahead};
use futures::future::{try_join, try_join3};
use kernel::id::{MerchantId, ProductId, StockItemId};

use super::object::Place;
use crate::catalog::{ImagesLoader, ProductLoader, VariantsLoader};
use crate::error::Gql;
use crate::loader::load_many;
use crate::merchants::MerchantCardLoader;
use crate::offers::{SaleLoader, available_units};

/// What the document asks of each product of a connection.
struct Asked<'a>(Vec<Lookahead<'a>>);

impl<'a> Asked<'a> {
    fn of_connection(gql: &'a Context<'a>) -> Self {
        let connection = gql.look_ahead();
        Self(vec![connection.field("edges").field("node"), connection.field("nodes")])
    }

    fn below(&self, field: &str) -> Self {
        Self(self.0.iter().map(|of| of.field(field)).collect())
    }

    fn any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.below(field).0.iter().any(Lookahead::exists))
    }
}

/// Fills the loaders of this request with what the document asks of these products. Only what it asks.
///
/// # Errors
/// The fault of a query, as a top-level error.
pub(super) async fn load(gql: &Context<'_>, place: Place, products: &[ProductId]) -> Gql<()> {
    let asked = Asked::of_connection(gql);
    let of_products = |wanted: bool| if wanted { products.to_vec() } else { Vec::new() };
    try_join3(
        load_many::<ProductLoader, _>(gql, of_products(asked.any(&["product"]))),
        load_many::<ImagesLoader, _>(gql, of_products(asked.below("product").any(&["images"]))),
        variants(gql, place, &asked, of_products(asked.any(&["variants"]))),
    )
    .await?;
    Ok(())
}

/// The variants of products and, when they are asked for, their offers with stock and merchants.
async fn variants(gql: &Context<'_>, place: Place, asked: &Asked<'_>, products: Vec<ProductId>) -> Gql<()> {
    let found = load_many::<VariantsLoader, _>(gql, products).await?;
    let asked = asked.below("variants");
    if !asked.any(&["bestOffer", "offers"]) {
        return Ok(());
    }
    let sold = found
        .values()
        .flat_map(|variants| variants.iter())
        .map(|variant| (place.channel, place.currency, variant.id))
        .collect();
    let found = load_many::<SaleLoader, _>(gql, sold).await?;
    let best = asked.below("bestOffer");
    let shown = [best.below("offer"), best.below("others").below("offer"), asked.below("offers")];
    let stock = asked.any(&["bestOffer"]) || shown.iter().any(|offer| offer.any(&["available"]));
    let places = shown.iter().any(|offer| offer.any(&["availability"]));
    let merchant = shown.iter().any(|offer| offer.any(&["merchant"]));
    let offers = |wanted: bool| found.values().flat_map(|offers| offers.iter()).filter(move |_| wanted);
    let items: Vec<StockItemId> = offers(stock || places).map(|offer| offer.stock_item_id).collect();
    let merchants: Vec<MerchantId> = offers(merchant).map(|offer| offer.merchant_id).collect();
    try_join(available_units(gql, items, places), load_many::<MerchantCardLoader, _>(gql, merchants)).await?;
    Ok(())
}
