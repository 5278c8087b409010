//! Parcels that do not arrive.

use context::Ctx;
use inventory::{Restock, restock_in_tx};
use kernel::id::{FulfillmentOrderId, OrderLineId, ShipmentId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::cancel::note;
use super::paying::Asked;
use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::{FulfillmentOrder, Shipment, ShipmentLine, capture, shipment};
use crate::event::ShipmentEnded;
use crate::model::care::{self, ShipmentAction};
use crate::model::status::{Bearer, CaptureTiming, FeeState, RefundKind, RefundReason, ShipmentState, ShippingState};
use crate::model::types::Wanted;
use crate::repo;

/// A parcel that will not arrive.
#[derive(Debug, Clone)]
pub struct ParcelEnded {
    /// The parcel.
    pub shipment: ShipmentId,
    /// Lost; otherwise it came back to its sender.
    pub lost: bool,
    /// Whether what came back goes to stock again; nothing of a lost parcel does.
    pub restock: bool,
    /// More words.
    pub note: Option<String>,
}

/// Says that a parcel is lost or came back to its sender: its units are paid back, with the delivery when nothing else
/// of it was delivered; what was to be paid at the door is not collected any more. What came back goes to stock.
///
/// # Errors
/// Not found for a foreign parcel; [`Error::InvalidTransition`]; `Invalid` for a note that is too long.
pub async fn parcel_ended(ctx: &Ctx, input: ParcelEnded) -> Result<Shipment, Error> {
    let grant = ctx.authorize(SHIP)?;
    let note = note(input.note.as_deref())?;
    let action = if input.lost { ShipmentAction::ReportLost } else { ShipmentAction::ReportReturned };
    let tx = ctx.begin_write_for(&grant).await?;
    let found = repo::shipment(&*tx, &grant, input.shipment).await?;
    let mut work = Work::open(ctx, tx, found.order_id).await?;
    // Once more under the lock of the order.
    let mut row = repo::shipment(&*work.tx, &grant, input.shipment).await?;
    action.require(row.state.as_str(), &care::shipment(&row))?;
    end_in(&mut work, &mut row, End { lost: input.lost, restock: input.restock, note }).await?;
    work.finish().await?;
    Ok(row)
}

/// How a parcel ended.
pub(super) struct End {
    pub(super) lost: bool,
    pub(super) restock: bool,
    pub(super) note: Option<String>,
}

/// The end of a parcel inside a command on the order; the state was checked.
pub(super) async fn end_in(work: &mut Work, row: &mut Shipment, end: End) -> Result<(), Error> {
    let lines = repo::shipment_lines(&*work.tx, row.id).await?;
    for line in &lines {
        let counted = work.book.lines.iter_mut().find(|counted| counted.id == line.order_line_id);
        let counted = counted.ok_or(context::Error::NotFound("order line"))?;
        if end.lost {
            counted.lost += line.quantity;
        } else {
            counted.bounced += line.quantity;
        }
    }
    if end.restock && !end.lost {
        restock(work, row, &lines).await?;
    }
    row.state = if end.lost { ShipmentState::Lost } else { ShipmentState::ReturnedToSender };
    row.ended_at = Some(work.tx.now());
    let all = row.clone().into_active_model().reset_all();
    shipment::Entity::update_many().set(all).filter(shipment::Column::Id.eq(row.id)).exec(&*work.tx).await?;
    let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
    work.tx.emit(&ShipmentEnded { order, merchant_order, merchant, shipment: row.id, lost: end.lost });
    let kind = if end.lost { "lost" } else { "returned_to_sender" };
    let data = json!({ "shipment": row.id, "parcel": row.parcel_no });
    work.note_saying(kind, Some(merchant_order), &data, ("note", end.note.as_deref()));
    settle(work, row, &lines, end.note).await
}

async fn restock(work: &mut Work, row: &Shipment, lines: &[ShipmentLine]) -> Result<(), Error> {
    let location_id = work.book.fulfillment(row.fulfillment_order_id)?.location_id;
    let back: Vec<Restock> = lines
        .iter()
        .filter_map(|line| {
            let sold = work.book.lines.iter().find(|sold| sold.id == line.order_line_id)?;
            Some(Restock { stock_item_id: sold.stock_item_id, location_id, quantity: line.quantity })
        })
        .collect();
    let reference = row.id.to_string();
    restock_in_tx(&mut work.tx, &back, &reference).await?;
    Ok(())
}

/// The money of a parcel that does not arrive.
async fn settle(work: &mut Work, row: &Shipment, lines: &[ShipmentLine], note: Option<String>) -> Result<(), Error> {
    let slots: Vec<(OrderLineId, i64, i64)> =
        lines.iter().map(|line| (line.order_line_id, line.slot_from, line.slot_to)).collect();
    if work.book.part(row.merchant_order_id)?.capture == CaptureTiming::OnDelivery {
        return give_up(work, row, &slots);
    }
    let reason = if row.state == ShipmentState::Lost { RefundReason::Lost } else { RefundReason::Undeliverable };
    let mut wanted = Wanted::Slots { slots: slots.clone(), shipping_of: shipping_of(work, row).await? };
    if given_up(work, row, &wanted).await? {
        // Then perhaps of the delivery only.
        wanted = Wanted::Slots { slots, shipping_of: Vec::new() };
    }
    if given_up(work, row, &wanted).await? {
        let data = json!({ "shipment": row.id, "parcel": row.parcel_no });
        work.note("not_refunded", Some(row.merchant_order_id), &data);
        return Ok(());
    }
    let asked = Asked {
        wanted,
        kind: RefundKind::Refund,
        bearer: Bearer::Merchant,
        reason: reason.to_string(),
        note,
        goods_return: None,
    };
    match work.refund(row.merchant_order_id, asked).await {
        // All of it was given back before.
        Ok(_) | Err(Error::NothingToRefund) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a company did not pay for it and is not expected to any more: nobody gets back what nobody paid. Should it be
/// paid after all, or was a part of it, people refund that.
async fn given_up(work: &Work, row: &Shipment, wanted: &Wanted) -> Result<bool, Error> {
    let part = work.book.part(row.merchant_order_id)?;
    if part.capture != CaptureTiming::OnShipment {
        return Ok(false);
    }
    let Ok(given) = work.book.clone().give_back(part.id, wanted, Bearer::Merchant, false) else { return Ok(false) };
    let taken = capture::Entity::find()
        .filter(capture::Column::OrderId.eq(row.order_id))
        .filter(capture::Column::ShipmentId.eq(row.id))
        .one(&*work.tx)
        .await?;
    let lost = match taken {
        Some(taken) => payments::query::lost_of(&*work.tx, taken.operation_id).await?,
        None => 0,
    };
    // The delivery may have been taken with another parcel.
    let lost_of_all = payments::query::lost_on(&*work.tx, part.id).await?;
    let left = part.captured_minor - part.refund_minor - lost_of_all;
    let cash = given.step.cash;
    Ok(lost > 0 && cash > row.gross_minor - lost || lost_of_all > 0 && cash > left)
}

/// The delivery is given back when nothing of all that it was paid for arrives: neither what is in this parcel nor what was
/// in others that ended before. The row of this one is written.
async fn shipping_of(work: &Work, row: &Shipment) -> Result<Vec<FulfillmentOrderId>, Error> {
    let sent = work.book.fulfillment(row.fulfillment_order_id)?;
    let group = |f: &&FulfillmentOrder| f.group_id == sent.group_id;
    let members: Vec<FulfillmentOrderId> = work.book.fulfillments.iter().filter(group).map(|f| f.id).collect();
    let of_group = work.book.fulfillment_lines.iter().filter(|line| members.contains(&line.fulfillment_order_id));
    let units: i64 = of_group.map(|line| line.ordered - line.canceled).sum();
    if units > repo::undelivered_units(&*work.tx, &members).await? {
        return Ok(Vec::new());
    }
    let moved = |f: &&FulfillmentOrder| f.shipping_state == ShippingState::Moved;
    Ok(work.book.fulfillments.iter().filter(group).filter(moved).map(|f| f.id).collect())
}

/// What was to be paid at the door never will be: the units, and the delivery and the fee if the parcel carried them.
fn give_up(work: &mut Work, row: &Shipment, slots: &[(OrderLineId, i64, i64)]) -> Result<(), Error> {
    work.book.give_up(slots)?;
    if row.parts.0.shipping + row.parts.0.shipping_discount > 0 {
        // What another parcel carried was paid with that.
        let carried = |f: &&mut FulfillmentOrder| row.shipping_of.0.contains(&f.id);
        let sent = |f: &&mut FulfillmentOrder| carried(f) && f.shipping_state == ShippingState::Moved;
        for shipping in work.book.fulfillments.iter_mut().filter(sent) {
            shipping.shipping_state = ShippingState::Returned;
            shipping.shipping_given_minor = shipping.shipping_cash_minor();
            shipping.shipping_reversed_minor = shipping.shipping_cash_minor();
        }
    }
    let part = work.book.part_mut(row.merchant_order_id)?;
    part.uncollected_minor += row.gross_minor;
    if row.parts.0.fixed_fee > 0 {
        part.fixed_fee_state = FeeState::Returned;
    }
    Ok(())
}
