//! Balances that somebody has to look at.

use context::{Ctx, within_merchants};
use kernel::id::{CriticalBalanceId, MerchantId};
use kernel::{Currency, Page, PageArgs};
use marketplace::CriticalKind;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::READ_BALANCE;
use crate::entity::critical_balance::{Column, Entity};
use crate::error::Error;
use crate::model::CriticalBalance;

/// Which critical balances.
#[derive(Debug, Clone, Copy, Default)]
pub struct CriticalFilter {
    /// Of this merchant.
    pub merchant: Option<MerchantId>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of this kind.
    pub kind: Option<CriticalKind>,
}

/// Balances that somebody has to look at now, the worst first; a merchant sees its own.
///
/// # Errors
/// Denied; a bad cursor; the database error.
pub async fn critical_balances(
    ctx: &Ctx,
    filter: &CriticalFilter,
    page: &PageArgs,
) -> Result<Page<CriticalBalance>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let mut find = Entity::find()
        .filter(within_merchants(&grant, Column::MerchantId))
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::SeverityPpm)
        .order_by_desc(Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        find = find.filter(Column::MerchantId.eq(merchant));
    }
    if let Some(currency) = filter.currency {
        find = find.filter(Column::Currency.eq(currency));
    }
    if let Some(kind) = filter.kind {
        find = find.filter(Column::Kind.eq(kind.as_str()));
    }
    if let Some((severity, id)) = page.after_key::<(i64, CriticalBalanceId)>()? {
        let row = Expr::tuple([Expr::col(Column::SeverityPpm), Expr::col(Column::Id)]);
        find = find.filter(row.lt(Expr::tuple([Expr::val(severity), Expr::val(id)])));
    }
    let rows = find.all(&ctx.read_for(&grant)).await?.into_iter().map(CriticalBalance::from).collect();
    Ok(Page::from_rows(rows, page, |row: &CriticalBalance| (row.severity_ppm, row.id)))
}

/// A critical balance, also one that is over.
///
/// # Errors
/// Not found; denied; the database error.
pub async fn critical_balance(ctx: &Ctx, id: CriticalBalanceId) -> Result<CriticalBalance, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let find = Entity::find_by_id(id).filter(within_merchants(&grant, Column::MerchantId));
    let row = find.one(&ctx.read_for(&grant)).await?;
    row.map(CriticalBalance::from).ok_or_else(|| context::Error::NotFound("critical balance").into())
}
