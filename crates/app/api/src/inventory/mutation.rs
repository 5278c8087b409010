//! Changes of stock.

use async_graphql::{Context, Object};

use super::input::{StockAdjustInput, StockLocationCreateInput, StockLocationEditInput, StockSetInput};
use super::object::{StockLevel, StockLocation, StockSetResult};
use crate::error::{Gql, ctx, respond};
use crate::payload;

payload! {
    /// What became of `stockLocationCreate`.
    StockLocationCreatePayload {
        /// The new location.
        location: StockLocation }
    /// What became of `stockLocationEdit`.
    StockLocationEditPayload {
        /// The location as it is now.
        location: StockLocation }
    /// What became of `stockSet`.
    StockSetPayload {
        /// What was counted, and the rows that were refused.
        result: StockSetResult }
    /// What became of `stockAdjust`.
    StockAdjustPayload {
        /// The level as it is now.
        level: StockLevel }
}

/// Changes of stock.
#[derive(Default)]
pub struct InventoryMutation;

#[Object]
impl InventoryMutation {
    /// Makes a stock location.
    async fn stock_location_create(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The new location.")] input: StockLocationCreateInput,
    ) -> Gql<StockLocationCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { inventory::location_create(ctx, input.read()?).await };
        respond(gql, Box::pin(made).await.map(StockLocation::from))
    }

    /// Changes a stock location. A location is never removed, only made inactive; what is promised there stays promised.
    async fn stock_location_edit(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The change.")] input: StockLocationEditInput,
    ) -> Gql<StockLocationEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { inventory::location_edit(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(StockLocation::from))
    }

    /// Sets stock to what was counted, up to 500 rows at once. Units promised to orders stay promised: a count below them is
    /// refused for its row. The same count again changes nothing.
    async fn stock_set(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The counts.")] input: StockSetInput,
    ) -> Gql<StockSetPayload> {
        let ctx = ctx(gql)?;
        let counted = async { inventory::stock_set(ctx, input.read()?).await };
        respond(gql, Box::pin(counted).await.map(StockSetResult::from))
    }

    /// Changes stock by a known difference, with a reason.
    async fn stock_adjust(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The difference.")] input: StockAdjustInput,
    ) -> Gql<StockAdjustPayload> {
        let ctx = ctx(gql)?;
        let adjusted = async { inventory::stock_adjust(ctx, input.read()?).await };
        respond(gql, Box::pin(adjusted).await.map(StockLevel::from))
    }
}
