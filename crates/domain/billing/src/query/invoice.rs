//! Invoices and credit notes.

use context::{Ctx, Error as CoreError, within_merchants};
use kernel::id::{InvoiceId, MerchantId, StatementId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_STATEMENT;
use crate::entity::invoice as row;
use crate::error::Error;
use crate::model::{Invoice, InvoiceKind};

/// Which documents.
#[derive(Debug, Clone, Default)]
pub struct InvoiceFilter {
    /// Only this merchant's.
    pub merchant: Option<MerchantId>,
    /// Only of this statement.
    pub statement: Option<StatementId>,
    /// Only of this kind.
    pub kind: Option<InvoiceKind>,
    /// Only with this number.
    pub number: Option<String>,
}

/// Invoices and credit notes, newest first; a merchant sees its own.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn invoices(ctx: &Ctx, filter: &InvoiceFilter, page: &PageArgs) -> Result<Page<Invoice>, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let mut query = row::Entity::find()
        .filter(within_merchants(&grant, row::Column::MerchantId))
        .order_by_desc(row::Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(row::Column::MerchantId.eq(merchant));
    }
    if let Some(statement) = filter.statement {
        query = query.filter(row::Column::StatementId.eq(statement));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(row::Column::Kind.eq(kind.as_str()));
    }
    if let Some(number) = &filter.number {
        query = query.filter(row::Column::Number.eq(number));
    }
    if let Some(after) = page.after_key::<InvoiceId>()? {
        query = query.filter(row::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(Invoice::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(rows, page, |invoice: &Invoice| invoice.id))
}

/// One invoice or credit note.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn invoice(ctx: &Ctx, id: InvoiceId) -> Result<Invoice, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let own = within_merchants(&grant, row::Column::MerchantId);
    let found = row::Entity::find_by_id(id).filter(own).one(&ctx.read_for(&grant)).await?;
    found.ok_or(CoreError::NotFound("invoice"))?.try_into()
}
