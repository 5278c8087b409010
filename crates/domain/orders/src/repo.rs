//! Load and save.

pub(crate) mod quote;

use access::Grant;
use context::{within_customers, within_merchants};
use kernel::id::{ChannelId, DraftOrderId, FulfillmentOrderId, MerchantOrderId, OrderId, ReturnId, ShipmentId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::Error;
use crate::entity::{
    cart, cart_line, draft, fulfillment_line, fulfillment_order, goods_return, goods_return_line, merchant_order,
    order, order_line, shipment, shipment_line,
};
use crate::model::book::Book;
use crate::model::cart::Cart;
use crate::model::draft::Draft;
use crate::model::status::ShipmentState;

/// Rows of one insert statement; keeps the widest table below SQLite's 32,766 variables.
pub(crate) const CHUNK: usize = 500;

/// The orders that a grant reaches: all for the operator, one's own for a buyer.
pub(crate) fn orders_within(grant: &Grant) -> Condition {
    within_customers(grant, order::Column::CustomerId)
        .add_option(channels(grant).map(|c| order::Column::ChannelId.is_in(c)))
}

/// The merchant orders that a grant reaches: all for the operator, the merchant's own, as far as the order was placed in
/// one of the grant's channels.
pub(crate) fn merchant_orders_within(grant: &Grant) -> Condition {
    let within = within_merchants(grant, merchant_order::Column::MerchantId);
    let Some(channels) = channels(grant) else { return within };
    let placed =
        order::Entity::find().select_only().column(order::Column::Id).filter(order::Column::ChannelId.is_in(channels));
    within.add(merchant_order::Column::OrderId.in_subquery(placed.into_query()))
}

/// The channels to which a grant is narrowed; none at all when it is narrowed to something else.
fn channels(grant: &Grant) -> Option<Vec<ChannelId>> {
    grant.bounds().map(access::Bounds::channels)
}

/// Of the merchant orders that a grant reaches: the order it belongs to.
pub(crate) async fn order_of_part<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: MerchantOrderId,
) -> Result<OrderId, Error> {
    let row = merchant_order::Entity::find_by_id(id)
        .filter(within_merchants(grant, merchant_order::Column::MerchantId))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("merchant order"))?.order_id)
}

/// Of the fulfillment orders that a grant reaches.
pub(crate) async fn fulfillment<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: FulfillmentOrderId,
) -> Result<fulfillment_order::Model, Error> {
    let row = fulfillment_order::Entity::find_by_id(id)
        .filter(within_merchants(grant, fulfillment_order::Column::MerchantId))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("fulfillment order"))?)
}

/// Of the shipments that a grant reaches.
pub(crate) async fn shipment<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: ShipmentId,
) -> Result<shipment::Model, Error> {
    let row = shipment::Entity::find_by_id(id)
        .filter(within_merchants(grant, shipment::Column::MerchantId))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("shipment"))?)
}

/// The lines of a shipment.
pub(crate) async fn shipment_lines<C: ConnectionTrait>(
    conn: &C,
    id: ShipmentId,
) -> Result<Vec<shipment_line::Model>, DbErr> {
    shipment_line::Entity::find().filter(shipment_line::Column::ShipmentId.eq(id)).all(conn).await
}

/// Units of fulfillment orders in parcels that are lost or came back.
pub(crate) async fn undelivered_units<C: ConnectionTrait>(
    conn: &C,
    fulfillments: &[FulfillmentOrderId],
) -> Result<i64, DbErr> {
    let ended = shipment::Entity::find()
        .select_only()
        .column(shipment::Column::Id)
        .filter(shipment::Column::FulfillmentOrderId.is_in(db::dialect::pad(fulfillments.to_vec())))
        .filter(shipment::Column::State.is_in([ShipmentState::Lost, ShipmentState::ReturnedToSender]));
    let units: Vec<i64> = shipment_line::Entity::find()
        .select_only()
        .column(shipment_line::Column::Quantity)
        .filter(shipment_line::Column::ShipmentId.in_subquery(ended.into_query()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(units.into_iter().sum())
}

/// The whole order, with `lock` its row first: everything that changes an order takes this lock, so that two
/// commands on one order run one after the other.
///
/// The caller found the id through its grant.
pub(crate) async fn book<C: ConnectionTrait>(conn: &C, id: OrderId, lock: bool) -> Result<Book, Error> {
    let find = order::Entity::find_by_id(id);
    let find = if lock { find.lock_exclusive() } else { find };
    let order = find.one(conn).await?.ok_or(context::Error::NotFound("order"))?;
    Ok(Book {
        order,
        parts: merchant_order::Entity::find()
            .filter(merchant_order::Column::OrderId.eq(id))
            .order_by_asc(merchant_order::Column::Id)
            .all(conn)
            .await?,
        lines: order_line::Entity::find()
            .filter(order_line::Column::OrderId.eq(id))
            .order_by_asc(order_line::Column::LineNo)
            .all(conn)
            .await?,
        fulfillments: fulfillment_order::Entity::find()
            .filter(fulfillment_order::Column::OrderId.eq(id))
            .order_by_asc(fulfillment_order::Column::Position)
            .all(conn)
            .await?,
        fulfillment_lines: fulfillment_line::Entity::find()
            .filter(fulfillment_line::Column::OrderId.eq(id))
            .order_by_asc(fulfillment_line::Column::Id)
            .all(conn)
            .await?,
    })
}

macro_rules! save_changed {
    ($conn:expr, $module:ident, $before:expr, $after:expr) => {
        for (before, after) in $before.iter().zip($after) {
            if before != after {
                let row = after.clone().into_active_model().reset_all();
                let done = $module::Entity::update_many()
                    .set(row)
                    .filter($module::Column::Id.eq(after.id))
                    .exec($conn)
                    .await?;
                debug_assert_eq!(done.rows_affected, 1);
            }
        }
    };
}

/// Writes the rows that differ, one statement each, and counts the versions up. The order's row is locked.
pub(crate) async fn save<C: ConnectionTrait>(conn: &C, before: &Book, after: &mut Book) -> Result<(), DbErr> {
    bump_versions(before, after);
    insert_new(conn, before, after).await?;
    save_changed!(conn, order_line, &before.lines, &after.lines);
    save_changed!(conn, fulfillment_line, &before.fulfillment_lines, &after.fulfillment_lines);
    save_changed!(conn, fulfillment_order, &before.fulfillments, &after.fulfillments);
    save_changed!(conn, merchant_order, &before.parts, &after.parts);
    save_changed!(conn, order, std::slice::from_ref(&before.order), std::slice::from_ref(&after.order));
    Ok(())
}

/// Merchant orders, lines and fulfillment orders that were made since the order was loaded stand behind those that were there.
async fn insert_new<C: ConnectionTrait>(conn: &C, before: &Book, after: &Book) -> Result<(), DbErr> {
    for row in after.parts.iter().skip(before.parts.len()) {
        merchant_order::Entity::insert(row.clone().into_active_model()).exec_without_returning(conn).await?;
    }
    for chunk in after.lines.get(before.lines.len()..).unwrap_or_default().chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
        order_line::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    for row in after.fulfillments.iter().skip(before.fulfillments.len()) {
        let row = row.clone().into_active_model();
        fulfillment_order::Entity::insert(row).exec_without_returning(conn).await?;
    }
    for row in after.fulfillment_lines.iter().skip(before.fulfillment_lines.len()) {
        let row = row.clone().into_active_model();
        fulfillment_line::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// A thing's version counts the changes of everything in it.
fn bump_versions(before: &Book, after: &mut Book) {
    for index in 0..before.fulfillments.len() {
        let id = after.fulfillments[index].id;
        let of = |book: &Book| -> Vec<fulfillment_line::Model> {
            book.fulfillment_lines.iter().filter(|line| line.fulfillment_order_id == id).cloned().collect()
        };
        if before.fulfillments[index] != after.fulfillments[index] || of(before) != of(after) {
            after.fulfillments[index].version += 1;
        }
    }
    for index in 0..before.parts.len() {
        let id = after.parts[index].id;
        let lines = |book: &Book| -> Vec<order_line::Model> {
            book.lines.iter().filter(|line| line.merchant_order_id == id).cloned().collect()
        };
        let fulfillments = |book: &Book| -> Vec<fulfillment_order::Model> {
            book.fulfillments.iter().filter(|f| f.merchant_order_id == id).cloned().collect()
        };
        let same = before.parts[index] == after.parts[index]
            && lines(before) == lines(after)
            && fulfillments(before) == fulfillments(after);
        if !same {
            after.parts[index].version += 1;
        }
    }
    if before != after {
        after.order.version += 1;
    }
}

/// Of the returns that a grant reaches: a merchant's, a buyer's own, or all.
pub(crate) fn returns_within(grant: &Grant) -> Condition {
    match grant.customers() {
        access::Reach::Only(customer) => Condition::all().add(goods_return::Column::CustomerId.eq(customer)),
        access::Reach::All | access::Reach::Nothing => within_merchants(grant, goods_return::Column::MerchantId),
    }
}

/// A return that a grant reaches.
pub(crate) async fn goods_return<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: ReturnId,
) -> Result<goods_return::Model, Error> {
    let row = goods_return::Entity::find_by_id(id).filter(returns_within(grant)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("return"))?)
}

/// The lines of a return, in the order of the order's lines.
pub(crate) async fn goods_return_lines<C: ConnectionTrait>(
    conn: &C,
    id: ReturnId,
) -> Result<Vec<goods_return_line::Model>, DbErr> {
    goods_return_line::Entity::find()
        .filter(goods_return_line::Column::ReturnId.eq(id))
        .order_by_asc(goods_return_line::Column::OrderLineId)
        .all(conn)
        .await
}

/// Ids of merchant orders whose timer is due.
pub(crate) async fn due_parts<C: ConnectionTrait>(
    conn: &C,
    due: Condition,
    limit: u64,
) -> Result<Vec<(MerchantOrderId, OrderId)>, DbErr> {
    merchant_order::Entity::find()
        .select_only()
        .columns([merchant_order::Column::Id, merchant_order::Column::OrderId])
        .filter(due)
        .order_by_asc(merchant_order::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// The orders of merchant orders that a grant reaches, as a subquery.
pub(crate) fn parts_within(grant: &Grant) -> Condition {
    match grant.customers() {
        access::Reach::Only(customer) => Condition::all().add(
            merchant_order::Column::OrderId.in_subquery(
                order::Entity::find()
                    .select_only()
                    .column(order::Column::Id)
                    .filter(order::Column::CustomerId.eq(customer))
                    .into_query(),
            ),
        ),
        access::Reach::All | access::Reach::Nothing => merchant_orders_within(grant),
    }
}

/// A draft with its cart, with `lock` its row first. The caller has shown that it may see it.
pub(crate) async fn draft<C: ConnectionTrait>(conn: &C, id: DraftOrderId, lock: bool) -> Result<Draft, Error> {
    let find = draft::Entity::find_by_id(id);
    let find = if lock { find.lock_exclusive() } else { find };
    let missing = context::Error::NotFound("draft");
    let row = find.one(conn).await?.ok_or(missing)?;
    drafts_of(conn, vec![row]).await?.pop().ok_or(context::Error::NotFound("draft").into())
}

/// Drafts with their carts, in two statements for any number of them.
pub(crate) async fn drafts_of<C: ConnectionTrait>(conn: &C, rows: Vec<draft::Model>) -> Result<Vec<Draft>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = db::dialect::pad(rows.iter().map(|row| row.cart_id).collect::<Vec<_>>());
    let carts = cart::Entity::find().filter(cart::Column::Id.is_in(ids.clone())).all(conn).await?;
    let lines = cart_line::Entity::find()
        .filter(cart_line::Column::CartId.is_in(ids))
        .order_by_asc(cart_line::Column::Position)
        .all(conn)
        .await?;
    let with_cart = |row: draft::Model| {
        let cart = carts.iter().find(|cart| cart.id == row.cart_id)?.clone();
        let own = lines.iter().filter(|line| line.cart_id == row.cart_id).cloned().collect();
        Some(draft_of(row, crate::command::cart_from_rows(cart, own)))
    };
    Ok(rows.into_iter().filter_map(with_cart).collect())
}

pub(crate) fn draft_of(row: draft::Model, cart: Cart) -> Draft {
    Draft {
        id: row.id,
        cart,
        state: row.state,
        note: row.note,
        order: row.order_id,
        created_by: row.created_by,
        created_by_name: row.created_by_name,
        expires_at: row.expires_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
