//! Pickup points, as carriers publish them.

use std::collections::{HashMap, HashSet};

use context::Ctx;
use history::Change;
use kernel::Invalid;

use crate::actions::EDIT_DELIVERY;
use crate::model::pickup_point::{PickupPlace, PickupPoint};
use crate::{Error, repo};

/// The most pickup points of one import.
pub const PICKUP_POINTS_MAX: usize = 500;

/// Pickup points of a carrier.
#[derive(Debug, Clone)]
pub struct ImportPickupPoints {
    /// The code of the carrier.
    pub carrier: String,
    /// One to [`PICKUP_POINTS_MAX`] of them, each with whether it takes new orders.
    pub points: Vec<(PickupPlace, bool)>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportedPickupPoints {
    /// Points that were not known.
    pub created: u64,
    /// Points that are different now.
    pub changed: u64,
    /// Points that were known as they are.
    pub unchanged: u64,
}

/// Takes pickup points in: those of a known code are changed, the others made; all or none. The same import again
/// changes nothing.
///
/// # Errors
/// [`Invalid`] naming the point, `points.3.name`; an unknown carrier; denied; the database error.
pub async fn import_pickup_points(ctx: &Ctx, input: ImportPickupPoints) -> Result<ImportedPickupPoints, Error> {
    let grant = ctx.authorize(EDIT_DELIVERY)?;
    let points = checked(&input)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    // The lock of the marketplace: two imports of one file come one after the other.
    let market = repo::begin(ctx, &tx, &grant).await?;
    let carrier = market.carrier_by_code(&input.carrier);
    let carrier = carrier.ok_or_else(|| Invalid::new("carrier", "NOT_FOUND", "there is no such carrier"))?;
    let codes: Vec<String> = points.iter().map(|(place, _)| place.code.clone()).collect();
    let known = repo::pickup::by_codes(&*tx, &carrier.code, codes).await?;
    let known: HashMap<&str, &PickupPoint> = known.iter().map(|point| (point.place.code.as_str(), point)).collect();
    let mut done = ImportedPickupPoints::default();
    let mut rows = Vec::new();
    for (place, active) in points {
        let before = known.get(place.code.as_str()).copied();
        if before.is_some_and(|before| before.place == place && before.active == active) {
            done.unchanged += 1;
            continue;
        }
        let (id, version) = before.map_or_else(|| (ctx.new_id(), 1), |before| (before.id, before.version + 1));
        *(if before.is_some() { &mut done.changed } else { &mut done.created }) += 1;
        let after = PickupPoint { id, carrier: carrier.code.clone(), place, active, version, updated_at: tx.now() };
        let change = Change::new("pickup_point", id, if before.is_some() { "edited" } else { "created" });
        tx.record(change.diff(before, Some(&after)));
        rows.push(after);
    }
    repo::pickup::upsert(&tx, &rows).await?;
    tx.commit().await?;
    Ok(done)
}

fn checked(input: &ImportPickupPoints) -> Result<Vec<(PickupPlace, bool)>, Invalid> {
    if input.points.is_empty() || input.points.len() > PICKUP_POINTS_MAX {
        let text = format!("must have 1 to {PICKUP_POINTS_MAX} entries");
        return Err(Invalid::new("points", "OUT_OF_RANGE", text));
    }
    let mut seen = HashSet::new();
    let mut points = Vec::with_capacity(input.points.len());
    for (index, (place, active)) in input.points.iter().enumerate() {
        let place = place.clone().checked(&format!("points.{index}"))?;
        if !seen.insert(place.code.clone()) {
            return Err(Invalid::new(format!("points.{index}.code"), "DUPLICATE", "is named twice"));
        }
        points.push((place, *active));
    }
    Ok(points)
}
