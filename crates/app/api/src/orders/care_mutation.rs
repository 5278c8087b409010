//! What is done after an order was placed: refunds, returns, incidents, re-planning, parcels that do not arrive.

use async_graphql::{Context, Object};
use kernel::id::{FulfillmentOrderId, MerchantOrderId};
use orders::command::{
    self, ApproveReturn, CloseIncident, InspectReturn, OpenIncident, ParcelEnded, RefundAmount, RefundReturn,
    RejectReturn, RequestReturn, SendGoods, SendReturn,
};
use orders::model::book::Book;
use orders::query::{GuestOrder, RefundDetail, ReturnDetail, ShipmentDetail};

use super::MerchantOrder;
use super::care::{GoodsReturn, Incident, goods_return};
use super::care_input::{
    FulfillmentOrderHoldInput, FulfillmentOrderMergeInput, FulfillmentOrderMoveInput, FulfillmentOrderReleaseHoldInput,
    FulfillmentOrderSplitInput, IncidentCloseInput, IncidentOpenInput, RefundAmountCreateInput, RefundApproveInput,
    RefundRejectInput, ReturnApproveInput, ReturnGoodsInput, ReturnInput, ReturnInspectInput, ReturnRefundInput,
    ReturnRejectInput, ReturnRequestInput, ReturnSendInput, ShipmentReportLostInput, ShipmentReportReturnedInput,
    inspected, of_fulfillment, of_return,
};
use super::input::units;
use super::merchant_order::{Refund, Shipment, refund, shipment};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `returnRequest`.
    ReturnRequestPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnApprove`.
    ReturnApprovePayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnReject`.
    ReturnRejectPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnSend`.
    ReturnSendPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnReceive`.
    ReturnReceivePayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnInspect`.
    ReturnInspectPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnRefund`.
    ReturnRefundPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnReplace`.
    ReturnReplacePayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnSendBack`.
    ReturnSendBackPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnReportNoReception`.
    ReturnReportNoReceptionPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnCancel`.
    ReturnCancelPayload { /// The return.
        goods_return: GoodsReturn }
    /// What became of `returnClose`.
    ReturnClosePayload { /// The return.
        goods_return: GoodsReturn }
}

payload! {
    /// What became of `refundAmountCreate`.
    RefundAmountCreatePayload { /// The refund.
        refund: Refund }
    /// What became of `refundApprove`.
    RefundApprovePayload { /// The refund.
        refund: Refund }
    /// What became of `refundReject`.
    RefundRejectPayload { /// The refund.
        refund: Refund }
    /// What became of `incidentOpen`.
    IncidentOpenPayload { /// The incident.
        incident: Incident }
    /// What became of `incidentClose`.
    IncidentClosePayload { /// The incident.
        incident: Incident }
    /// What became of `fulfillmentOrderHold`.
    FulfillmentOrderHoldPayload { /// Its merchant order.
        merchant_order: MerchantOrder }
    /// What became of `fulfillmentOrderReleaseHold`.
    FulfillmentOrderReleaseHoldPayload { /// Its merchant order.
        merchant_order: MerchantOrder }
    /// What became of `fulfillmentOrderMove`.
    FulfillmentOrderMovePayload { /// Its merchant order.
        merchant_order: MerchantOrder }
    /// What became of `fulfillmentOrderSplit`.
    FulfillmentOrderSplitPayload { /// Its merchant order.
        merchant_order: MerchantOrder }
    /// What became of `fulfillmentOrderMerge`.
    FulfillmentOrderMergePayload { /// Its merchant order.
        merchant_order: MerchantOrder }
    /// What became of `shipmentReportLost`.
    ShipmentReportLostPayload { /// The parcel.
        shipment: Shipment }
    /// What became of `shipmentReportReturned`.
    ShipmentReportReturnedPayload { /// The parcel.
        shipment: Shipment }
}

/// What buyers, merchants and operators do with returns.
#[derive(Default)]
pub struct ReturnsMutation;

#[Object]
impl ReturnsMutation {
    /// Asks to send delivered goods back. A buyer may within the marketplace's time, the operator always.
    async fn return_request(&self, gql: &Context<'_>, input: ReturnRequestInput) -> Gql<ReturnRequestPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let guest = input.order_number.zip(input.order_token);
            let wanted = RequestReturn {
                merchant_order: input::id("merchantOrderId", &input.merchant_order_id)?,
                guest: guest.map(|(number, token)| GuestOrder { number, token }),
                lines: units(&input.lines)?,
                reason: input.reason.into(),
                note: input.note,
            };
            command::return_request(ctx, wanted).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Lets the buyer send the goods.
    async fn return_approve(&self, gql: &Context<'_>, input: ReturnApproveInput) -> Gql<ReturnApprovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let answer = ApproveReturn {
                of: of_return(&input.id, input.expected_version)?,
                method: input.method.into(),
                label: input.label,
                location: input::optional_id("locationId", input.location_id.as_ref())?,
                note: input.note,
            };
            command::return_approve(ctx, answer).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Refuses a return.
    async fn return_reject(&self, gql: &Context<'_>, input: ReturnRejectInput) -> Gql<ReturnRejectPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_return(&input.id, input.expected_version)?;
            let answer = RejectReturn { of, rejection: input.rejection.into(), note: input.note };
            command::return_reject(ctx, answer).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Says that the goods are on their way back.
    async fn return_send(&self, gql: &Context<'_>, input: ReturnSendInput) -> Gql<ReturnSendPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_return(&input.id, input.expected_version)?;
            let sent = SendReturn { of, carrier: input.carrier, tracking_number: input.tracking_number };
            command::return_send(ctx, sent).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Says that the goods are there.
    async fn return_receive(&self, gql: &Context<'_>, input: ReturnInput) -> Gql<ReturnReceivePayload> {
        let ctx = ctx(gql)?;
        let done = async { command::return_receive(ctx, of_return(&input.id, input.expected_version)?).await };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Says how every unit came back; what can be sold again goes to stock.
    async fn return_inspect(&self, gql: &Context<'_>, input: ReturnInspectInput) -> Gql<ReturnInspectPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_return(&input.id, input.expected_version)?;
            command::return_inspect(ctx, InspectReturn { of, lines: inspected(input.lines)? }).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Pays the units of a return back.
    async fn return_refund(&self, gql: &Context<'_>, input: ReturnRefundInput) -> Gql<ReturnRefundPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let wanted = RefundReturn {
                of: of_return(&input.id, input.expected_version)?,
                with_bad: input.with_bad,
                shipping_of: input::ids("shippingOf", &input.shipping_of, 1000)?,
            };
            command::return_refund(ctx, wanted).await
        };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Sends other units of the same articles; no money moves.
    async fn return_replace(&self, gql: &Context<'_>, input: ReturnGoodsInput) -> Gql<ReturnReplacePayload> {
        let ctx = ctx(gql)?;
        let done = async { command::return_replace(ctx, goods(input)?).await };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Sends the same units back to the buyer; no money moves.
    async fn return_send_back(&self, gql: &Context<'_>, input: ReturnGoodsInput) -> Gql<ReturnSendBackPayload> {
        let ctx = ctx(gql)?;
        let done = async { command::return_send_back(ctx, goods(input)?).await };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Says that the goods never came.
    async fn return_report_no_reception(
        &self,
        gql: &Context<'_>,
        input: ReturnInput,
    ) -> Gql<ReturnReportNoReceptionPayload> {
        let ctx = ctx(gql)?;
        let done =
            async { command::return_report_no_reception(ctx, of_return(&input.id, input.expected_version)?).await };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Gives a return up before the goods were sent.
    async fn return_cancel(&self, gql: &Context<'_>, input: ReturnInput) -> Gql<ReturnCancelPayload> {
        let ctx = ctx(gql)?;
        let done = async { command::return_cancel(ctx, of_return(&input.id, input.expected_version)?).await };
        respond(gql, shown(Box::pin(done).await))
    }

    /// Puts a return away that is settled.
    async fn return_close(&self, gql: &Context<'_>, input: ReturnInput) -> Gql<ReturnClosePayload> {
        let ctx = ctx(gql)?;
        let done = async { command::return_close(ctx, of_return(&input.id, input.expected_version)?).await };
        respond(gql, shown(Box::pin(done).await))
    }
}

/// What is done with refunds above the limit, incidents, fulfillment orders and parcels that do not arrive.
#[derive(Default)]
pub struct CareMutation;

#[Object]
impl CareMutation {
    /// Pays an amount back although the buyer keeps the goods, and says who bears it.
    async fn refund_amount_create(
        &self,
        gql: &Context<'_>,
        input: RefundAmountCreateInput,
    ) -> Gql<RefundAmountCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let wanted = RefundAmount {
                idempotency_key: input.idempotency_key,
                merchant_order: input::id("merchantOrderId", &input.merchant_order_id)?,
                amount: input.amount.parse("amount")?,
                bearer: input.bearer.into(),
                lines: input::ids("lineIds", &input.line_ids, 1000)?,
                shipping_of: input::ids("shippingOf", &input.shipping_of, 1000)?,
                reason: input.reason.into(),
                note: input.note,
            };
            Ok::<_, orders::Error>(bare(command::refund_amount(ctx, wanted).await?))
        };
        respond(gql, Box::pin(done).await)
    }

    /// Lets a refund above the limit happen; whoever asked for it cannot.
    async fn refund_approve(&self, gql: &Context<'_>, input: RefundApproveInput) -> Gql<RefundApprovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let row = command::refund_approve(ctx, input::id("id", &input.id)?).await?;
            let lines = orders::query::refund_lines(ctx, row.id).await?;
            Ok::<_, orders::Error>(refund(&RefundDetail { refund: row, lines }))
        };
        respond(gql, Box::pin(done).await)
    }

    /// Does not let a refund above the limit happen.
    async fn refund_reject(&self, gql: &Context<'_>, input: RefundRejectInput) -> Gql<RefundRejectPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            Ok::<_, orders::Error>(bare(command::refund_reject(ctx, id, input.note.as_deref()).await?))
        };
        respond(gql, Box::pin(done).await)
    }

    /// Opens an incident: the money of the merchant order waits.
    async fn incident_open(&self, gql: &Context<'_>, input: IncidentOpenInput) -> Gql<IncidentOpenPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let merchant_order = input::id("merchantOrderId", &input.merchant_order_id)?;
            let open = OpenIncident { merchant_order, reason: input.reason.into(), note: input.note };
            command::incident_open(ctx, open).await.map(Incident::from)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Closes the open incident of a merchant order: its money goes on.
    async fn incident_close(&self, gql: &Context<'_>, input: IncidentCloseInput) -> Gql<IncidentClosePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let merchant_order = input::id("merchantOrderId", &input.merchant_order_id)?;
            let close = CloseIncident { merchant_order, outcome: input.outcome };
            command::incident_close(ctx, close).await.map(Incident::from)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Keeps a fulfillment order from leaving.
    async fn fulfillment_order_hold(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderHoldInput,
    ) -> Gql<FulfillmentOrderHoldPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            owner(&command::fulfillment_hold(ctx, of, &input.reason).await?, of.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Lets a fulfillment order leave again.
    async fn fulfillment_order_release_hold(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderReleaseHoldInput,
    ) -> Gql<FulfillmentOrderReleaseHoldPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            owner(&command::fulfillment_release(ctx, of).await?, of.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Sends a fulfillment order from another location; the promises of stock move with it, the price stays.
    async fn fulfillment_order_move(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderMoveInput,
    ) -> Gql<FulfillmentOrderMovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            let to = input::id("locationId", &input.location_id)?;
            owner(&command::fulfillment_move(ctx, of, to).await?, of.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Makes two fulfillment orders of one; the price stays.
    async fn fulfillment_order_split(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderSplitInput,
    ) -> Gql<FulfillmentOrderSplitPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            let lines = units(&input.lines)?;
            let (book, new) = command::fulfillment_split(ctx, of, &lines).await?;
            owner(&book, new)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Puts everything of a fulfillment order into another one; the price stays.
    async fn fulfillment_order_merge(
        &self,
        gql: &Context<'_>,
        input: FulfillmentOrderMergeInput,
    ) -> Gql<FulfillmentOrderMergePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let of = of_fulfillment(&input.id, input.expected_version)?;
            let into = input::id("intoId", &input.into_id)?;
            owner(&command::fulfillment_merge(ctx, of, into).await?, of.id)
        };
        respond(gql, Box::pin(done).await)
    }

    /// Says that a parcel is lost: its units are paid back.
    async fn shipment_report_lost(
        &self,
        gql: &Context<'_>,
        input: ShipmentReportLostInput,
    ) -> Gql<ShipmentReportLostPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("shipmentId", &input.shipment_id)?;
            ended(ctx, ParcelEnded { shipment: id, lost: true, restock: false, note: input.note }).await
        };
        respond(gql, Box::pin(done).await)
    }

    /// Says that a parcel came back to its sender: its units are paid back and go to stock again.
    async fn shipment_report_returned(
        &self,
        gql: &Context<'_>,
        input: ShipmentReportReturnedInput,
    ) -> Gql<ShipmentReportReturnedPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("shipmentId", &input.shipment_id)?;
            ended(ctx, ParcelEnded { shipment: id, lost: false, restock: input.restock, note: input.note }).await
        };
        respond(gql, Box::pin(done).await)
    }
}

fn shown(done: Result<ReturnDetail, orders::Error>) -> Result<GoodsReturn, orders::Error> {
    done.map(|detail| goods_return(&detail))
}

fn goods(input: ReturnGoodsInput) -> Result<SendGoods, orders::Error> {
    Ok(SendGoods {
        of: of_return(&input.id, input.expected_version)?,
        location: input::optional_id("locationId", input.location_id.as_ref())?,
        carrier: input.carrier,
        tracking_number: input.tracking_number,
    })
}

/// A refund that has no units of its own.
fn bare(row: orders::Refund) -> Refund {
    refund(&RefundDetail { refund: row, lines: Vec::new() })
}

pub(super) fn owner(book: &Book, id: FulfillmentOrderId) -> Result<MerchantOrder, orders::Error> {
    let part: MerchantOrderId = book.fulfillment(id)?.merchant_order_id;
    Ok(MerchantOrder::from(book.part(part)?.clone()))
}

async fn ended(ctx: &context::Ctx, input: ParcelEnded) -> Result<Shipment, orders::Error> {
    let row = command::parcel_ended(ctx, input).await?;
    let lines = orders::query::shipment_lines(ctx, row.id).await?;
    Ok(shipment(&ShipmentDetail { shipment: row, lines }))
}
