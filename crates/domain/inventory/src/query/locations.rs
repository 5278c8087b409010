//! Stock locations.

use std::collections::{HashMap, HashSet};

use access::Grant;
use context::{Ctx, within_merchants};
use db::dialect::pad;
use kernel::id::{LocationId, MerchantId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::LOCATION_READ;
use crate::entity::location::{Column, Entity, Model};
use crate::error::Error;
use crate::model::Location;

/// How many locations of a merchant are in use. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn active_locations_on<C: ConnectionTrait>(conn: &C, merchant: MerchantId) -> Result<u64, context::Error> {
    use sea_orm::PaginatorTrait as _;
    let own = Entity::find().filter(Column::MerchantId.eq(merchant)).filter(Column::Active.eq(true));
    Ok(own.count(conn).await?)
}

impl From<Model> for Location {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            merchant_id: row.merchant_id,
            code: row.code,
            name: row.name,
            country: row.country,
            priority: row.priority,
            store: row.store,
            active: row.active,
            version: row.version,
        }
    }
}

pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: LocationId,
) -> Result<Option<Location>, Error> {
    let wanted = Condition::all().add(Column::Id.eq(id)).add(within_merchants(grant, Column::MerchantId));
    Ok(Entity::find().filter(wanted).one(conn).await?.map(Location::from))
}

pub(crate) async fn ids_of_merchant<C: ConnectionTrait>(
    conn: &C,
    merchant: MerchantId,
) -> Result<HashSet<LocationId>, Error> {
    let wanted = Entity::find().select_only().column(Column::Id).filter(Column::MerchantId.eq(merchant));
    let ids: Vec<LocationId> = wanted.into_tuple().all(conn).await?;
    Ok(ids.into_iter().collect())
}

/// One location.
///
/// # Errors
/// Not found, also for another merchant's.
pub async fn location(ctx: &Ctx, id: LocationId) -> Result<Location, Error> {
    let grant = ctx.authorize(LOCATION_READ)?;
    Ok(find(&ctx.read_for(&grant), &grant, id).await?.ok_or(context::Error::NotFound("location"))?)
}

/// Locations within the caller's scope, the oldest first.
///
/// # Errors
/// A bad cursor; the right may be missing.
pub async fn locations(ctx: &Ctx, merchant: Option<MerchantId>, page: &PageArgs) -> Result<Page<Location>, Error> {
    let grant = ctx.authorize(LOCATION_READ)?;
    let mut wanted = Condition::all().add(within_merchants(&grant, Column::MerchantId));
    if let Some(merchant) = merchant {
        wanted = wanted.add(Column::MerchantId.eq(merchant));
    }
    if let Some(after) = page.after_key::<LocationId>()? {
        wanted = wanted.add(Column::Id.gt(after));
    }
    let rows =
        Entity::find().filter(wanted).order_by_asc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    let rows = rows.into_iter().map(Location::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Location| row.id))
}

/// These locations, as far as they are within the caller's scope.
///
/// # Errors
/// The right may be missing.
pub async fn locations_by_ids(ctx: &Ctx, ids: &[LocationId]) -> Result<HashMap<LocationId, Location>, Error> {
    let grant = ctx.authorize(LOCATION_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(pad(ids.to_vec())))
        .filter(within_merchants(&grant, Column::MerchantId))
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.into())).collect())
}

/// All locations of these merchants within the caller's scope, the one used first at the front.
///
/// # Errors
/// The right may be missing.
pub async fn locations_by_merchant_ids(
    ctx: &Ctx,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, Vec<Location>>, Error> {
    let grant = ctx.authorize(LOCATION_READ)?;
    if merchants.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::MerchantId.is_in(pad(merchants.to_vec())))
        .filter(within_merchants(&grant, Column::MerchantId))
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::Id)
        .all(&ctx.read_for(&grant))
        .await?;
    let mut found: HashMap<MerchantId, Vec<Location>> = HashMap::new();
    for row in rows {
        found.entry(row.merchant_id).or_default().push(row.into());
    }
    Ok(found)
}
