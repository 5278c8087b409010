//! Reads of what companies may owe and what they owe.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::Ctx;
use db::dialect::pad;
use kernel::id::{CompanyId, MerchantOrderId, OrderId, PaymentOperationId, ReceivableId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::wide;
use crate::actions::READ;
use crate::entity::{credit_account, credit_line, receivable};
use crate::error::Error;
use crate::model::{CreditAccount, CreditLine, Owed, Receivable};

/// What companies may owe, by currency. The caller has shown that the viewer may see these companies.
///
/// # Errors
/// The database error.
pub async fn credit_lines_of_seen_companies(
    ctx: &Ctx,
    companies: &[CompanyId],
) -> Result<HashMap<CompanyId, Vec<CreditLine>>, Error> {
    let mut found: HashMap<CompanyId, Vec<CreditLine>> = HashMap::new();
    if companies.is_empty() {
        return Ok(found);
    }
    let rows = credit_line::Entity::find()
        .filter(credit_line::Column::CompanyId.is_in(pad(companies.to_vec())))
        .order_by_asc(credit_line::Column::Currency)
        .all(ctx.read())
        .await?;
    for row in rows {
        found.entry(row.company_id).or_default().push(row.into());
    }
    Ok(found)
}

/// What is or was owed for orders, the longest due first. The caller has shown that the viewer may see these orders.
///
/// # Errors
/// The database error.
pub async fn receivables_of_seen_orders(
    ctx: &Ctx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<Receivable>>, Error> {
    let mut found: HashMap<OrderId, Vec<Receivable>> = HashMap::new();
    if orders.is_empty() {
        return Ok(found);
    }
    let rows = receivable::Entity::find()
        .filter(receivable::Column::OrderId.is_in(pad(orders.to_vec())))
        .order_by_asc(receivable::Column::DueAt)
        .order_by_asc(receivable::Column::Id)
        .all(ctx.read())
        .await?;
    for row in rows {
        found.entry(row.order_id).or_default().push(row.into());
    }
    Ok(found)
}

/// Which receivables.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReceivableFilter {
    /// Of this company.
    pub company: Option<CompanyId>,
    /// Due before then.
    pub due_before: Option<DateTime<Utc>>,
}

/// What is owed and not paid, the longest due first, for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn open_receivables(ctx: &Ctx, filter: ReceivableFilter, page: &PageArgs) -> Result<Page<Receivable>, Error> {
    use receivable::Column as C;
    wide(&ctx.authorize(READ)?)?;
    let mut wanted = Condition::all().add(C::SettledAt.is_null());
    if let Some(company) = filter.company {
        wanted = wanted.add(C::CompanyId.eq(company));
    }
    if let Some(before) = filter.due_before {
        wanted = wanted.add(C::DueAt.lt(before));
    }
    if let Some((due, id)) = page.after_key::<(DateTime<Utc>, ReceivableId)>()? {
        let same = Condition::all().add(C::DueAt.eq(due)).add(C::Id.gt(id));
        wanted = wanted.add(C::DueAt.gte(due)).add(Condition::any().add(C::DueAt.gt(due)).add(same));
    }
    let rows = receivable::Entity::find()
        .filter(wanted)
        .order_by_asc(C::DueAt)
        .order_by_asc(C::Id)
        .limit(page.limit())
        .all(ctx.read())
        .await?;
    let rows = rows.into_iter().map(Receivable::from).collect();
    Ok(Page::from_rows(rows, page, |row: &Receivable| (row.due_at, row.id)))
}

/// What is or was owed for a parcel. For callers that have authorized.
///
/// # Errors
/// Not found.
pub async fn receivable_on<C: ConnectionTrait>(conn: &C, id: ReceivableId) -> Result<Receivable, Error> {
    let row = receivable::Entity::find_by_id(id).one(conn).await?;
    Ok(row.map(Receivable::from).ok_or(context::Error::NotFound("receivable"))?)
}

/// What came to be owed by an operation; nothing when it was not on account. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn receivable_of_operation_on<C: ConnectionTrait>(
    conn: &C,
    operation: PaymentOperationId,
) -> Result<Option<Receivable>, Error> {
    let row = receivable::Entity::find().filter(receivable::Column::OperationId.eq(operation)).one(conn).await?;
    Ok(row.map(Receivable::from))
}

/// How what is owed for a merchant order stands; nothing when it was not bought on account. For callers that have
/// authorized.
///
/// # Errors
/// The database error.
pub async fn owed_on<C: ConnectionTrait>(conn: &C, merchant_order: MerchantOrderId) -> Result<Option<Owed>, Error> {
    let rows =
        receivable::Entity::find().filter(receivable::Column::MerchantOrderId.eq(merchant_order)).all(conn).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let waits = rows.iter().any(|row| row.settled_at.is_none() && !row.guaranteed);
    Ok(Some(Owed { step: rows.iter().map(|row| row.version).sum(), waits }))
}

/// What the buyer owes for an order, in minor units, also what was written off and not paid after all. For callers that
/// have authorized.
///
/// # Errors
/// The database error.
pub async fn open_of_order_on<C: ConnectionTrait>(conn: &C, order: OrderId) -> Result<i64, Error> {
    let rows = receivable::Entity::find().filter(receivable::Column::OrderId.eq(order)).all(conn).await?;
    let owed = |of: Receivable| of.open_minor() + of.lost_minor();
    Ok(rows.into_iter().map(|row| owed(Receivable::from(row))).sum())
}

/// Credit of companies, by currency. The caller has shown that the viewer may see these companies.
///
/// # Errors
/// The database error.
pub async fn credit_of_seen_companies(
    ctx: &Ctx,
    companies: &[CompanyId],
) -> Result<HashMap<CompanyId, Vec<CreditAccount>>, Error> {
    let mut found: HashMap<CompanyId, Vec<CreditAccount>> = HashMap::new();
    if companies.is_empty() {
        return Ok(found);
    }
    let rows = credit_account::Entity::find()
        .filter(credit_account::Column::CompanyId.is_in(pad(companies.to_vec())))
        .order_by_asc(credit_account::Column::Currency)
        .all(ctx.read())
        .await?;
    for row in rows {
        if let Some(company) = row.company_id {
            found.entry(company).or_default().push(row.into());
        }
    }
    Ok(found)
}

/// All that is or was owed for a merchant order, in minor units: the whole, and what was written off of it. For callers
/// that have authorized.
///
/// # Errors
/// The database error.
pub async fn claimed_on<C: ConnectionTrait>(conn: &C, merchant_order: MerchantOrderId) -> Result<(i64, i64), Error> {
    let of_part = receivable::Column::MerchantOrderId.eq(merchant_order);
    let rows = receivable::Entity::find().filter(of_part).all(conn).await?;
    Ok(rows.iter().fold((0, 0), |(all, lost), row| (all + row.amount_minor, lost + row.written_off_minor)))
}

/// What of a parcel was written off and never paid, in minor units, by the operation that took it.
///
/// # Errors
/// The database error.
pub async fn lost_of<C: ConnectionTrait>(conn: &C, operation: PaymentOperationId) -> Result<i64, Error> {
    let found = receivable::Entity::find().filter(receivable::Column::OperationId.eq(operation)).one(conn).await?;
    Ok(found.map_or(0, |row| Receivable::from(row).lost_minor()))
}

/// What of a merchant order was written off and never paid, in minor units.
///
/// # Errors
/// The database error.
pub async fn lost_on<C: ConnectionTrait>(conn: &C, merchant_order: MerchantOrderId) -> Result<i64, Error> {
    let of_part = receivable::Column::MerchantOrderId.eq(merchant_order);
    let rows = receivable::Entity::find().filter(of_part).all(conn).await?;
    Ok(rows.into_iter().map(|row| Receivable::from(row).lost_minor()).sum())
}
