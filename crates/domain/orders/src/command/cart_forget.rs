//! Carts that nobody comes back to.

use chrono::Duration;
use context::Ctx;
use kernel::id::CartId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::work::market_fault;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::cart;
use crate::model::status::CartState;

/// Forgets open carts that nobody touched for as long as the settings say. Returns how many; run by a schedule.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn carts_forget(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let before = tx.now() - Duration::days(market.settings.cart_ttl_days.into());
    let stale: Vec<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::State.eq(CartState::Open))
        .filter(cart::Column::UpdatedAt.lt(before))
        .limit(limit)
        .into_tuple()
        .all(&*tx)
        .await?;
    if stale.is_empty() {
        return Ok(0);
    }
    let gone = cart::Entity::delete_many().filter(cart::Column::Id.is_in(stale)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
