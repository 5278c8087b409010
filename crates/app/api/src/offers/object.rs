//! Offers as those who keep them see them.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use crate::error::Gql;
use crate::inventory::{LevelsLoader, StockLevel};
use crate::loader::load;
use crate::scalar::Money;

/// The condition of the goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "offers::Condition")]
pub enum OfferCondition {
    /// Never used.
    New,
    /// Used, checked and repaired.
    Refurbished,
    /// Used.
    Used,
}

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "offers::OfferStatus")]
pub enum OfferStatus {
    /// For sale, as far as the merchant, the product and the stock allow.
    Active,
    /// Not for sale for now.
    Paused,
    /// Over for good; the merchant may make a new offer.
    Ended,
}

/// What can be done to the status of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "offers::OfferAction")]
pub enum OfferAction {
    /// Takes it from sale for now.
    Pause,
    /// Puts it back on sale.
    Resume,
    /// Takes it from sale for good.
    End,
}

/// A price of an offer.
#[derive(Debug, Clone, SimpleObject)]
pub struct OfferPrice {
    /// The channel it is for; without one it is for every channel that has no price of its own.
    pub channel_id: Option<ID>,
    /// The price; with or without tax as the channel says.
    pub price: Money,
    /// A former price to show beside it.
    pub compare_at: Option<Money>,
}

impl From<&offers::OfferPrice> for OfferPrice {
    fn from(price: &offers::OfferPrice) -> Self {
        Self {
            channel_id: price.channel_id.map(|id| id.to_string().into()),
            price: Money::minor(price.amount_minor, price.currency),
            compare_at: price.compare_at_minor.map(|minor| Money::minor(minor, price.currency)),
        }
    }
}

/// What a merchant sells a variant for.
#[derive(Debug, Clone)]
pub struct Offer(pub offers::Offer);

impl From<offers::Offer> for Offer {
    fn from(offer: offers::Offer) -> Self {
        Self(offer)
    }
}

/// What a merchant sells a variant for.
#[Object]
impl Offer {
    /// The id of the offer.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// Who sells.
    fn merchant_id(&self) -> ID {
        self.0.merchant_id.to_string().into()
    }
    /// The product of the variant.
    fn product_id(&self) -> ID {
        self.0.product_id.to_string().into()
    }
    /// What is sold.
    fn variant_id(&self) -> ID {
        self.0.variant_id.to_string().into()
    }
    /// The merchant's SKU, unique among the merchant's offers that are not ended.
    fn sku(&self) -> &str {
        &self.0.sku
    }
    /// In which condition the goods are.
    fn condition(&self) -> OfferCondition {
        self.0.condition.into()
    }
    /// Where it stands.
    fn status(&self) -> OfferStatus {
        self.0.status.into()
    }
    /// Days until the goods leave; without it the merchant's own.
    fn handling_days(&self) -> Option<i32> {
        self.0.handling_days
    }
    /// The fewest units of an order line.
    fn min_quantity(&self) -> i64 {
        self.0.min_quantity
    }
    /// The most units of an order line.
    fn max_quantity(&self) -> Option<i64> {
        self.0.max_quantity
    }
    /// The prices.
    fn prices(&self) -> Vec<OfferPrice> {
        self.0.prices.iter().map(OfferPrice::from).collect()
    }
    /// The stock behind it, a level for each location.
    async fn stock(&self, gql: &Context<'_>) -> Gql<Vec<StockLevel>> {
        let levels = load::<LevelsLoader, _>(gql, self.0.stock_item_id).await?.unwrap_or_default();
        Ok(levels.into_iter().map(StockLevel::from).collect())
    }
    /// What can be done to its status now.
    fn allowed_actions(&self) -> Vec<OfferAction> {
        self.0.status.actions().map(OfferAction::from).collect()
    }
    /// Grows by one with every change; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// When it was made.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Time of the last change.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// What a bulk command did.
#[derive(Debug, Clone, SimpleObject)]
pub struct OffersUpsertResult {
    /// The offers of the rows that were taken, in the order of the input.
    pub offers: Vec<Offer>,
    /// Offers that were made.
    pub created_count: i32,
    /// Offers that were changed.
    pub changed_count: i32,
    /// Offers that were so already.
    pub unchanged_count: i32,
    /// The rows that were refused; the others were taken.
    pub row_errors: Vec<OfferRowError>,
}

/// One row of a bulk command that was refused.
#[derive(Debug, Clone, SimpleObject)]
pub struct OfferRowError {
    /// Position of the row in the input, from zero.
    pub index: i32,
    /// The field at fault, as a path from the row on.
    pub field: Option<String>,
    /// A stable code, such as `OFFERED_ALREADY`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl From<offers::UpsertOutcome> for OffersUpsertResult {
    fn from(outcome: offers::UpsertOutcome) -> Self {
        let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        let row_errors = outcome.errors.into_iter().map(|error| OfferRowError {
            index: count(error.index),
            field: error.field,
            code: error.code.to_owned(),
            message: error.message,
        });
        Self {
            row_errors: row_errors.collect(),
            created_count: count(outcome.created_count),
            changed_count: count(outcome.changed_count),
            unchanged_count: count(outcome.unchanged_count),
            offers: outcome.offers.into_iter().map(Offer::from).collect(),
        }
    }
}
