//! What merchants and operators do with orders.

use async_graphql::{Context, Object};
use kernel::Invalid;
use kernel::id::{AssetId, MerchantOrderId};
use orders::command::{self, CancelUnits, Decide, Decision, Deliver, LineDecision, Proof, RefundUnits, Ship};
use orders::model::book::Book;
use orders::query::{RefundDetail, ShipmentDetail};

use super::MerchantOrder;
use super::input::{
    MerchantOrderCancelInput, MerchantOrderDecideInput, RefundCreateInput, ShipmentCreateInput, ShipmentDeliverInput,
    units,
};
use super::merchant_order::{Refund, Shipment, refund, shipment};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `merchantOrderDecide`.
    MerchantOrderDecidePayload { /// The merchant order.
        merchant_order: MerchantOrder }
    /// What became of `merchantOrderCancel`.
    MerchantOrderCancelPayload { /// The merchant order.
        merchant_order: MerchantOrder }
    /// What became of `shipmentCreate`.
    ShipmentCreatePayload { /// The parcel.
        shipment: Shipment }
    /// What became of `shipmentDeliver`.
    ShipmentDeliverPayload { /// The parcel.
        shipment: Shipment }
    /// What became of `refundCreate`.
    RefundCreatePayload { /// The refund.
        refund: Refund }
}

/// What merchants and operators do with orders.
#[derive(Default)]
pub struct OrdersMutation;

#[Object]
impl OrdersMutation {
    /// Accepts or refuses the lines of a merchant order. The money of accepted lines is captured where the payment
    /// method says so; refused lines free their stock and their money.
    async fn merchant_order_decide(
        &self,
        gql: &Context<'_>,
        input: MerchantOrderDecideInput,
    ) -> Gql<MerchantOrderDecidePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            let (expected_version, decision) = (input.expected_version, decision(&input)?);
            let book = command::decide(ctx, Decide { merchant_order: id, expected_version, decision }).await?;
            part_of(&book, id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Cancels open units of a merchant order.
    async fn merchant_order_cancel(
        &self,
        gql: &Context<'_>,
        input: MerchantOrderCancelInput,
    ) -> Gql<MerchantOrderCancelPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let merchant_order = input::id("id", &input.id)?;
            let (lines, expected_version) = (units(&input.lines)?, input.expected_version);
            let (reason, note) = (input.reason.into(), input.note);
            let cancel = CancelUnits { merchant_order, expected_version, lines, reason, note };
            part_of(&command::cancel_units(ctx, cancel).await?, merchant_order)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Sends a parcel: stock leaves, the sale is earned, the buyer is told.
    async fn shipment_create(&self, gql: &Context<'_>, input: ShipmentCreateInput) -> Gql<ShipmentCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let parcel = Ship {
                fulfillment_order: input::id("fulfillmentOrderId", &input.fulfillment_order_id)?,
                expected_version: input.expected_version,
                lines: units(&input.lines)?,
                carrier: input.carrier,
                tracking_number: input.tracking_number,
                tracking_url: input.tracking_url,
            };
            detailed(ctx, command::ship(ctx, parcel).await?).await
        };
        respond(gql, Box::pin(done).await)
    }

    /// Marks a parcel as arrived. Saying it again changes nothing.
    async fn shipment_deliver(&self, gql: &Context<'_>, input: ShipmentDeliverInput) -> Gql<ShipmentDeliverPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("shipmentId", &input.shipment_id)?;
            let asset: Option<AssetId> = input::optional_id("proofAssetId", input.proof_asset_id.as_ref())?;
            if let Some(asset) = asset {
                assets::query::by_id(ctx, asset).await.map_err(|_| unknown_proof())?;
            }
            let proof = Some(Proof { received_by: input.received_by, asset });
            let row = command::deliver(ctx, Deliver { shipment: id, delivered_at: input.delivered_at, proof }).await?;
            detailed(ctx, row).await
        };
        respond(gql, Box::pin(done).await)
    }

    /// Pays shipped units and shipping back. The amount follows from the units.
    async fn refund_create(&self, gql: &Context<'_>, input: RefundCreateInput) -> Gql<RefundCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let wanted = RefundUnits {
                merchant_order: input::id("merchantOrderId", &input.merchant_order_id)?,
                expected_version: input.expected_version,
                lines: units(&input.lines)?,
                shipping_of: input::ids("shippingOf", &input.shipping_of, 1000)?,
                reason: input.reason.into(),
                note: input.note,
            };
            let row = command::refund_units(ctx, wanted).await?;
            let lines = orders::query::refund_lines(ctx, row.id).await?;
            Ok::<_, orders::Error>(refund(&RefundDetail { refund: row, lines }))
        };
        respond(gql, Box::pin(done).await)
    }
}

fn unknown_proof() -> orders::Error {
    Invalid::new("proofAssetId", "NOT_FOUND", "is not an asset that can be read").into()
}

fn decision(input: &MerchantOrderDecideInput) -> Result<Decision, orders::Error> {
    if input.accept_all {
        if input.lines.is_empty() {
            return Ok(Decision::AcceptAll);
        }
        return Err(Invalid::new("lines", "NOT_TOGETHER", "must be empty when everything is accepted").into());
    }
    let decide = |(index, line): (usize, &super::input::LineDecisionInput)| {
        let id = input::id(&format!("lines.{index}.lineId"), &line.line_id)?;
        Ok::<_, orders::Error>(LineDecision { line: id, accept: line.accept, reason: line.reason.map(Into::into) })
    };
    Ok(Decision::Lines(input.lines.iter().enumerate().map(decide).collect::<Result<_, _>>()?))
}

fn part_of(book: &Book, id: MerchantOrderId) -> Result<MerchantOrder, orders::Error> {
    Ok(MerchantOrder::from(book.part(id)?.clone()))
}

async fn detailed(ctx: &context::Ctx, row: orders::Shipment) -> Result<Shipment, orders::Error> {
    let lines = orders::query::shipment_lines(ctx, row.id).await?;
    Ok(shipment(&ShipmentDetail { shipment: row, lines }))
}
