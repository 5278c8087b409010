//! What has to be there before anybody can buy: merchants, products, offers, stock.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use super::{Replay, short};
use crate::market::{NewMerchant, NewOffer, NewProduct, NewStock, NewVariant, each};
use crate::olist::{self, OfferKey};
use crate::{Error, Result, money};

impl Replay<'_> {
    /// A merchant for each seller; their ids by index of the seller.
    pub(super) async fn merchants(&mut self) -> Result<Vec<String>> {
        let since = Instant::now();
        let rows: Vec<_> = self
            .data
            .sellers
            .iter()
            .map(|seller| NewMerchant {
                name: format!("Loja {}", short(&seller.id)),
                legal_name: format!("Loja {} Ltda.", short(&seller.id)),
                city: if seller.city.is_empty() { "são paulo".to_owned() } else { seller.city.clone() },
                email: format!("loja-{}@example.com", short(&seller.id)),
            })
            .collect();
        let merchants = self.market.merchants(&rows).await?;
        self.phase("merchants", merchants.len(), since);
        Ok(merchants)
    }

    /// The operator's own products, published; the ids of their variants by index of product and price.
    pub(super) async fn products(&mut self) -> Result<Vec<Vec<String>>> {
        let since = Instant::now();
        let mut names: Vec<&str> = self.data.products.iter().map(|product| product.category.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let mut categories = HashMap::new();
        for name in names {
            categories.insert(name, self.market.category(&name.replace('_', " ")).await?);
        }
        self.phase("categories", categories.len(), since);
        let since = Instant::now();
        let rows: Vec<_> = self
            .data
            .products
            .iter()
            .map(|product| NewProduct {
                handle: format!("olist-{}", product.id),
                title: format!("{} {}", product.category.replace('_', " "), short(&product.id)),
                category_id: categories.get(product.category.as_str()).cloned(),
                images: Vec::new(),
                variants: product
                    .prices
                    .iter()
                    .map(|price| NewVariant {
                        sku: variant_sku(&product.id, *price),
                        option: money::text(*price, money::digits(olist::CURRENCY)),
                        weight_g: product.weight_g,
                    })
                    .collect(),
            })
            .collect();
        let made = self.market.products(None, &rows).await?;
        let ids: Vec<_> = made.iter().map(|product| product.id.clone()).collect();
        self.market.publish(&ids).await?;
        let mut variants = Vec::with_capacity(made.len());
        for (product, made) in self.data.products.iter().zip(made) {
            let by_sku: HashMap<_, _> = made.variants.into_iter().collect();
            let ids = product.prices.iter().map(|price| by_sku.get(&variant_sku(&product.id, *price)).cloned());
            let ids: Option<Vec<_>> = ids.collect();
            variants.push(ids.ok_or_else(|| Error::Unexpected(format!("a variant of {} is missing", product.id)))?);
        }
        self.phase("products", variants.len(), since);
        Ok(variants)
    }

    /// An offer with enough stock for each (seller, variant); ids by key.
    pub(super) async fn offers(
        &mut self,
        merchants: &[String],
        variants: &[Vec<String>],
    ) -> Result<HashMap<OfferKey, String>> {
        let since = Instant::now();
        let units = self.data.units();
        let mut of_seller: BTreeMap<usize, Vec<OfferKey>> = BTreeMap::new();
        for key in self.data.offers() {
            of_seller.entry(key.seller).or_default().push(key);
        }
        let (data, market, units) = (self.data, self.market, &units);
        let make = |(seller, keys): (usize, Vec<OfferKey>)| async move {
            let merchant = &merchants[seller];
            let location = market.location(merchant, "main").await?;
            let sku = |key: &OfferKey| {
                let product = &data.products[key.product];
                variant_sku(&product.id, product.prices[key.variant])
            };
            let offers: Vec<_> = keys
                .iter()
                .map(|key| NewOffer {
                    sku: sku(key),
                    variant_id: variants[key.product][key.variant].clone(),
                    price_minor: data.products[key.product].prices[key.variant],
                })
                .collect();
            let ids = market.offers(merchant, &offers).await?;
            let stock: Vec<_> = keys
                .iter()
                .map(|key| NewStock {
                    sku: sku(key),
                    location_id: location.clone(),
                    units: units.get(key).copied().unwrap_or(0),
                })
                .collect();
            market.stock(merchant, &stock).await?;
            Ok(keys.into_iter().zip(ids).collect::<Vec<_>>())
        };
        let (made, failures) = each(of_seller, self.options.concurrency, make).await;
        let offers: HashMap<_, _> = made.into_iter().flatten().collect();
        self.failed(failures);
        self.phase("offers, stock", offers.len(), since);
        Ok(offers)
    }
}

fn variant_sku(product: &str, price_minor: i64) -> String {
    format!("{}-{price_minor}", short(product))
}
