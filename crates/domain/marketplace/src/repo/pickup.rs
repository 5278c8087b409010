//! Pickup points.

use context::WriteTx;
use db::dialect::pad;
use kernel::id::PickupPointId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::Error;
use crate::entity::pickup_point_row::{ActiveModel, Column, Entity, Model};
use crate::model::pickup_point::{PickupPlace, PickupPoint, PickupPointKind};

pub(crate) fn point(row: Model) -> Result<PickupPoint, Error> {
    let unknown = || context::Error::internal(format!("pickup_point.kind holds {:?}", row.kind));
    Ok(PickupPoint {
        id: row.id,
        carrier: row.carrier_code,
        place: PickupPlace {
            kind: PickupPointKind::parse(&row.kind).ok_or_else(unknown)?,
            code: row.code,
            name: row.name,
            line1: row.line1,
            postal_code: row.postal_code,
            city: row.city,
            country: row.country,
            hours: row.hours,
        },
        active: row.active,
        version: row.version,
        updated_at: row.updated_at,
    })
}

pub(crate) async fn by_codes<C: ConnectionTrait>(
    conn: &C,
    carrier: &str,
    codes: Vec<String>,
) -> Result<Vec<PickupPoint>, Error> {
    let rows =
        Entity::find().filter(Column::CarrierCode.eq(carrier)).filter(Column::Code.is_in(pad(codes))).all(conn).await?;
    rows.into_iter().map(point).collect()
}

pub(crate) async fn by_ids<C: ConnectionTrait>(conn: &C, ids: Vec<PickupPointId>) -> Result<Vec<PickupPoint>, Error> {
    let rows = Entity::find().filter(Column::Id.is_in(pad(ids))).all(conn).await?;
    rows.into_iter().map(point).collect()
}

/// Writes points in one statement. The caller holds the lock of the marketplace.
pub(crate) async fn upsert(tx: &WriteTx, points: &[PickupPoint]) -> Result<(), Error> {
    if points.is_empty() {
        return Ok(());
    }
    let rows = points.iter().map(|point| ActiveModel {
        id: Set(point.id),
        carrier_code: Set(point.carrier.clone()),
        code: Set(point.place.code.clone()),
        name: Set(point.place.name.clone()),
        kind: Set(point.place.kind.as_str().to_owned()),
        line1: Set(point.place.line1.clone()),
        postal_code: Set(point.place.postal_code.clone()),
        city: Set(point.place.city.clone()),
        country: Set(point.place.country.clone()),
        hours: Set(point.place.hours.clone()),
        active: Set(point.active),
        version: Set(point.version),
        updated_at: Set(point.updated_at),
    });
    use Column as C;
    let changed =
        [C::Name, C::Kind, C::Line1, C::PostalCode, C::City, C::Country, C::Hours, C::Active, C::Version, C::UpdatedAt];
    let replace = OnConflict::column(C::Id).update_columns(changed).to_owned();
    Entity::insert_many(rows).on_conflict(replace).exec_without_returning(&**tx).await?;
    Ok(())
}
