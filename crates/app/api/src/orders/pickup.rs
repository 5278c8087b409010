//! Goods that buyers collect at the merchant's.

use async_graphql::{Context, ID, InputObject, Object};
use orders::command::{self, HandOver};
use orders::query::ShipmentDetail;

use super::MerchantOrder;
use super::care_input::of_fulfillment;
use super::care_mutation::owner;
use super::input::{LineUnitsInput, units};
use super::merchant_order::{Shipment, shipment};
use crate::error::{Gql, ctx, respond};
use crate::payload;

/// Goods that lie ready to be collected.
#[derive(InputObject)]
pub struct FulfillmentOrderMakeReadyInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version of the fulfillment order that the caller saw.
    pub expected_version: Option<i64>,
}

/// Goods that are handed over to the buyer.
#[derive(InputObject)]
pub struct FulfillmentOrderHandOverInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version of the fulfillment order that the caller saw.
    pub expected_version: Option<i64>,
    /// What is handed over; everything that is open if empty.
    #[graphql(default)]
    pub lines: Vec<LineUnitsInput>,
    /// Who took it.
    pub received_by: String,
}

payload! {
    /// What became of `fulfillmentOrderMakeReady`.
    FulfillmentOrderMakeReadyPayload {
        /// The merchant order as it is now.
        merchant_order: MerchantOrder }
    /// What became of `fulfillmentOrderHandOver`.
    FulfillmentOrderHandOverPayload {
        /// What was handed over.
        shipment: Shipment }
}

/// Goods that buyers collect at the merchant's.
#[derive(Default)]
pub struct PickupMutation;

#[Object]
impl PickupMutation {
    /// Says that goods lie ready to be collected at the merchant's; the buyer is told.
    async fn fulfillment_order_make_ready(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderMakeReadyInput,
    ) -> Gql<FulfillmentOrderMakeReadyPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            owner(&command::pickup_make_ready(ctx, of).await?, of.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Hands goods over to the buyer who came: they leave and arrive at once.
    async fn fulfillment_order_hand_over(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderHandOverInput,
    ) -> Gql<FulfillmentOrderHandOverPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            let hand_over = HandOver { of, lines: units(&input.lines)?, received_by: input.received_by };
            let row = command::pickup_hand_over(ctx, hand_over).await?;
            let lines = orders::query::shipment_lines(ctx, row.id).await?;
            Ok::<_, orders::Error>(shipment(&ShipmentDetail { shipment: row, lines }))
        };
        respond(gql, Box::pin(done).await)
    }
}
