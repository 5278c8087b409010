//! Loading and saving coupons.

use access::{Denied, Grant};
use context::WriteTx;
use kernel::id::CouponId;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::Error;
use crate::entity::coupon_row;
use crate::model::{Coupon, CouponValue};

impl From<coupon_row::Model> for Coupon {
    fn from(row: coupon_row::Model) -> Self {
        let value = match (row.amount_minor, row.percent_ppm) {
            (_, Some(rate)) => CouponValue::Percent(rate),
            (amount, None) => CouponValue::Amount(amount.unwrap_or(0)),
        };
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            currency: row.currency,
            value,
            minimum_minor: row.minimum_minor,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            uses_max: row.uses_max,
            uses: row.uses,
            active: row.active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn row(coupon: &Coupon) -> coupon_row::Model {
    let (amount_minor, percent_ppm) = match coupon.value {
        CouponValue::Amount(minor) => (Some(minor), None),
        CouponValue::Percent(rate) => (None, Some(rate)),
    };
    coupon_row::Model {
        id: coupon.id,
        code: coupon.code.clone(),
        name: coupon.name.clone(),
        currency: coupon.currency,
        amount_minor,
        percent_ppm,
        minimum_minor: coupon.minimum_minor,
        valid_from: coupon.valid_from,
        valid_to: coupon.valid_to,
        uses_max: coupon.uses_max,
        uses: coupon.uses,
        active: coupon.active,
        version: coupon.version,
        created_at: coupon.created_at,
        updated_at: coupon.updated_at,
    }
}

/// Only the operator makes coupons, whatever the policy says.
fn operator(grant: &Grant) -> Result<(), Error> {
    if grant.is_wide() { Ok(()) } else { Err(context::Error::Denied(Denied::Lacking(grant.action())).into()) }
}

pub(crate) async fn coupon<C: ConnectionTrait>(conn: &C, id: CouponId, lock: bool) -> Result<Coupon, Error> {
    let find = coupon_row::Entity::find_by_id(id);
    let find = if lock { find.lock_exclusive() } else { find };
    let row = find.one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("coupon"))?.into())
}

pub(crate) async fn insert_coupon(tx: &WriteTx, grant: &Grant, coupon: &Coupon) -> Result<(), Error> {
    operator(grant)?;
    let inserted = coupon_row::Entity::insert(row(coupon).into_active_model()).exec_without_returning(&**tx).await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if matches!(db::violated(&error), Some(db::error::Violation::Unique)) => {
            Err(context::Error::Taken { field: "code".to_owned() }.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Saves what people change; the uses are counted elsewhere.
pub(crate) async fn save_coupon(tx: &WriteTx, grant: &Grant, coupon: &Coupon) -> Result<(), Error> {
    operator(grant)?;
    let change = coupon_row::ActiveModel {
        name: Set(coupon.name.clone()),
        valid_to: Set(coupon.valid_to),
        uses_max: Set(coupon.uses_max),
        active: Set(coupon.active),
        version: Set(coupon.version),
        updated_at: Set(coupon.updated_at),
        ..Default::default()
    };
    let done = coupon_row::Entity::update_many()
        .set(change)
        .filter(coupon_row::Column::Id.eq(coupon.id))
        .filter(coupon_row::Column::Version.eq(coupon.version - 1))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(context::Error::Stale("coupon").into()) }
}
