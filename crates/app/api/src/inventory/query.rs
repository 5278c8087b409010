//! Questions about stock.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};

use super::object::{StockLevel, StockLocation, StockMovement};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which stock levels. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StockLevelFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// At this location.
    pub location_id: Option<ID>,
    /// Of this SKU.
    pub sku: Option<String>,
    /// Only those that have at most so many units to sell.
    pub available_at_most: Option<i64>,
}

impl StockLevelFilter {
    fn read(self) -> Result<inventory::LevelFilter, context::Error> {
        Ok(inventory::LevelFilter {
            merchant_id: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            location_id: input::optional_id("filter.locationId", self.location_id.as_ref())?,
            sku: self.sku,
            available_at_most: self.available_at_most,
        })
    }
}

/// Questions about stock.
#[derive(Default)]
pub struct InventoryQuery;

#[Object]
impl InventoryQuery {
    /// Stock locations within the caller's scope, the oldest first.
    async fn stock_locations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the location before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, StockLocation>> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let found = inventory::locations(ctx(gql)?, merchant, &page).await;
        Ok(connection(answer(gql, found)?, StockLocation::from))
    }

    /// One stock location.
    async fn stock_location(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the location.")] id: ID,
    ) -> Gql<Option<StockLocation>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, inventory::location(ctx(gql)?, id).await)?.map(StockLocation::from))
    }

    /// Stock levels within the caller's scope, by SKU.
    async fn stock_levels(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which levels; all when absent.")] filter: Option<StockLevelFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the level before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, StockLevel>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = inventory::levels(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, StockLevel::from))
    }

    /// One stock level.
    async fn stock_level(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the level.")] id: ID,
    ) -> Gql<Option<StockLevel>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, inventory::level(ctx(gql)?, id).await)?.map(StockLevel::from))
    }

    /// The journal of all stock within the caller's scope, newest entry first.
    async fn stock_movements(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the entry before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, StockMovement>> {
        let page = answer(gql, page_args(first, after))?;
        let found = inventory::movements(ctx(gql)?, None, &page).await;
        Ok(connection(answer(gql, found)?, StockMovement::from))
    }
}
