//! What carriers tell of parcels.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::id::{ShipmentId, TrackingEventId};
use kernel::{Invalid, text};
use marketplace::Carrier;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

use super::deliver::{Proof, deliver_in};
use super::undelivered::{End, end_in};
use super::work::{Work, market_fault};
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::{Shipment, shipment, tracking_event};
use crate::event::ShipmentMoved;
use crate::model::care::{self, ShipmentAction};
use crate::model::status::ShipmentState;
use crate::model::tracking::{Scan, furthest, rank};

/// The most events of one message.
pub const SCANS_MAX: usize = 500;

/// How long before a parcel was recorded as sent its first event may have happened. A carrier uses its numbers again:
/// what is older is of another parcel.
const EARLIEST: Duration = Duration::days(14);

/// What became of a message of a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scanned {
    /// Events that were not known before.
    pub new: u64,
    /// Parcels that were brought up to date.
    pub parcels: usize,
}

/// Takes what a carrier tells. Every event is kept as it came, once; then the parcels it speaks of are brought to the
/// furthest state that was told. Events may come late, twice, out of order, and before the parcel is known.
///
/// # Errors
/// Not found for an unknown carrier; [`Invalid`] naming the event; the database error (the carrier sends it again).
pub async fn tracking_events(ctx: &Ctx, carrier: &str, scans: &[Scan]) -> Result<Scanned, Error> {
    ctx.authorize(DRIVE)?;
    if scans.len() > SCANS_MAX {
        return Err(Invalid::new("events", "TOO_MANY", format!("at most {SCANS_MAX}")).into());
    }
    let market = marketplace::snapshot(ctx).await.map_err(market_fault)?;
    let carrier = market.carrier_by_code(carrier).ok_or(context::Error::NotFound("carrier"))?;
    let tx = ctx.begin_write().await?;
    let mut rows = Vec::with_capacity(scans.len());
    for (index, scan) in scans.iter().enumerate() {
        rows.push(row(ctx, carrier, index, scan, tx.now())?);
    }
    let numbers: BTreeSet<String> = scans.iter().map(|scan| scan.tracking_number.trim().to_owned()).collect();
    let mut new = 0;
    if !rows.is_empty() {
        use tracking_event::Column as C;
        let same = [C::CarrierCode, C::TrackingNumber, C::Code, C::OccurredAt];
        let keep = OnConflict::columns(same).do_nothing().to_owned();
        new = tracking_event::Entity::insert_many(rows).on_conflict(keep).exec_without_returning(&*tx).await?;
    }
    tx.commit().await?;
    let mut parcels = 0;
    // Known events too: whoever was interrupted between keeping and applying sends them again.
    for number in numbers {
        if let Some(parcel) = parcel_of(ctx, &carrier.code, &number).await? {
            parcels += usize::from(catch_up(ctx, parcel.id).await?);
        }
    }
    Ok(Scanned { new, parcels })
}

/// Brings a parcel to the furthest state its carrier told, also what was told before it was known. Doing it again
/// changes nothing. Gives whether it changed.
///
/// # Errors
/// Not found; the database error.
pub async fn tracking_catch_up(ctx: &Ctx, id: ShipmentId) -> Result<bool, Error> {
    ctx.authorize(DRIVE)?;
    catch_up(ctx, id).await
}

fn row(
    ctx: &Ctx,
    carrier: &Carrier,
    index: usize,
    scan: &Scan,
    now: DateTime<Utc>,
) -> Result<tracking_event::ActiveModel, Error> {
    let field = |name: &str| format!("events.{index}.{name}");
    let code = text::line(&field("code"), &scan.code, 60)?;
    let state = carrier.state_of(&code).and_then(|state| state.parse::<ShipmentState>().ok());
    let id: TrackingEventId = ctx.new_id();
    Ok(tracking_event::ActiveModel {
        id: Set(id),
        carrier_code: Set(carrier.code.clone()),
        tracking_number: Set(text::line(&field("trackingNumber"), &scan.tracking_number, 100)?),
        code: Set(code),
        state: Set(state.map(|state| state.to_string())),
        occurred_at: Set(scan.occurred_at),
        body: Set(serde_json::to_string(scan)?),
        received_at: Set(now),
    })
}

/// The parcel that a number stands for now: the newest one.
async fn parcel_of(ctx: &Ctx, carrier: &str, number: &str) -> Result<Option<Shipment>, Error> {
    Ok(shipment::Entity::find()
        .filter(shipment::Column::CarrierCode.eq(carrier))
        .filter(shipment::Column::TrackingNumber.eq(number))
        .order_by_desc(shipment::Column::Id)
        .one(ctx.read())
        .await?)
}

async fn catch_up(ctx: &Ctx, id: ShipmentId) -> Result<bool, Error> {
    let missing = || context::Error::NotFound("shipment");
    let tx = ctx.begin_write().await?;
    let found = shipment::Entity::find_by_id(id).one(&*tx).await?.ok_or_else(missing)?;
    let mut work = Work::open(ctx, tx, found.order_id).await?;
    let mut row = shipment::Entity::find_by_id(id).one(&*work.tx).await?.ok_or_else(missing)?;
    let (Some(carrier), Some(number)) = (row.carrier_code.clone(), row.tracking_number.clone()) else {
        return Ok(false);
    };
    let events = tracking_event::Entity::find()
        .filter(tracking_event::Column::CarrierCode.eq(carrier))
        .filter(tracking_event::Column::TrackingNumber.eq(number))
        .filter(tracking_event::Column::OccurredAt.gte(row.shipped_at - EARLIEST))
        .all(&*work.tx)
        .await?;
    let told = events.iter().filter_map(|event| {
        let state = event.state.as_deref()?.parse().ok()?;
        Some((state, event.occurred_at))
    });
    let Some((state, at)) = furthest(&told.collect::<Vec<_>>()) else { return Ok(false) };
    if rank(state) <= rank(row.state) {
        return Ok(false);
    }
    let allowed = care::shipment(&row);
    match state {
        ShipmentState::Delivered if allowed.contains(&ShipmentAction::Deliver) => {
            // It may have been recorded as sent after it arrived.
            let at = at.clamp(row.shipped_at, work.tx.now());
            deliver_in(&mut work, &mut row, at, proof(&events)).await?;
        }
        ShipmentState::Lost if allowed.contains(&ShipmentAction::ReportLost) => {
            end_in(&mut work, &mut row, End { lost: true, restock: false, note: None }).await?;
        }
        ShipmentState::ReturnedToSender if allowed.contains(&ShipmentAction::ReportReturned) => {
            end_in(&mut work, &mut row, End { lost: false, restock: true, note: None }).await?;
        }
        ShipmentState::InTransit
        | ShipmentState::OutForDelivery
        | ShipmentState::ReadyForPickup
        | ShipmentState::DeliveryFailed => {
            row.state = state;
            let all = row.clone().into_active_model().reset_all();
            shipment::Entity::update_many().set(all).filter(shipment::Column::Id.eq(row.id)).exec(&*work.tx).await?;
            let data = json!({ "shipment": row.id, "parcel": row.parcel_no, "state": state, "at": at });
            work.note("tracked", Some(row.merchant_order_id), &data);
            let (order, merchant_order, merchant) = (row.order_id, row.merchant_order_id, row.merchant_id);
            work.tx.emit(&ShipmentMoved { order, merchant_order, merchant, shipment: row.id, state });
        }
        _ => return Ok(false),
    }
    work.finish().await?;
    Ok(true)
}

/// Who took the parcel, as the carrier tells.
fn proof(events: &[tracking_event::Model]) -> Option<Proof> {
    let told = events.iter().filter(|event| event.state.as_deref() == Some(ShipmentState::Delivered.as_str()));
    let mut names = told.filter_map(|event| serde_json::from_str::<Scan>(&event.body).ok()?.received_by);
    names.next().map(|name| Proof { received_by: Some(name), asset: None })
}
