//! Merchant orders with everything in them, in a fixed number of statements for any number of them.

use std::collections::HashMap;
use std::hash::Hash;

use context::{Ctx, within_merchants};
use kernel::id::{FulfillmentOrderId, MerchantOrderId, OrderId, RefundId, ShipmentId};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::reading::Reading;
use crate::Error;
use crate::actions::{READ, READ_MERCHANT_ORDER};
use crate::entity::{
    FulfillmentLine, FulfillmentOrder, MerchantOrder, OrderLine, Refund, RefundLine, Shipment, ShipmentLine,
    fulfillment_line, fulfillment_order, merchant_order, order_line, refund, refund_line, shipment, shipment_line,
};
use crate::model::book;
use crate::model::care::{self, FulfillmentAction, ShipmentAction};
use crate::model::replan::fulfillment_actions;
use crate::model::state::{self, MerchantOrderAction, MerchantOrderFacts, Units};
use crate::repo;

/// A merchant order with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct PartDetail {
    /// The merchant order.
    pub merchant_order: MerchantOrder,
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// Its fulfillment orders.
    pub fulfillments: Vec<FulfillmentDetail>,
    /// Its parcels.
    pub shipments: Vec<ShipmentDetail>,
    /// What was given back.
    pub refunds: Vec<RefundDetail>,
}

impl PartDetail {
    /// What its state allows now, whoever asks. The guards of the commands are the same function.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<MerchantOrderAction> {
        state::allowed(&self.facts())
    }

    /// What decides its state.
    #[must_use]
    pub fn facts(&self) -> MerchantOrderFacts {
        book::facts(&self.merchant_order, self.lines.iter().map(book::of_line).sum())
    }

    /// What can be done with one of its fulfillment orders now, whoever asks.
    #[must_use]
    pub fn fulfillment_actions(&self, of: &FulfillmentDetail) -> Vec<FulfillmentAction> {
        let units: Units = of.lines.iter().map(book::of_fulfillment_line).sum();
        fulfillment_actions(&self.facts(), &units, &of.fulfillment_order)
    }
}

/// A fulfillment order with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfillmentDetail {
    /// The fulfillment order.
    pub fulfillment_order: FulfillmentOrder,
    /// Its lines.
    pub lines: Vec<FulfillmentLine>,
}

/// A parcel with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct ShipmentDetail {
    /// The parcel.
    pub shipment: Shipment,
    /// Its lines.
    pub lines: Vec<ShipmentLine>,
}

impl ShipmentDetail {
    /// What its state allows now, whoever asks.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<ShipmentAction> {
        care::shipment(&self.shipment)
    }
}

/// A refund with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundDetail {
    /// The refund.
    pub refund: Refund,
    /// Its lines.
    pub lines: Vec<RefundLine>,
}

/// Merchant orders of orders, by order; eight statements, one more for a buyer. For whoever may look at the orders.
///
/// # Errors
/// The right may be missing; the database error. Orders that the caller does not reach are absent.
pub async fn parts_by_orders(ctx: &Ctx, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<PartDetail>>, Error> {
    let seen = Reading::of(ctx).await?;
    let within = merchant_order::Column::OrderId.is_in(db::dialect::pad(ids.to_vec()));
    let within = Condition::all().add(within).add(seen.parts());
    Ok(grouped(load(ctx.read(), within).await?, |part| part.merchant_order.order_id))
}

/// Merchant orders with everything in them, by id; eight statements. For the operator and for the merchant.
///
/// # Errors
/// The right may be missing; the database error. Merchant orders that the caller does not reach are absent.
pub async fn details_by_merchant_orders(
    ctx: &Ctx,
    ids: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, PartDetail>, Error> {
    let grant = ctx.authorize_within(READ_MERCHANT_ORDER)?;
    let within = Condition::all()
        .add(merchant_order::Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .add(repo::merchant_orders_within(&grant));
    let parts = load(&ctx.read_for(&grant), within).await?;
    Ok(parts.into_iter().map(|part| (part.merchant_order.id, part)).collect())
}

/// A merchant order with what was ordered and nothing of what became of it; two statements. For the operator and for
/// the merchant.
///
/// # Errors
/// Not found beyond the caller's reach.
pub async fn ordered_of_merchant(ctx: &Ctx, id: MerchantOrderId) -> Result<(MerchantOrder, Vec<OrderLine>), Error> {
    let grant = ctx.authorize(READ_MERCHANT_ORDER)?;
    let within = within_merchants(&grant, merchant_order::Column::MerchantId);
    let part = merchant_order::Entity::find_by_id(id).filter(within).one(&ctx.read_for(&grant)).await?;
    let part = part.ok_or(context::Error::NotFound("merchant order"))?;
    let lines = order_line::Entity::find().filter(order_line::Column::MerchantOrderId.eq(id));
    Ok((part, lines.order_by_asc(order_line::Column::LineNo).all(&ctx.read_for(&grant)).await?))
}

/// All lines of an order; one statement. For the operator.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn ordered_of_all(ctx: &Ctx, id: OrderId) -> Result<Vec<OrderLine>, Error> {
    let grant = ctx.authorize(READ)?;
    let lines = order_line::Entity::find().filter(order_line::Column::OrderId.eq(id));
    let lines = lines.filter(within_merchants(&grant, order_line::Column::MerchantId));
    Ok(lines.order_by_asc(order_line::Column::LineNo).all(&ctx.read_for(&grant)).await?)
}

/// A parcel.
///
/// # Errors
/// Not found for a foreign parcel.
pub async fn shipment(ctx: &Ctx, id: ShipmentId) -> Result<ShipmentDetail, Error> {
    let grant = ctx.authorize(READ_MERCHANT_ORDER)?;
    let row = repo::shipment(&ctx.read_for(&grant), &grant, id).await?;
    let lines = repo::shipment_lines(&ctx.read_for(&grant), id).await?;
    Ok(ShipmentDetail { shipment: row, lines })
}

/// The lines of a parcel.
///
/// # Errors
/// Not found for a foreign parcel.
pub async fn shipment_lines(ctx: &Ctx, id: ShipmentId) -> Result<Vec<ShipmentLine>, Error> {
    Ok(shipment(ctx, id).await?.lines)
}

/// The lines of a refund.
///
/// # Errors
/// Not found for a foreign refund.
pub async fn refund_lines(ctx: &Ctx, id: RefundId) -> Result<Vec<RefundLine>, Error> {
    let grant = ctx.authorize(READ_MERCHANT_ORDER)?;
    let within = within_merchants(&grant, refund::Column::MerchantId);
    let row = refund::Entity::find_by_id(id).filter(within).one(&ctx.read_for(&grant)).await?;
    let row = row.ok_or(context::Error::NotFound("refund"))?;
    Ok(refund_line::Entity::find().filter(refund_line::Column::RefundId.eq(row.id)).all(&ctx.read_for(&grant)).await?)
}

/// Loads the merchant orders in `within`, by number.
pub(crate) async fn load<C: ConnectionTrait>(conn: &C, within: Condition) -> Result<Vec<PartDetail>, Error> {
    let parts =
        merchant_order::Entity::find().filter(within).order_by_asc(merchant_order::Column::Id).all(conn).await?;
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MerchantOrderId> = db::dialect::pad(parts.iter().map(|part| part.id).collect());
    let lines = order_line::Entity::find()
        .filter(order_line::Column::MerchantOrderId.is_in(ids.clone()))
        .order_by_asc(order_line::Column::LineNo)
        .all(conn)
        .await?;
    let mut lines = grouped(lines, |line| line.merchant_order_id);
    let mut fulfillments = fulfillments(conn, &ids).await?;
    let mut shipments = shipments(conn, &ids).await?;
    let mut refunds = refunds(conn, &ids).await?;
    let take = |id: MerchantOrderId, part: MerchantOrder| PartDetail {
        lines: lines.remove(&id).unwrap_or_default(),
        fulfillments: fulfillments.remove(&id).unwrap_or_default(),
        shipments: shipments.remove(&id).unwrap_or_default(),
        refunds: refunds.remove(&id).unwrap_or_default(),
        merchant_order: part,
    };
    let mut take = take;
    Ok(parts.into_iter().map(|part| take(part.id, part)).collect())
}

pub(super) fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

async fn fulfillments<C: ConnectionTrait>(
    conn: &C,
    parts: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, Vec<FulfillmentDetail>>, Error> {
    let rows = fulfillment_order::Entity::find()
        .filter(fulfillment_order::Column::MerchantOrderId.is_in(parts.to_vec()))
        .order_by_asc(fulfillment_order::Column::Position)
        .all(conn)
        .await?;
    let ids: Vec<FulfillmentOrderId> = db::dialect::pad(rows.iter().map(|row| row.id).collect());
    let lines = fulfillment_line::Entity::find()
        .filter(fulfillment_line::Column::FulfillmentOrderId.is_in(ids))
        .order_by_asc(fulfillment_line::Column::Id)
        .all(conn)
        .await?;
    let mut lines = grouped(lines, |line| line.fulfillment_order_id);
    let rows = rows
        .into_iter()
        .map(|row| FulfillmentDetail { lines: lines.remove(&row.id).unwrap_or_default(), fulfillment_order: row });
    Ok(grouped(rows.collect(), |detail| detail.fulfillment_order.merchant_order_id))
}

async fn shipments<C: ConnectionTrait>(
    conn: &C,
    parts: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, Vec<ShipmentDetail>>, Error> {
    let rows = shipment::Entity::find()
        .filter(shipment::Column::MerchantOrderId.is_in(parts.to_vec()))
        .order_by_asc(shipment::Column::ParcelNo)
        .all(conn)
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<ShipmentId> = db::dialect::pad(rows.iter().map(|row| row.id).collect());
    let lines = shipment_line::Entity::find()
        .filter(shipment_line::Column::ShipmentId.is_in(ids))
        .order_by_asc(shipment_line::Column::FulfillmentLineId)
        .all(conn)
        .await?;
    let mut lines = grouped(lines, |line| line.shipment_id);
    let rows =
        rows.into_iter().map(|row| ShipmentDetail { lines: lines.remove(&row.id).unwrap_or_default(), shipment: row });
    Ok(grouped(rows.collect(), |detail| detail.shipment.merchant_order_id))
}

async fn refunds<C: ConnectionTrait>(
    conn: &C,
    parts: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, Vec<RefundDetail>>, Error> {
    let rows = refund::Entity::find()
        .filter(refund::Column::MerchantOrderId.is_in(parts.to_vec()))
        .order_by_asc(refund::Column::Id)
        .all(conn)
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<RefundId> = db::dialect::pad(rows.iter().map(|row| row.id).collect());
    let lines = refund_line::Entity::find()
        .filter(refund_line::Column::RefundId.is_in(ids))
        .order_by_asc(refund_line::Column::OrderLineId)
        .all(conn)
        .await?;
    let mut lines = grouped(lines, |line| line.refund_id);
    let rows =
        rows.into_iter().map(|row| RefundDetail { lines: lines.remove(&row.id).unwrap_or_default(), refund: row });
    Ok(grouped(rows.collect(), |detail| detail.refund.merchant_order_id))
}
