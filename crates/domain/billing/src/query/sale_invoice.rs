//! Invoices and credit notes of merchants to companies.

use std::collections::HashMap;

use context::{Ctx, Error as CoreError, within_merchants};
use kernel::id::{CompanyId, MerchantId, MerchantOrderId, OrderId, SaleInvoiceId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_STATEMENT;
use crate::entity::sale_invoice as row;
use crate::error::Error;
use crate::model::DocumentFile;
use crate::model::sale::{SaleInvoice, SaleKind};

/// Which documents.
#[derive(Debug, Clone, Default)]
pub struct SaleInvoiceFilter {
    /// Only of this merchant.
    pub merchant: Option<MerchantId>,
    /// Only of this part of an order.
    pub merchant_order: Option<MerchantOrderId>,
    /// Only to this company.
    pub company: Option<CompanyId>,
    /// Only of this kind.
    pub kind: Option<SaleKind>,
    /// Only with this number.
    pub number: Option<String>,
}

/// Invoices and credit notes of merchants to companies, newest first; a merchant sees its own.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn sale_invoices(ctx: &Ctx, filter: &SaleInvoiceFilter, page: &PageArgs) -> Result<Page<SaleInvoice>, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let mut query = row::Entity::find()
        .filter(within_merchants(&grant, row::Column::MerchantId))
        .order_by_desc(row::Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(row::Column::MerchantId.eq(merchant));
    }
    if let Some(part) = filter.merchant_order {
        query = query.filter(row::Column::MerchantOrderId.eq(part));
    }
    if let Some(company) = filter.company {
        query = query.filter(row::Column::CompanyId.eq(company));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(row::Column::Kind.eq(kind.as_str()));
    }
    if let Some(number) = &filter.number {
        query = query.filter(row::Column::Number.eq(number));
    }
    if let Some(after) = page.after_key::<SaleInvoiceId>()? {
        query = query.filter(row::Column::Id.lt(after));
    }
    let rows =
        query.all(&ctx.read_for(&grant)).await?.into_iter().map(SaleInvoice::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(rows, page, |invoice: &SaleInvoice| invoice.id))
}

/// One of them.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn sale_invoice(ctx: &Ctx, id: SaleInvoiceId) -> Result<SaleInvoice, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let own = within_merchants(&grant, row::Column::MerchantId);
    let found = row::Entity::find_by_id(id).filter(own).one(&ctx.read_for(&grant)).await?;
    found.ok_or(CoreError::NotFound("invoice"))?.try_into()
}

/// The documents of orders, the oldest first. The caller has shown that the viewer may see these orders.
///
/// # Errors
/// The database error.
pub async fn sale_invoices_of_seen_orders(
    ctx: &Ctx,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, Vec<SaleInvoice>>, Error> {
    let mut found: HashMap<OrderId, Vec<SaleInvoice>> = HashMap::new();
    if orders.is_empty() {
        return Ok(found);
    }
    let rows = row::Entity::find()
        .filter(row::Column::OrderId.is_in(db::dialect::pad(orders.to_vec())))
        .order_by_asc(row::Column::Id)
        .all(ctx.read())
        .await?;
    for row in rows {
        found.entry(row.order_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// The files of documents that the viewer was shown, by document: buyers have no right to those of merchants.
///
/// # Errors
/// The database error.
pub async fn files_of_seen_sales(
    ctx: &Ctx,
    invoices: &[SaleInvoiceId],
) -> Result<HashMap<SaleInvoiceId, Vec<DocumentFile>>, Error> {
    let owners: Vec<String> = invoices.iter().map(ToString::to_string).collect();
    let mut files = super::closed::files_on(ctx.read(), &owners).await?;
    Ok(invoices.iter().filter_map(|id| Some((*id, files.remove(&id.to_string())?))).collect())
}
