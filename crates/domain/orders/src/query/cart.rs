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
    find_cart(&ctx.read_for(&grant), ctx, &grant, access, false).await
}

/// The newest open cart of the buyer who asks; `None` when there is none.
///
/// # Errors
/// The database error.
pub async fn newest_cart_of_mine(ctx: &Ctx) -> Result<Option<Cart>, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    let Some(customer) = ctx.actor().customer() else { return Ok(None) };
    let newest: Option<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::CustomerId.eq(customer))
        .filter(cart::Column::State.eq(CartState::Open))
        .order_by_desc(cart::Column::Id)
        .into_tuple()
        .one(&ctx.read_for(&grant))
        .await?;
    let Some(id) = newest else { return Ok(None) };
    Ok(Some(find_cart(&ctx.read_for(&grant), ctx, &grant, &CartAccess { id, token: None }, false).await?))
}
