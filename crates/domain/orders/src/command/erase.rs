//! Forgetting a buyer. What was sold, paid and sent stays; who bought it does not.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CartId, CustomerId, OrderId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::quote::erase_quotes;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::{
    cart, draft, fulfillment_order, goods_return, incident, merchant_order, order, order_line, refund, shipment,
    words as step_words,
};
use crate::model::status::{CartState, DraftState, OrderState, RefundState};
use crate::model::types::Address;

/// What stands where a name was.
pub(crate) const ERASED: &str = "Erased";

/// Forgets a buyer in carts, drafts, quotes and orders. Orders of which something is still to be done keep the address until
/// they are at their end ([`erase_order`]): goods on their way must arrive. Saying it again changes nothing.
///
/// # Errors
/// The right may be missing; the database error. Orders that were done stay done.
pub async fn erase_buyer(ctx: &Ctx, customer: CustomerId) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let mut tx = ctx.begin_write().await?;
    drop_carts(&tx, customer).await?;
    erase_quotes(&mut tx, ctx, customer).await?;
    order::Entity::update_many()
        .col_expr(order::Column::EraseWantedAt, Expr::value(tx.now()))
        .filter(order::Column::CustomerId.eq(customer))
        .filter(order::Column::EraseWantedAt.is_null())
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    let ended: Vec<OrderId> = order::Entity::find()
        .select_only()
        .column(order::Column::Id)
        .filter(order::Column::CustomerId.eq(customer))
        .filter(order::Column::ErasedAt.is_null())
        .filter(order::Column::State.ne(OrderState::Placed))
        .order_by_asc(order::Column::Id)
        .into_tuple()
        .all(ctx.read())
        .await?;
    let mut count = 0;
    for id in ended {
        count += u64::from(erase_order(ctx, id).await?);
    }
    Ok(count)
}

/// Forgets the buyer of one order, if that is wanted and the order is at its end. Tells whether it did.
///
/// # Errors
/// Not found; the right may be missing; the database error.
pub async fn erase_order(ctx: &Ctx, id: OrderId) -> Result<bool, Error> {
    ctx.authorize(DRIVE)?;
    let mut tx = ctx.begin_write().await?;
    let row = order::Entity::find_by_id(id).lock_exclusive().one(&*tx).await?;
    let row = row.ok_or(context::Error::NotFound("order"))?;
    if row.erase_wanted_at.is_none() || row.erased_at.is_some() || row.state == OrderState::Placed {
        return Ok(false);
    }
    // The country stays: taxes were owed there.
    let nobody = |of: &Address| Address { name: ERASED.to_owned(), country: of.country.clone(), ..Address::default() };
    let ship_to = nobody(&row.ship_to);
    order::Entity::update_many()
        .col_expr(order::Column::Email, Expr::value(format!("{id}@erased.invalid")))
        .col_expr(order::Column::ShipTo, Expr::value(ship_to.clone()))
        .col_expr(order::Column::BillTo, Expr::value(row.bill_to.as_ref().map(nobody)))
        .col_expr(order::Column::TokenHash, Expr::value(None::<String>))
        .col_expr(order::Column::ErasedAt, Expr::value(tx.now()))
        .col_expr(order::Column::Version, Expr::value(row.version + 1))
        .filter(order::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    merchant_order::Entity::update_many()
        .col_expr(merchant_order::Column::ShipTo, Expr::value(ship_to))
        .filter(merchant_order::Column::OrderId.eq(id))
        .exec(&*tx)
        .await?;
    shipment::Entity::update_many()
        .col_expr(shipment::Column::ReceivedBy, Expr::value(None::<String>))
        .col_expr(shipment::Column::ProofAssetId, Expr::value(None::<kernel::id::AssetId>))
        .filter(shipment::Column::OrderId.eq(id))
        .exec(&*tx)
        .await?;
    words(&tx, id).await?;
    payments::forget_words_in_tx(&tx, id).await?;
    tx.forget("order", id).await?;
    forget_cart(&tx, row.cart_id).await?;
    tx.record(Change::new("order", id, "erased"));
    tx.commit().await?;
    Ok(true)
}

/// What people wrote about refunds, returns and incidents.
async fn words(tx: &WriteTx, id: OrderId) -> Result<(), Error> {
    refund::Entity::update_many()
        .col_expr(refund::Column::Note, Expr::value(None::<String>))
        .filter(refund::Column::OrderId.eq(id))
        .exec(&**tx)
        .await?;
    goods_return::Entity::update_many()
        .col_expr(goods_return::Column::Note, Expr::value(None::<String>))
        .filter(goods_return::Column::OrderId.eq(id))
        .exec(&**tx)
        .await?;
    incident::Entity::update_many()
        .col_expr(incident::Column::Note, Expr::value(None::<String>))
        .filter(incident::Column::OrderId.eq(id))
        .exec(&**tx)
        .await?;
    draft::Entity::update_many()
        .col_expr(draft::Column::Note, Expr::value(None::<String>))
        .filter(draft::Column::OrderId.eq(id))
        .exec(&**tx)
        .await?;
    refund::Entity::update_many()
        .col_expr(refund::Column::Failure, Expr::value(ERASED))
        .filter(refund::Column::OrderId.eq(id))
        .filter(refund::Column::State.eq(RefundState::Rejected))
        .filter(refund::Column::Failure.is_not_null())
        .exec(&**tx)
        .await?;
    fulfillment_order::Entity::update_many()
        .col_expr(fulfillment_order::Column::HoldReason, Expr::value(ERASED))
        .filter(fulfillment_order::Column::OrderId.eq(id))
        .filter(fulfillment_order::Column::HoldReason.is_not_null())
        .exec(&**tx)
        .await?;
    // Why the desk gave a price; that of a quote names only the quote.
    order_line::Entity::update_many()
        .col_expr(order_line::Column::PriceReason, Expr::value(ERASED))
        .filter(order_line::Column::OrderId.eq(id))
        .filter(order_line::Column::PriceReason.is_not_null())
        .filter(order_line::Column::QuoteId.is_null())
        .exec(&**tx)
        .await?;
    step_words::Entity::delete_many().filter(step_words::Column::OrderId.eq(id)).exec(&**tx).await?;
    Ok(())
}

async fn forget_cart(tx: &WriteTx, id: CartId) -> Result<(), Error> {
    cart::Entity::update_many()
        .col_expr(cart::Column::Email, Expr::value(None::<String>))
        .col_expr(cart::Column::ShipTo, Expr::value(None::<Address>))
        .col_expr(cart::Column::TokenHash, Expr::value(None::<String>))
        .filter(cart::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Carts that became no order go; drafts are given up.
async fn drop_carts(tx: &WriteTx, customer: CustomerId) -> Result<(), Error> {
    cart::Entity::delete_many()
        .filter(cart::Column::CustomerId.eq(customer))
        .filter(cart::Column::State.eq(CartState::Open))
        .exec(&**tx)
        .await?;
    let prepared: Vec<CartId> = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(cart::Column::CustomerId.eq(customer))
        .filter(cart::Column::State.is_in([CartState::Draft, CartState::Dropped]))
        .into_tuple()
        .all(&**tx)
        .await?;
    for id in prepared {
        let row = draft::Entity::find().filter(draft::Column::CartId.eq(id)).lock_exclusive().one(&**tx).await?;
        // Whoever was placing it was faster: its order is marked with the others.
        let Some(row) = row.filter(|row| row.state != DraftState::Placed) else { continue };
        let state = if row.state == DraftState::Open { DraftState::Deleted } else { row.state };
        draft::Entity::update_many()
            .col_expr(draft::Column::State, Expr::value(state))
            .col_expr(draft::Column::Note, Expr::value(None::<String>))
            .col_expr(draft::Column::Version, Expr::value(row.version + 1))
            .filter(draft::Column::Id.eq(row.id))
            .exec(&**tx)
            .await?;
        cart::Entity::update_many()
            .col_expr(cart::Column::State, Expr::value(CartState::Dropped))
            .filter(cart::Column::Id.eq(id))
            .exec(&**tx)
            .await?;
        forget_cart(tx, id).await?;
    }
    Ok(())
}
