//! Carts.

use context::Ctx;
use kernel::id::CartId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::EDIT_CART;
use crate::command::{CartAccess, find_cart};
use crate::entity::cart;
use crate::model::cart::Cart;
use crate::model::status::CartState;

/// A cart.
///
/// # Errors
/// Not found for a foreign cart.
pub async fn cart(ctx: &Ctx, access: &CartAccess) -> Result<Cart, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    find_cart(ctx.read(), ctx, &grant, access, false).await
}

/// The open carts of the buyer who asks, the newest first; at most ten.
///
/// # Errors
/// The database error.
pub async fn carts_of_mine(ctx: &Ctx) -> Result<Vec<Cart>, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    let Some(customer) = ctx.actor().customer() else { return Ok(Vec::new()) };
    let ids: Vec<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::CustomerId.eq(customer))
        .filter(cart::Column::State.eq(CartState::Open))
        .order_by_desc(cart::Column::Id)
        .limit(10)
        .into_tuple()
        .all(ctx.read())
        .await?;
    let mut carts = Vec::with_capacity(ids.len());
    for id in ids {
        carts.push(find_cart(ctx.read(), ctx, &grant, &CartAccess { id, token: None }, false).await?);
    }
    Ok(carts)
}
