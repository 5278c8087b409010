//! Stock as clients see it.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::loader::LocationLoader;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::page::{connection, page_args};

/// A place where a merchant keeps stock.
#[derive(Debug, Clone, SimpleObject)]
pub struct StockLocation {
    /// The id of the location.
    pub id: ID,
    /// The merchant whose it is.
    pub merchant_id: ID,
    /// A short name for programs, unique with the merchant.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// Where goods leave from, by ISO 3166-1.
    pub country: String,
    /// Which location is used first: the lowest number.
    pub priority: i32,
    /// Where buyers collect goods, when they may.
    pub store: Option<PickupStore>,
    /// Whether new orders may be served from here.
    pub active: bool,
    /// Grows by one with every change; send it back as `expectedVersion`.
    pub version: i64,
}

/// Where buyers collect goods.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "PickupStoreInput")]
pub struct PickupStore {
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// When it is open, in words.
    pub hours: Option<String>,
}

impl From<inventory::Store> for PickupStore {
    fn from(store: inventory::Store) -> Self {
        let inventory::Store { line1, postal_code, city, hours } = store;
        Self { line1, postal_code, city, hours }
    }
}

impl From<PickupStore> for inventory::Store {
    fn from(store: PickupStore) -> Self {
        let PickupStore { line1, postal_code, city, hours } = store;
        Self { line1, postal_code, city, hours }
    }
}

impl From<inventory::Location> for StockLocation {
    fn from(location: inventory::Location) -> Self {
        Self {
            id: location.id.to_string().into(),
            merchant_id: location.merchant_id.to_string().into(),
            code: location.code,
            name: location.name,
            country: location.country,
            priority: location.priority,
            store: location.store.map(PickupStore::from),
            active: location.active,
            version: location.version,
        }
    }
}

/// Stock of one article at one location.
#[derive(Debug, Clone)]
pub struct StockLevel(pub inventory::StockLevel);

impl From<inventory::StockLevel> for StockLevel {
    fn from(level: inventory::StockLevel) -> Self {
        Self(level)
    }
}

/// Stock of one article at one location.
#[Object]
impl StockLevel {
    /// The id of the level.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// The article; offers with the same SKU of the merchant name it too.
    fn stock_item_id(&self) -> ID {
        self.0.stock_item_id.to_string().into()
    }
    /// The merchant whose it is.
    fn merchant_id(&self) -> ID {
        self.0.merchant_id.to_string().into()
    }
    /// The merchant's SKU of the article.
    fn sku(&self) -> &str {
        &self.0.sku
    }
    /// The location.
    async fn location(&self, gql: &Context<'_>) -> Gql<Option<StockLocation>> {
        Ok(load::<LocationLoader, _>(gql, self.0.location_id).await?.map(StockLocation::from))
    }
    /// Units that lie there.
    fn on_hand(&self) -> i64 {
        self.0.on_hand
    }
    /// Units promised to orders and not shipped yet.
    fn reserved(&self) -> i64 {
        self.0.reserved
    }
    /// Units kept back from sale.
    fn safety(&self) -> i64 {
        self.0.safety
    }
    /// Units that can be sold.
    fn available(&self) -> i64 {
        self.0.available()
    }
    /// Grows by one with every change of the units on hand or kept back.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// Time of the last change.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// The journal, newest entry first.
    async fn movements(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the entry before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, StockMovement>> {
        let page = answer(gql, page_args(first, after))?;
        let found = inventory::movements(ctx(gql)?, Some(self.0.id), &page).await;
        Ok(connection(answer(gql, found)?, StockMovement::from))
    }
}

/// Why units came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "inventory::MovementKind")]
pub enum StockMovementKind {
    /// Goods came in.
    Received,
    /// A parcel left.
    Shipped,
    /// A correction by a known difference.
    Adjusted,
    /// The difference that an absolute count found.
    Counted,
    /// Goods came back from a buyer.
    Returned,
    /// Lost or damaged.
    WrittenOff,
}

/// An entry of the journal of a stock level. Entries never change.
#[derive(Debug, Clone, SimpleObject)]
pub struct StockMovement {
    /// The id of the entry.
    pub id: ID,
    /// The level it changed.
    pub stock_level_id: ID,
    /// Why.
    pub kind: StockMovementKind,
    /// Units that came (positive) or went (negative).
    pub quantity: i64,
    /// Units that lay there afterwards.
    pub balance: i64,
    /// The document behind it, such as the id of a shipment.
    pub reference: Option<String>,
    /// Why, in the words of the author.
    pub reason: Option<String>,
    /// Who did it: the id of a user, of a key, or a part of Souk.
    pub actor: String,
    /// When.
    pub moved_at: DateTime<Utc>,
}

impl From<inventory::Movement> for StockMovement {
    fn from(movement: inventory::Movement) -> Self {
        Self {
            id: movement.id.to_string().into(),
            stock_level_id: movement.stock_level_id.to_string().into(),
            kind: movement.kind.into(),
            quantity: movement.quantity,
            balance: movement.balance,
            reference: movement.reference,
            reason: movement.reason,
            actor: movement.actor,
            moved_at: movement.moved_at,
        }
    }
}

/// What an active location can sell of an article.
#[derive(Debug, Clone, SimpleObject)]
pub struct LocationStock {
    /// The location.
    pub location_id: ID,
    /// Its name.
    pub location_name: String,
    /// Where goods leave from, by ISO 3166-1.
    pub country: String,
    /// Units that can be sold; may be zero.
    pub available: i64,
}

impl From<inventory::LocationStock> for LocationStock {
    fn from(stock: inventory::LocationStock) -> Self {
        Self {
            location_id: stock.location_id.to_string().into(),
            location_name: stock.location_name,
            country: stock.country,
            available: stock.available,
        }
    }
}

/// What a bulk count did.
#[derive(Debug, Clone, SimpleObject)]
pub struct StockSetResult {
    /// The levels of the rows that were taken, in the order of the input.
    pub levels: Vec<StockLevel>,
    /// Levels that differ from before.
    pub changed_count: i32,
    /// The rows that were refused; the others were taken.
    pub row_errors: Vec<StockRowError>,
}

/// One row of a bulk count that was refused.
#[derive(Debug, Clone, SimpleObject)]
pub struct StockRowError {
    /// Position of the row in the input, from zero.
    pub index: i32,
    /// The field at fault.
    pub field: Option<String>,
    /// A stable code, such as `BELOW_RESERVED`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl From<inventory::StockSetOutcome> for StockSetResult {
    fn from(outcome: inventory::StockSetOutcome) -> Self {
        let row_errors = outcome.errors.into_iter().map(|error| StockRowError {
            index: i32::try_from(error.index).unwrap_or(i32::MAX),
            field: error.field,
            code: error.code.to_owned(),
            message: error.message,
        });
        Self {
            row_errors: row_errors.collect(),
            changed_count: i32::try_from(outcome.changed_count).unwrap_or(i32::MAX),
            levels: outcome.levels.into_iter().map(StockLevel::from).collect(),
        }
    }
}
