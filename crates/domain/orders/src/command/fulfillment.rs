//! Re-planning what is sent from where. The buyer's price never changes, promises of stock follow.

use std::collections::HashSet;

use context::Ctx;
use inventory::{Release, Reserve, release_in_tx, reserve_in_tx};
use kernel::id::{FulfillmentLineId, FulfillmentOrderId, LocationId};
use kernel::{Invalid, text};
use serde_json::json;

use super::work::Work;
use crate::Error;
use crate::actions::SHIP;
use crate::entity::FulfillmentOrder;
use crate::event::LineUnits;
use crate::model::book::Book;
use crate::model::care::FulfillmentAction;
use crate::repo;

/// The most lines of one split.
const LINES_MAX: usize = 2_000;

/// A fulfillment order that a caller wants to re-plan, and the version it was seen in.
#[derive(Debug, Clone, Copy)]
pub struct OfFulfillment {
    /// The fulfillment order.
    pub id: FulfillmentOrderId,
    /// The version the decision was made on.
    pub expected_version: Option<i64>,
}

/// Keeps a fulfillment order from leaving.
///
/// # Errors
/// Not found for a foreign fulfillment order; stale version; [`Error::InvalidTransition`]; [`Invalid`].
pub async fn fulfillment_hold(ctx: &Ctx, of: OfFulfillment, reason: &str) -> Result<Book, Error> {
    ctx.authorize(SHIP)?;
    let reason = text::line("reason", reason, 500)?;
    let mut work = open(ctx, of, FulfillmentAction::Hold).await?;
    let now = work.tx.now();
    work.book.hold(of.id, Some(now), Some(reason.clone()))?;
    let part = work.book.fulfillment(of.id)?.merchant_order_id;
    let data = json!({ "fulfillment_order": of.id });
    work.note_saying("fulfillment_held", Some(part), &data, ("reason", Some(&reason)));
    work.finish().await
}

/// Lets a fulfillment order leave again.
///
/// # Errors
/// Not found for a foreign fulfillment order; stale version; [`Error::InvalidTransition`].
pub async fn fulfillment_release(ctx: &Ctx, of: OfFulfillment) -> Result<Book, Error> {
    let mut work = open(ctx, of, FulfillmentAction::ReleaseHold).await?;
    work.book.hold(of.id, None, None)?;
    tell(&mut work, of.id, "fulfillment_released", json!({}))?;
    work.finish().await
}

/// Sends a fulfillment order from another location of the merchant: the promises of stock move with it.
///
/// # Errors
/// Not found for a foreign fulfillment order or location; stale version; [`Error::InvalidTransition`]; out of stock at
/// the new location, then nothing moves; [`Invalid`] when it is there already.
pub async fn fulfillment_move(ctx: &Ctx, of: OfFulfillment, to: LocationId) -> Result<Book, Error> {
    ctx.authorize(SHIP)?;
    let location = inventory::location(ctx, to).await?;
    let mut work = open(ctx, of, FulfillmentAction::Move).await?;
    let row = work.book.fulfillment(of.id)?;
    if row.merchant_id != location.merchant_id {
        return Err(context::Error::NotFound("location").into());
    }
    if row.location_id == to {
        return Err(Invalid::new("locationId", "UNCHANGED", "is where it leaves from already").into());
    }
    let from = row.location_name.clone();
    let promised = work.book.relocate(of.id, to, location.name.clone())?;
    let given: Vec<Release> = promised
        .iter()
        .map(|p| Release { order_line_id: p.line, location_id: p.location, quantity: p.quantity })
        .collect();
    release_in_tx(&mut work.tx, &given).await?;
    let taken = promised.iter().filter_map(|p| {
        let line = work.book.lines.iter().find(|line| line.id == p.line)?;
        let (order_line_id, stock_item_id) = (line.id, line.stock_item_id);
        Some(Reserve { order_line_id, stock_item_id, location_id: to, quantity: p.quantity })
    });
    let taken: Vec<Reserve> = taken.collect();
    reserve_in_tx(&mut work.tx, &taken).await?;
    tell(&mut work, of.id, "fulfillment_moved", json!({ "from": from, "to": location.name }))?;
    work.finish().await
}

/// Makes two fulfillment orders of one: the units named go to a new one at the same location. Gives its id.
///
/// # Errors
/// Not found for a foreign fulfillment order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::TooManyUnits`], also when nothing would stay; [`Invalid`].
pub async fn fulfillment_split(
    ctx: &Ctx,
    of: OfFulfillment,
    lines: &[LineUnits],
) -> Result<(Book, FulfillmentOrderId), Error> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(Invalid::range("lines", 1, 500).into());
    }
    let mut seen = HashSet::new();
    if let Some(index) = lines.iter().position(|units| !seen.insert(units.line)) {
        return Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is named twice").into());
    }
    let mut work = open(ctx, of, FulfillmentAction::Split).await?;
    let new: FulfillmentOrderId = ctx.new_id();
    work.book.split(of.id, lines, new, || ctx.new_id::<FulfillmentLineId>())?;
    tell(&mut work, of.id, "fulfillment_split", json!({ "into": new, "lines": lines }))?;
    Ok((work.finish().await?, new))
}

/// Puts everything of a fulfillment order into another one of the same merchant order, location and delivery method.
///
/// # Errors
/// Not found for a foreign fulfillment order; stale version; [`Error::InvalidTransition`]; [`Error::NotMergeable`].
pub async fn fulfillment_merge(ctx: &Ctx, of: OfFulfillment, into: FulfillmentOrderId) -> Result<Book, Error> {
    let mut work = open(ctx, of, FulfillmentAction::Merge).await?;
    // What takes the units must still be open itself.
    work.book.require_of(into, FulfillmentAction::Hold)?;
    work.book.merge(of.id, into, || ctx.new_id::<FulfillmentLineId>())?;
    tell(&mut work, of.id, "fulfillment_merged", json!({ "into": into }))?;
    work.finish().await
}

/// The order of a fulfillment order under lock, when its state allows `action`.
async fn open(ctx: &Ctx, of: OfFulfillment, action: FulfillmentAction) -> Result<Work, Error> {
    let grant = ctx.authorize(SHIP)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let found = repo::fulfillment(&*tx, &grant, of.id).await?;
    let work = Work::open(ctx, tx, found.order_id).await?;
    let row: &FulfillmentOrder = work.book.fulfillment(of.id)?;
    if of.expected_version.is_some_and(|version| version != row.version) {
        return Err(context::Error::Stale("fulfillment order").into());
    }
    work.book.require_of(of.id, action)?;
    Ok(work)
}

fn tell(work: &mut Work, id: FulfillmentOrderId, kind: &str, more: serde_json::Value) -> Result<(), Error> {
    let part = work.book.fulfillment(id)?.merchant_order_id;
    work.note(kind, Some(part), &json!({ "fulfillment_order": id, "more": more }));
    Ok(())
}
