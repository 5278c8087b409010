//! Carriers.

use std::collections::BTreeMap;

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::CarrierId;

use super::{KIND_MAX, fresh, missing, put, room, taken};
use crate::actions::EDIT_CARRIERS;
use crate::model::Carrier;
use crate::{Error, repo};

/// A carrier to be made.
#[derive(Debug, Clone)]
pub struct CreateCarrier {
    /// The code that merchants send with a parcel.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The address of a parcel's page with `{tracking}` in the place of its number.
    pub tracking_url_template: Option<String>,
}

/// A change of a carrier: what is `None` stays. The code never changes.
#[derive(Debug, Clone)]
pub struct EditCarrier {
    /// The carrier.
    pub id: CarrierId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// The address of a parcel's page; `Some(None)` removes it.
    pub tracking_url_template: Option<Option<String>>,
    /// What its numbers look like, a regular expression; `Some(None)` removes it.
    pub number_pattern: Option<Option<String>>,
    /// Its words for what happens to a parcel, each with a state of parcels.
    pub event_map: Option<BTreeMap<String, String>>,
    /// Whether it takes new parcels.
    pub active: Option<bool>,
}

/// Makes a carrier.
///
/// # Errors
/// What is wrong with the input; a code that is taken; denied; the database error.
pub async fn create_carrier(ctx: &Ctx, input: CreateCarrier) -> Result<Carrier, Error> {
    let grant = ctx.authorize(EDIT_CARRIERS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let carrier = new_carrier(ctx, &tx, input)?;
    room(market.carriers.len(), KIND_MAX, "carriers")?;
    if market.carrier_by_code(&carrier.code).is_some() {
        return Err(taken("code"));
    }
    repo::insert_carrier(&tx, &carrier).await?;
    tx.record(Change::new("carrier", carrier.id, "created").diff(None, Some(&carrier)));
    tx.commit().await?;
    Ok(carrier)
}

/// Changes a carrier.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_carrier(ctx: &Ctx, input: EditCarrier) -> Result<Carrier, Error> {
    let grant = ctx.authorize(EDIT_CARRIERS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = repo::begin(ctx, &tx, &grant).await?;
    let before = market.carrier(input.id).ok_or_else(|| missing("carrier"))?;
    fresh(before.version, input.expected_version, "carrier")?;
    let mut after = Carrier { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    put(&mut after.name, input.name);
    put(&mut after.tracking_url_template, input.tracking_url_template);
    put(&mut after.number_pattern, input.number_pattern);
    put(&mut after.event_map, input.event_map);
    put(&mut after.active, input.active);
    let after = after.checked()?;
    repo::save_carrier(&tx, &after).await?;
    tx.record(Change::new("carrier", after.id, "edited").diff(Some(before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

pub(super) fn new_carrier(ctx: &Ctx, tx: &WriteTx, input: CreateCarrier) -> Result<Carrier, Error> {
    let carrier = Carrier {
        id: ctx.new_id(),
        code: input.code,
        name: input.name,
        tracking_url_template: input.tracking_url_template,
        number_pattern: None,
        event_map: BTreeMap::new(),
        active: true,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Ok(carrier.checked()?)
}
