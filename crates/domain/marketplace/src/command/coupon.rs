//! Coupons. They are not part of the snapshot: there may be many, and only the one that a buyer names is read.

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::Currency;
use kernel::id::CouponId;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::{fresh, put};
use crate::actions::EDIT_COUPONS;
use crate::entity::coupon_row;
use crate::model::{Coupon, CouponValue};
use crate::{Error, repo};

/// A coupon to be made.
#[derive(Debug, Clone)]
pub struct CreateCoupon {
    /// What buyers enter.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The currency in which it can be used.
    pub currency: Currency,
    /// What it takes off.
    pub value: CouponValue,
    /// What the goods must cost at least, in minor units.
    pub minimum_minor: i64,
    /// Since when it can be used; now when `None`.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when.
    pub valid_to: Option<DateTime<Utc>>,
    /// How many orders may use it.
    pub uses_max: Option<i64>,
}

/// A change of a coupon: what is `None` stays. Code and value never change; orders keep what they were given.
#[derive(Debug, Clone)]
pub struct EditCoupon {
    /// The coupon.
    pub id: CouponId,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// The name people read.
    pub name: Option<String>,
    /// Until when it can be used; `Some(None)`: without end.
    pub valid_to: Option<Option<DateTime<Utc>>>,
    /// How many orders may use it; `Some(None)`: any number.
    pub uses_max: Option<Option<i64>>,
    /// Whether it can be used at all.
    pub active: Option<bool>,
}

/// Makes a coupon.
///
/// # Errors
/// What is wrong with the input; a code that is taken; denied; the database error.
pub async fn create_coupon(ctx: &Ctx, input: CreateCoupon) -> Result<Coupon, Error> {
    let grant = ctx.authorize(EDIT_COUPONS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let coupon = Coupon {
        id: ctx.new_id(),
        code: input.code,
        name: input.name,
        currency: input.currency,
        value: input.value,
        minimum_minor: input.minimum_minor,
        valid_from: input.valid_from.unwrap_or_else(|| tx.now()),
        valid_to: input.valid_to,
        uses_max: input.uses_max,
        uses: 0,
        active: true,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let coupon = coupon.checked()?;
    repo::insert_coupon(&tx, &grant, &coupon).await?;
    tx.record(Change::new("coupon", coupon.id, "created").diff(None, Some(&coupon)));
    tx.commit().await?;
    Ok(coupon)
}

/// Changes a coupon.
///
/// # Errors
/// What is wrong with the input; not found; stale; denied; the database error.
pub async fn edit_coupon(ctx: &Ctx, input: EditCoupon) -> Result<Coupon, Error> {
    let grant = ctx.authorize(EDIT_COUPONS)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::coupon(&*tx, input.id, true).await?;
    fresh(before.version, input.expected_version, "coupon")?;
    let mut after = Coupon { version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    put(&mut after.name, input.name);
    put(&mut after.valid_to, input.valid_to);
    put(&mut after.uses_max, input.uses_max);
    put(&mut after.active, input.active);
    let after = after.checked()?;
    repo::save_coupon(&tx, &grant, &after).await?;
    tx.record(Change::new("coupon", after.id, "edited").diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Counts one more use of a coupon; `false` when it was used up or switched off meanwhile. The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn redeem_coupon_in_tx(tx: &WriteTx, id: CouponId) -> Result<bool, Error> {
    use coupon_row::Column;
    let left =
        Condition::any().add(Column::UsesMax.is_null()).add(Expr::col(Column::Uses).lt(Expr::col(Column::UsesMax)));
    let done = coupon_row::Entity::update_many()
        .col_expr(Column::Uses, Expr::col(Column::Uses).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Active.eq(true))
        .filter(left)
        .exec(&**tx)
        .await?;
    Ok(done.rows_affected == 1)
}
