//! Coupons.

use context::Ctx;
use kernel::id::CouponId;
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_COUPONS;
use crate::entity::coupon_row;
use crate::model::Coupon;
use crate::{Error, repo};

/// Coupons, the newest first; for the operator.
///
/// # Errors
/// A bad cursor; denied; the database error.
pub async fn coupons(ctx: &Ctx, page: &PageArgs) -> Result<Page<Coupon>, Error> {
    let grant = ctx.authorize(READ_COUPONS)?;
    if !grant.is_wide() {
        return Err(context::Error::NotFound("coupon").into());
    }
    let mut query = coupon_row::Entity::find().order_by_desc(coupon_row::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<CouponId>()? {
        query = query.filter(coupon_row::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(Coupon::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Coupon| row.id))
}

/// One coupon; for the operator.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn coupon(ctx: &Ctx, id: CouponId) -> Result<Coupon, Error> {
    let grant = ctx.authorize(READ_COUPONS)?;
    if !grant.is_wide() {
        return Err(context::Error::NotFound("coupon").into());
    }
    repo::coupon(&ctx.read_for(&grant), id, false).await
}

/// The coupon with this code, for placement. The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn coupon_by_code_on<C: ConnectionTrait>(conn: &C, code: &str) -> Result<Option<Coupon>, Error> {
    let row = coupon_row::Entity::find().filter(coupon_row::Column::Code.eq(code)).one(conn).await?;
    Ok(row.map(Coupon::from))
}
