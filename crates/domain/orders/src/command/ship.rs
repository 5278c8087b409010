//! Sending a parcel.

use std::collections::HashSet;

use context::{Ctx, WriteTx};
use inventory::{Issue, issue_in_tx};
use kernel::id::{FulfillmentOrderId, ShipmentId};
use kernel::{Invalid, text};
use marketplace::{DeliveryKind, Snapshot};
use payments::{CapturePart, capture_in_tx};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::deliver::deliver_in;
use super::money::{Captured, capture_part};
use super::overdue;
use super::standing;
use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::{FulfillmentOrder, Shipment, shipment, shipment_line};
use crate::event::{LineUnits, ShipmentRecognized, ShipmentShipped};
use crate::model::book::ShippedUnits;
use crate::model::care::FulfillmentAction;
use crate::model::pickup::is_at_store;
use crate::model::state::MerchantOrderAction;
use crate::model::status::{CaptureTiming, ShipmentState};
use crate::model::types::{FulfillmentOrderIds, StoredParts};
use crate::repo;

/// A parcel.
#[derive(Debug, Clone)]
pub struct Ship {
    /// What it belongs to.
    pub fulfillment_order: FulfillmentOrderId,
    /// The version of the fulfillment order the parcel was packed on.
    pub expected_version: Option<i64>,
    /// What is in it; empty: everything that is open.
    pub lines: Vec<LineUnits>,
    /// The code of a carrier the marketplace knows, or the name of another.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// Where to track it, for a carrier the marketplace does not know.
    pub tracking_url: Option<String>,
}

/// The carrier of a parcel as stored.
#[derive(Default)]
pub(super) struct Tracking {
    code: Option<String>,
    name: Option<String>,
    number: Option<String>,
    url: Option<String>,
}

/// Sends a parcel: stock leaves, the sale is earned (unless it is paid at the door), the buyer can be told.
///
/// # Errors
/// Not found for a foreign fulfillment order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::TooManyUnits`]; [`Error::TrackingRequired`]; [`Invalid`].
pub async fn ship(ctx: &Ctx, input: Ship) -> Result<Shipment, Error> {
    let grant = ctx.authorize(SHIP)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let found = repo::fulfillment(&*tx, &grant, input.fulfillment_order).await?;
    let mut work = Work::open(ctx, tx, found.order_id).await?;
    let fulfillment = locked(&work, &input)?;
    work.book.require(fulfillment.merchant_order_id, MerchantOrderAction::Ship)?;
    standing::may_send(&work, &grant, fulfillment.merchant_id).await?;
    // What the buyer collects is handed over, not sent.
    if fulfillment.held_at.is_some() || is_at_store(&fulfillment.method_kind) {
        work.book.require_of(fulfillment.id, FulfillmentAction::Ship)?;
    }
    let tracking = tracking(&input, &work.market)?;
    if fulfillment.tracking_required && (tracking.number.is_none() || tracking.name.is_none()) {
        return Err(Error::TrackingRequired);
    }
    at_the_point(&fulfillment, &tracking)?;
    let mut row = ship_in(&mut work, &fulfillment, &input, tracking).await?;
    // What goes by wire is there when it leaves, and what is done for the buyer is done; unless somebody is to sign.
    let kind = DeliveryKind::parse(&fulfillment.method_kind);
    if kind.is_some_and(|kind| !kind.is_carried()) && !fulfillment.signature_required {
        let at = row.shipped_at;
        deliver_in(&mut work, &mut row, at, None).await?;
    }
    work.finish().await?;
    Ok(row)
}

/// The carrier of the buyer's pickup point brings it there, nobody else.
fn at_the_point(fulfillment: &FulfillmentOrder, tracking: &Tracking) -> Result<(), Invalid> {
    let wanted = fulfillment.pickup.as_ref().and_then(|pickup| pickup.carrier.as_deref());
    match wanted {
        Some(wanted) if tracking.code.as_deref() != Some(wanted) => {
            let text = format!("the buyer collects it at a pickup point of {wanted}");
            Err(Invalid::new("carrier", "WRONG_CARRIER", text))
        }
        _ => Ok(()),
    }
}

/// Sends units inside a command on the order; that they may leave was checked.
pub(super) async fn ship_in(
    work: &mut Work,
    fulfillment: &FulfillmentOrder,
    input: &Ship,
    tracking: Tracking,
) -> Result<Shipment, Error> {
    let lines = wanted(work, input)?;
    let shipped = work.book.ship(fulfillment.id, &lines)?;
    if fulfillment.ready_at.is_none() && work.tx.now() >= fulfillment.ship_by {
        let now = work.tx.now();
        overdue::mark(&mut work.book, fulfillment.id, now);
    }
    let id: ShipmentId = work.ctx.new_id();
    let issues: Vec<Issue> = lines
        .iter()
        .map(|units| Issue {
            order_line_id: units.line,
            location_id: fulfillment.location_id,
            quantity: units.quantity,
        })
        .collect();
    issue_in_tx(&mut work.tx, &issues, &id.to_string()).await?;
    let row = insert(work, id, fulfillment, &shipped, tracking).await?;
    if work.book.part(row.merchant_order_id)?.capture == CaptureTiming::OnShipment {
        claim(work, &row).await?;
    }
    tell(work, &row, &shipped, &lines);
    Ok(row)
}

/// The buyer owes from now on what is in the parcel.
async fn claim(work: &mut Work, row: &Shipment) -> Result<(), Error> {
    let (part, discount) = (row.merchant_order_id, row.parts.0.discount);
    let payment_id = work.book.part(part)?.payment_id;
    let wanted = CapturePart { payment_id, amount_minor: row.gross_minor, merchant_order_id: part };
    let taken = capture_in_tx(&mut work.tx, wanted).await?;
    work.book.order.owed_minor += row.gross_minor;
    let captured = Captured { amount: row.gross_minor, discount, shipment: Some(row.id) };
    match taken.first() {
        Some(operation) => capture_part(work, *operation, part, captured).await,
        // Nothing is owed for what a coupon pays in full.
        None if discount > 0 => {
            let gift = work.ctx.new_id();
            capture_part(work, gift, part, Captured { amount: 0, ..captured }).await
        }
        None => Ok(()),
    }
}

fn locked(work: &Work, input: &Ship) -> Result<FulfillmentOrder, Error> {
    let found = work.book.fulfillments.iter().find(|f| f.id == input.fulfillment_order);
    let fulfillment = found.ok_or(context::Error::NotFound("fulfillment order"))?.clone();
    match input.expected_version {
        Some(version) if version != fulfillment.version => Err(context::Error::Stale("fulfillment order").into()),
        _ => Ok(fulfillment),
    }
}

fn wanted(work: &Work, input: &Ship) -> Result<Vec<LineUnits>, Error> {
    if !input.lines.is_empty() {
        let mut seen = HashSet::new();
        return match input.lines.iter().position(|units| !seen.insert(units.line)) {
            Some(index) => Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is named twice").into()),
            None => Ok(input.lines.clone()),
        };
    }
    let open = work.book.open_of_fulfillment(input.fulfillment_order);
    if open.is_empty() {
        return Err(Error::TooManyUnits { field: "lines".to_owned(), available: 0 });
    }
    Ok(open)
}

fn tracking(input: &Ship, market: &Snapshot) -> Result<Tracking, Invalid> {
    let optional = |field: &str, value: &Option<String>, max: usize| match value {
        Some(value) if !value.trim().is_empty() => text::line(field, value, max).map(Some),
        _ => Ok(None),
    };
    let name = optional("carrier", &input.carrier, 120)?;
    let number = optional("trackingNumber", &input.tracking_number, 100)?;
    let own_url = optional("trackingUrl", &input.tracking_url, 500)?;
    if own_url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
        return Err(Invalid::new("trackingUrl", "MALFORMED", "must start with https://"));
    }
    let known = name.as_deref().and_then(|code| market.carrier_by_code(code)).filter(|c| c.active);
    if let (Some(carrier), Some(number)) = (known, &number) {
        carrier.check_number("trackingNumber", number)?;
    }
    let url = match (known, &number) {
        (Some(carrier), Some(number)) => carrier.tracking_url(number),
        _ => own_url,
    };
    Ok(Tracking {
        code: known.map(|carrier| carrier.code.clone()),
        name: known.map(|carrier| carrier.name.clone()).or(name),
        number,
        url,
    })
}

async fn insert(
    work: &Work,
    id: ShipmentId,
    fulfillment: &FulfillmentOrder,
    shipped: &ShippedUnits,
    tracking: Tracking,
) -> Result<Shipment, Error> {
    let tx: &WriteTx = &work.tx;
    // The order is locked, so nobody else counts at the same time.
    let parcels =
        shipment::Entity::find().filter(shipment::Column::OrderId.eq(work.book.order.id)).count(&**tx).await?;
    let row = shipment::Model {
        id,
        order_id: fulfillment.order_id,
        merchant_order_id: fulfillment.merchant_order_id,
        merchant_id: fulfillment.merchant_id,
        fulfillment_order_id: fulfillment.id,
        parcel_no: i64::try_from(parcels + 1).unwrap_or(i64::MAX),
        carrier_code: tracking.code,
        carrier_name: tracking.name,
        tracking_number: tracking.number,
        tracking_url: tracking.url,
        state: ShipmentState::Shipped,
        recognized: work.book.part(fulfillment.merchant_order_id)?.capture != CaptureTiming::OnDelivery,
        parts: StoredParts(shipped.parts),
        shipping_of: FulfillmentOrderIds(shipped.shipping_of.clone()),
        gross_minor: shipped.parts.gross,
        shipped_at: tx.now(),
        delivered_at: None,
        ended_at: None,
        received_by: None,
        proof_asset_id: None,
    };
    shipment::Entity::insert(row.clone().into_active_model()).exec_without_returning(&**tx).await?;
    let lines = shipped.slots.iter().map(|(line, slots)| shipment_line::ActiveModel {
        shipment_id: Set(id),
        fulfillment_line_id: Set(*line),
        order_line_id: Set(slots.line),
        quantity: Set(slots.to - slots.from),
        slot_from: Set(slots.from),
        slot_to: Set(slots.to),
    });
    shipment_line::Entity::insert_many(lines).exec_without_returning(&**tx).await?;
    Ok(row)
}

fn tell(work: &mut Work, row: &Shipment, shipped: &ShippedUnits, lines: &[LineUnits]) {
    let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
    let (shipment, shipped_at) = (row.id, row.shipped_at);
    work.tx.emit(&ShipmentShipped { order, merchant_order, merchant, shipment, shipped_at });
    if row.recognized {
        work.tx.emit(&ShipmentRecognized {
            order,
            merchant_order,
            merchant,
            shipment,
            currency: work.book.order.currency,
            parts: shipped.parts,
            net_minor: shipped.parts.net(),
            kept_by_merchant: None,
        });
    }
    let data = json!({
        "shipment": shipment, "parcel": row.parcel_no, "lines": lines,
        "carrier": row.carrier_name, "tracking_number": row.tracking_number,
    });
    work.note("shipped", Some(merchant_order), &data);
}
