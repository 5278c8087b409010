//! Returns and incidents.

use std::collections::HashMap;

use context::{Ctx, within_merchants};
use kernel::id::{IncidentId, MerchantId, MerchantOrderId, ReturnId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::details::grouped;
use crate::Error;
use crate::actions::{READ_INCIDENT, READ_RETURN};
use crate::entity::{GoodsReturn, GoodsReturnLine, Incident, goods_return, goods_return_line, incident};
use crate::model::care::{self, ReturnAction};
use crate::model::status::ReturnState;
use crate::repo;

/// A return with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnDetail {
    /// The return.
    pub goods_return: GoodsReturn,
    /// Its lines.
    pub lines: Vec<GoodsReturnLine>,
}

impl ReturnDetail {
    /// What its state allows now, whoever asks.
    #[must_use]
    pub fn allowed_actions(&self) -> Vec<ReturnAction> {
        care::goods_return(self.goods_return.state, self.goods_return.method)
    }
}

/// Which returns.
#[derive(Debug, Clone, Default)]
pub struct ReturnFilter {
    /// Of this merchant; a merchant always sees only its own.
    pub merchant: Option<MerchantId>,
    /// In this state.
    pub state: Option<ReturnState>,
}

/// Which incidents.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Of this merchant order.
    pub merchant_order: Option<MerchantOrderId>,
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
}

/// A return, for the operator, its merchant or its buyer.
///
/// # Errors
/// Not found for a foreign return.
pub async fn goods_return(ctx: &Ctx, id: ReturnId) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(READ_RETURN)?;
    let row = repo::goods_return(&ctx.read_for(&grant), &grant, id).await?;
    let lines = repo::goods_return_lines(&ctx.read_for(&grant), id).await?;
    Ok(ReturnDetail { goods_return: row, lines })
}

/// Returns, the newest first: all for the operator, its own for a merchant, one's own for a buyer.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn returns(ctx: &Ctx, filter: &ReturnFilter, page: &PageArgs) -> Result<Page<ReturnDetail>, Error> {
    let grant = ctx.authorize(READ_RETURN)?;
    let mut wanted = repo::returns_within(&grant);
    if let Some(merchant) = filter.merchant {
        wanted = wanted.add(goods_return::Column::MerchantId.eq(merchant));
    }
    if let Some(state) = filter.state {
        wanted = wanted.add(goods_return::Column::State.eq(state));
    }
    if let Some(last) = page.after_key::<ReturnId>()? {
        wanted = wanted.add(goods_return::Column::Id.lt(last));
    }
    let rows = goods_return::Entity::find()
        .filter(wanted)
        .order_by_desc(goods_return::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    let details = with_lines(&ctx.read_for(&grant), rows).await?;
    Ok(Page::from_rows(details, page, |detail: &ReturnDetail| detail.goods_return.id))
}

/// The returns of merchant orders, by merchant order, the oldest first; two statements.
///
/// # Errors
/// The right may be missing; the database error. What the caller does not reach is absent.
pub async fn returns_by_parts(
    ctx: &Ctx,
    ids: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, Vec<ReturnDetail>>, Error> {
    let grant = ctx.authorize(READ_RETURN)?;
    let within =
        repo::returns_within(&grant).add(goods_return::Column::MerchantOrderId.is_in(db::dialect::pad(ids.to_vec())));
    let rows = goods_return::Entity::find()
        .filter(within)
        .order_by_asc(goods_return::Column::Id)
        .all(&ctx.read_for(&grant))
        .await?;
    let details = with_lines(&ctx.read_for(&grant), rows).await?;
    Ok(grouped(details, |detail| detail.goods_return.merchant_order_id))
}

async fn with_lines<C: ConnectionTrait>(conn: &C, rows: Vec<GoodsReturn>) -> Result<Vec<ReturnDetail>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = db::dialect::pad(rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let lines = goods_return_line::Entity::find()
        .filter(goods_return_line::Column::ReturnId.is_in(ids))
        .order_by_asc(goods_return_line::Column::OrderLineId)
        .all(conn)
        .await?;
    let mut lines = grouped(lines, |line| line.return_id);
    let detail =
        |row: GoodsReturn| ReturnDetail { lines: lines.remove(&row.id).unwrap_or_default(), goods_return: row };
    Ok(rows.into_iter().map(detail).collect())
}

/// Incidents, the newest first: all for the operator, its own for a merchant.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn incidents(ctx: &Ctx, filter: &IncidentFilter, page: &PageArgs) -> Result<Page<Incident>, Error> {
    let grant = ctx.authorize(READ_INCIDENT)?;
    let mut wanted = within_merchants(&grant, incident::Column::MerchantId);
    if let Some(part) = filter.merchant_order {
        wanted = wanted.add(incident::Column::MerchantOrderId.eq(part));
    }
    if let Some(merchant) = filter.merchant {
        wanted = wanted.add(incident::Column::MerchantId.eq(merchant));
    }
    if let Some(last) = page.after_key::<IncidentId>()? {
        wanted = wanted.add(incident::Column::Id.lt(last));
    }
    let rows = incident::Entity::find()
        .filter(wanted)
        .order_by_desc(incident::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    Ok(Page::from_rows(rows, page, |row: &Incident| row.id))
}

/// The incidents of merchant orders, by merchant order, the oldest first.
///
/// # Errors
/// The right may be missing; the database error. What the caller does not reach is absent.
pub async fn incidents_by_parts(
    ctx: &Ctx,
    ids: &[MerchantOrderId],
) -> Result<HashMap<MerchantOrderId, Vec<Incident>>, Error> {
    let grant = ctx.authorize(READ_INCIDENT)?;
    let within = Condition::all()
        .add(within_merchants(&grant, incident::Column::MerchantId))
        .add(incident::Column::MerchantOrderId.is_in(db::dialect::pad(ids.to_vec())));
    let rows =
        incident::Entity::find().filter(within).order_by_asc(incident::Column::Id).all(&ctx.read_for(&grant)).await?;
    Ok(grouped(rows, |row| row.merchant_order_id))
}
