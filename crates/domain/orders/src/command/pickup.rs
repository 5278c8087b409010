//! Goods that the buyer collects at the merchant's.

use context::Ctx;
use kernel::id::FulfillmentOrderId;
use kernel::text;
use serde_json::json;

use super::deliver::{Proof, deliver_in};
use super::fulfillment::OfFulfillment;
use super::overdue;
use super::ship::{Ship, Tracking, ship_in};
use super::standing;
use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::{FulfillmentOrder, Shipment};
use crate::event::{LineUnits, PickupReady};
use crate::model::book::Book;
use crate::model::care::FulfillmentAction;
use crate::repo;

/// Goods that are handed over to a buyer who came.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// What they belong to, in the version that the caller saw.
    pub of: OfFulfillment,
    /// What is handed over; empty: everything that is open.
    pub lines: Vec<LineUnits>,
    /// Who took it.
    pub received_by: String,
}

/// Says that goods lie ready to be collected; the buyer is told.
///
/// # Errors
/// Not found for a foreign fulfillment order; stale version; [`Error::InvalidTransition`].
pub async fn pickup_make_ready(ctx: &Ctx, of: OfFulfillment) -> Result<Book, Error> {
    let (mut work, row) = open(ctx, of, FulfillmentAction::MakeReady).await?;
    let now = work.tx.now();
    set_ready(&mut work.book, row.id, now);
    if now >= row.ship_by {
        overdue::mark(&mut work.book, row.id, now);
    }
    let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
    work.tx.emit(&PickupReady { order, merchant_order, merchant, fulfillment_order: row.id });
    work.note("pickup_ready", Some(merchant_order), &json!({ "fulfillment_order": row.id }));
    work.finish().await
}

/// Hands goods over to the buyer: they leave and arrive at once, and what is paid on delivery is collected.
///
/// # Errors
/// Not found for a foreign fulfillment order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::TooManyUnits`]; `Invalid` naming `receivedBy`.
pub async fn pickup_hand_over(ctx: &Ctx, input: HandOver) -> Result<Shipment, Error> {
    let grant = ctx.authorize(SHIP)?;
    let received_by = text::line("receivedBy", &input.received_by, 200)?;
    let (mut work, row) = open(ctx, input.of, FulfillmentAction::HandOver).await?;
    standing::may_send(&work, &grant, row.merchant_id).await?;
    let sent = Ship {
        fulfillment_order: row.id,
        expected_version: None,
        lines: input.lines,
        carrier: None,
        tracking_number: None,
        tracking_url: None,
    };
    let mut parcel = ship_in(&mut work, &row, &sent, Tracking::default()).await?;
    let at = parcel.shipped_at;
    deliver_in(&mut work, &mut parcel, at, Some(Proof { received_by: Some(received_by), asset: None })).await?;
    work.finish().await?;
    Ok(parcel)
}

async fn open(ctx: &Ctx, of: OfFulfillment, action: FulfillmentAction) -> Result<(Work, FulfillmentOrder), Error> {
    let grant = ctx.authorize(SHIP)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let found = repo::fulfillment(&*tx, &grant, of.id).await?;
    let work = Work::open(ctx, tx, found.order_id).await?;
    let row = work.book.fulfillment(of.id)?.clone();
    if of.expected_version.is_some_and(|version| version != row.version) {
        return Err(context::Error::Stale("fulfillment order").into());
    }
    work.book.require_of(of.id, action)?;
    Ok((work, row))
}

fn set_ready(book: &mut Book, id: FulfillmentOrderId, now: chrono::DateTime<chrono::Utc>) {
    for row in book.fulfillments.iter_mut().filter(|row| row.id == id) {
        row.ready_at = Some(now);
    }
}
