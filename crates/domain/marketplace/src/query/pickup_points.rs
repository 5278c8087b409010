//! Pickup points, by place.

use std::collections::HashMap;

use context::Ctx;
use kernel::country::country;
use kernel::id::PickupPointId;
use kernel::{Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_DELIVERY;
use crate::entity::pickup_point_row::{Column, Entity};
use crate::model::pickup_point::PickupPoint;
use crate::{Error, repo};

/// Which pickup points.
#[derive(Debug, Clone)]
pub struct PickupPointFilter {
    /// In this country.
    pub country: String,
    /// With this postal code, or one that starts like this.
    pub postal_code: Option<String>,
    /// Of this carrier.
    pub carrier: Option<String>,
}

/// Pickup points of a country by postal code; whoever is not of the operator's team sees the active ones.
///
/// # Errors
/// `Invalid` for the country or a bad cursor; denied; the database error.
pub async fn pickup_points(ctx: &Ctx, filter: &PickupPointFilter, page: &PageArgs) -> Result<Page<PickupPoint>, Error> {
    let grant = ctx.authorize(READ_DELIVERY)?;
    let mut find = Entity::find().filter(Column::Country.eq(country("filter.country", &filter.country)?));
    if let Some(carrier) = &filter.carrier {
        find = find.filter(Column::CarrierCode.eq(carrier));
    }
    let start = filter.postal_code.as_deref().map(|code| code.trim().to_uppercase());
    if let Some(start) = start.filter(|start| !start.is_empty()) {
        // Postal codes are capitals, digits, blanks and hyphens: a range of text says "starts with".
        let end = format!("{start}~");
        find = find.filter(Column::PostalCode.gte(start)).filter(Column::PostalCode.lt(end));
    }
    if !grant.is_wide() {
        find = find.filter(Column::Active.eq(true));
    }
    if let Some((code, id)) = page.after_key::<(String, PickupPointId)>()? {
        let row = Expr::tuple([Expr::col(Column::PostalCode), Expr::col(Column::Id)]);
        find = find.filter(row.gt(Expr::tuple([Expr::val(code), Expr::val(id)])));
    }
    let find = find.order_by_asc(Column::PostalCode).order_by_asc(Column::Id).limit(page.limit());
    let rows: Result<Vec<PickupPoint>, Error> =
        find.all(&ctx.read_for(&grant)).await?.into_iter().map(repo::pickup::point).collect();
    Ok(Page::from_rows(rows?, page, |point| (point.place.postal_code.clone(), point.id)))
}

/// Pickup points by id, active or not, for other crates. They have authorized their own action.
///
/// # Errors
/// The database error.
pub async fn pickup_points_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[PickupPointId],
) -> Result<HashMap<PickupPointId, PickupPoint>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let points = repo::pickup::by_ids(conn, ids.to_vec()).await?;
    Ok(points.into_iter().map(|point| (point.id, point)).collect())
}
