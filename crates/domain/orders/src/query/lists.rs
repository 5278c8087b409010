//! Orders and merchant orders, one and many.

use std::collections::HashMap;

use access::Masks;
use chrono::{DateTime, Utc};
use context::{Ctx, within_merchants};
use kernel::id::{CompanyId, MerchantId, MerchantOrderId, OrderId, RefundId};
use kernel::{Currency, Invalid, Page, PageArgs};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::details::{self, PartDetail};
use super::reading::Reading;
use crate::Error;
use crate::actions::{EDIT_ORDER, READ, READ_BY_TOKEN, READ_MERCHANT_ORDER};
use crate::entity::{MerchantOrder, Order, Refund, merchant_order, order, plan, refund};
use crate::model::cart::token_hash;
use crate::model::number;
use crate::model::plan::SplitPlan;
use crate::model::status::{MerchantOrderState, OrderState, RefundState};
use crate::repo;

/// Which orders.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// In this state.
    pub state: Option<OrderState>,
    /// With this number, or a number that starts like this.
    pub number: Option<String>,
    /// Of this e-mail address.
    pub email: Option<String>,
    /// Bought for this company. Its admins see what its other buyers ordered for it.
    pub company: Option<CompanyId>,
    /// Placed from then on.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before then.
    pub placed_before: Option<DateTime<Utc>>,
}

/// Which merchant orders.
#[derive(Debug, Clone, Default)]
pub struct MerchantOrderFilter {
    /// Of this merchant; a merchant always sees only its own.
    pub merchant: Option<MerchantId>,
    /// In this state.
    pub state: Option<MerchantOrderState>,
    /// With this number, or a number that starts like this.
    pub number: Option<String>,
    /// Whose goods did not leave in time, or did.
    pub late: Option<bool>,
    /// Placed from then on.
    pub placed_from: Option<DateTime<Utc>>,
    /// Placed before then.
    pub placed_before: Option<DateTime<Utc>>,
}

/// What opens an order to somebody who did not sign in.
#[derive(Debug, Clone)]
pub struct GuestOrder {
    /// The order's number.
    pub number: String,
    /// The secret token of the cart it was placed from.
    pub token: String,
}

/// The sort key of both lists.
type Key = (DateTime<Utc>, uuid::Uuid);

pub(crate) async fn order_on<C: ConnectionTrait>(conn: &C, id: OrderId) -> Result<Order, Error> {
    Ok(order::Entity::find_by_id(id).one(conn).await?.ok_or(context::Error::NotFound("order"))?)
}

/// An order, for the operator, its buyer and the admins of the company that it was bought for.
///
/// # Errors
/// Not found for a foreign order.
pub async fn order(ctx: &Ctx, id: OrderId) -> Result<Order, Error> {
    let seen = Reading::of(ctx).await?;
    let row = order::Entity::find_by_id(id).filter(seen.orders()).one(ctx.read()).await?;
    Ok(row.ok_or(context::Error::NotFound("order"))?)
}

/// The currency of an order, for whoever may change it.
///
/// # Errors
/// Not found, also for everybody but the operator.
pub async fn currency_to_edit(ctx: &Ctx, id: OrderId) -> Result<Currency, Error> {
    if !ctx.authorize(EDIT_ORDER)?.is_wide() {
        return Err(context::Error::NotFound("order").into());
    }
    Ok(order_on(ctx.read(), id).await?.currency)
}

/// The plan an order was placed by, for whoever may look at the order.
///
/// # Errors
/// Not found for a foreign order.
pub async fn plan_of_order(ctx: &Ctx, id: OrderId) -> Result<SplitPlan, Error> {
    let order = order(ctx, id).await?;
    let row = plan::Entity::find_by_id(order.id).one(ctx.read()).await?;
    Ok(row.ok_or(context::Error::NotFound("order"))?.plan.0)
}

/// Orders by id, for whoever may look at them; foreign ones are absent.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn orders_by_ids(ctx: &Ctx, ids: &[OrderId]) -> Result<HashMap<OrderId, Order>, Error> {
    let seen = Reading::of(ctx).await?;
    let rows = order::Entity::find()
        .filter(order::Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .filter(seen.orders())
        .all(ctx.read())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Orders, the newest first: all for the operator, one's own for a buyer. Only who asks for a company sees what others
/// bought for it, as its admin.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor, and for `filter.email` of whom personal data is hidden from: who
/// bought must not be found out by asking for everybody.
pub async fn orders(ctx: &Ctx, filter: &OrderFilter, page: &PageArgs) -> Result<Page<Order>, Error> {
    let grant = ctx.authorize_within(READ)?;
    if filter.email.is_some() && grant.masks().contains(Masks::PERSONAL_DATA) {
        return Err(Invalid::new("filter.email", "HIDDEN", "personal data of buyers is hidden from you").into());
    }
    let mut wanted = match filter.company {
        Some(company) => Reading::of(ctx).await?.orders_of(company),
        None => repo::orders_within(&grant),
    };
    if let Some(state) = filter.state {
        wanted = wanted.add(order::Column::State.eq(state));
    }
    if let Some(email) = &filter.email {
        wanted = wanted.add(order::Column::Email.eq(email.trim().to_lowercase()));
    }
    wanted = wanted.add(starting(order::Column::Number, filter.number.as_deref()));
    wanted = wanted.add(between(order::Column::PlacedAt, filter.placed_from, filter.placed_before));
    wanted = wanted.add(after(order::Column::PlacedAt, order::Column::Id, page)?);
    let rows = order::Entity::find()
        .filter(wanted)
        .order_by_desc(order::Column::PlacedAt)
        .order_by_desc(order::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows, page, |row: &Order| (row.placed_at, row.id.0)))
}

/// The order of somebody who did not sign in.
///
/// # Errors
/// Not found when number and token do not belong together.
pub async fn guest_order(ctx: &Ctx, guest: &GuestOrder) -> Result<Order, Error> {
    ctx.authorize(READ_BY_TOKEN)?;
    guest_order_on(ctx.read(), guest).await
}

/// The same for a caller that has authorized.
pub(crate) async fn guest_order_on<C: ConnectionTrait>(conn: &C, guest: &GuestOrder) -> Result<Order, Error> {
    let row = order::Entity::find()
        .filter(order::Column::Number.eq(number::typed(&guest.number)))
        .filter(order::Column::TokenHash.eq(token_hash(&guest.token)))
        .one(conn)
        .await?;
    Ok(row.ok_or(context::Error::NotFound("order"))?)
}

/// The merchant orders of a guest's order.
///
/// # Errors
/// Not found when number and token do not belong together.
pub async fn guest_parts(ctx: &Ctx, guest: &GuestOrder) -> Result<Vec<PartDetail>, Error> {
    let order = guest_order(ctx, guest).await?;
    details::load(ctx.read(), Condition::all().add(merchant_order::Column::OrderId.eq(order.id))).await
}

/// A merchant order, for the operator or its merchant.
///
/// # Errors
/// Not found for a foreign merchant order.
pub async fn merchant_order(ctx: &Ctx, id: MerchantOrderId) -> Result<MerchantOrder, Error> {
    let mut found = merchant_orders_by_ids(ctx, &[id]).await?;
    found.remove(&id).ok_or(context::Error::NotFound("merchant order").into())
}

/// Merchant orders by id, for the operator or their merchant; foreign ones are absent.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn merchant_orders_by_ids(
    ctx: &Ctx,
    ids: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, MerchantOrder>, Error> {
    let grant = ctx.authorize_within(READ_MERCHANT_ORDER)?;
    let rows = merchant_order::Entity::find()
        .filter(merchant_order::Column::Id.is_in(db::dialect::pad(ids.to_vec())))
        .filter(repo::merchant_orders_within(&grant))
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Merchant orders, the newest first: all for the operator, its own for a merchant.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn merchant_orders(
    ctx: &Ctx,
    filter: &MerchantOrderFilter,
    page: &PageArgs,
) -> Result<Page<MerchantOrder>, Error> {
    let grant = ctx.authorize_within(READ_MERCHANT_ORDER)?;
    let mut wanted = repo::merchant_orders_within(&grant);
    if let Some(merchant) = filter.merchant {
        wanted = wanted.add(merchant_order::Column::MerchantId.eq(merchant));
    }
    if let Some(state) = filter.state {
        wanted = wanted.add(merchant_order::Column::State.eq(state));
    }
    if let Some(late) = filter.late {
        let since = merchant_order::Column::LateAt;
        wanted = wanted.add(if late { since.is_not_null() } else { since.is_null() });
    }
    wanted = wanted.add(starting(merchant_order::Column::Number, filter.number.as_deref()));
    wanted = wanted.add(between(merchant_order::Column::PlacedAt, filter.placed_from, filter.placed_before));
    wanted = wanted.add(after(merchant_order::Column::PlacedAt, merchant_order::Column::Id, page)?);
    let rows = merchant_order::Entity::find()
        .filter(wanted)
        .order_by_desc(merchant_order::Column::PlacedAt)
        .order_by_desc(merchant_order::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows, page, |row: &MerchantOrder| (row.placed_at, row.id.0)))
}

/// Refunds that are neither settled nor rejected, the oldest first.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn refunds_open(ctx: &Ctx, page: &PageArgs) -> Result<Page<Refund>, Error> {
    let grant = ctx.authorize(READ_MERCHANT_ORDER)?;
    let mut wanted = within_merchants(&grant, refund::Column::MerchantId)
        .add(refund::Column::State.ne(RefundState::Settled))
        .add(refund::Column::State.ne(RefundState::Rejected));
    if let Some(last) = page.after_key::<RefundId>()? {
        wanted = wanted.add(refund::Column::Id.gt(last));
    }
    let rows = refund::Entity::find()
        .filter(wanted)
        .order_by_asc(refund::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows, page, |row: &Refund| row.id))
}

/// Numbers are digits, capitals and hyphens, so a range of text says "starts with" on both databases.
fn starting<C: ColumnTrait>(column: C, prefix: Option<&str>) -> Condition {
    match prefix.map(number::typed).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => {
            let end = format!("{prefix}~");
            Condition::all().add(column.gte(prefix)).add(column.lt(end))
        }
        None => Condition::all(),
    }
}

fn between<C: ColumnTrait>(column: C, from: Option<DateTime<Utc>>, before: Option<DateTime<Utc>>) -> Condition {
    let from = from.map(|from| column.gte(from));
    let before = before.map(|before| column.lt(before));
    Condition::all().add_option(from).add_option(before)
}

fn after<C: ColumnTrait>(at: C, id: C, page: &PageArgs) -> Result<Condition, Error> {
    let Some((last_at, last_id)) = page.after_key::<Key>()? else { return Ok(Condition::all()) };
    let last = Expr::tuple([Expr::val(last_at), Expr::val(last_id)]);
    let row = Expr::tuple([Expr::col(at), Expr::col(id)]);
    Ok(Condition::all().add(row.lt(last)))
}
