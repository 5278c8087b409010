//! Closed statements, and what they are folded from.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, merchant_meant, within_merchants};
use kernel::id::{LedgerTxId, MerchantId, MerchantOrderId, StatementId};
use kernel::{Currency, Page, PageArgs};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Value,
};

use super::of_balance;
use crate::actions::{READ_PROFILE, READ_STATEMENT};
use crate::entity::{document_file, statement};
use crate::error::Error;
use crate::model::closed::Moved;
use crate::model::{BillingProfile, ClosedStatement, DocumentFile};
use crate::papers_repo as repo;

/// Which closed statements.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatementFilter {
    /// Only this merchant's.
    pub merchant: Option<MerchantId>,
    /// Only in this currency.
    pub currency: Option<Currency>,
}

/// Closed statements, newest first; a merchant sees its own.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn closed_statements(
    ctx: &Ctx,
    filter: &StatementFilter,
    page: &PageArgs,
) -> Result<Page<ClosedStatement>, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let mut query = statement::Entity::find()
        .filter(within_merchants(&grant, statement::Column::MerchantId))
        .order_by_desc(statement::Column::Id)
        .limit(page.limit());
    if let Some(merchant) = filter.merchant {
        query = query.filter(statement::Column::MerchantId.eq(merchant));
    }
    if let Some(currency) = filter.currency {
        query = query.filter(statement::Column::Currency.eq(currency));
    }
    if let Some(after) = page.after_key::<StatementId>()? {
        query = query.filter(statement::Column::Id.lt(after));
    }
    let rows =
        query.all(&ctx.read_for(&grant)).await?.into_iter().map(ClosedStatement::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(rows, page, |row: &ClosedStatement| row.id))
}

/// One closed statement.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn closed_statement(ctx: &Ctx, id: StatementId) -> Result<ClosedStatement, Error> {
    let grant = ctx.authorize(READ_STATEMENT)?;
    let own = within_merchants(&grant, statement::Column::MerchantId);
    let row = statement::Entity::find_by_id(id).filter(own).one(&ctx.read_for(&grant)).await?;
    row.ok_or(CoreError::NotFound("statement"))?.try_into()
}

/// The files of documents that the viewer was shown before, by document.
///
/// # Errors
/// The database error.
pub async fn files_of_seen(ctx: &Ctx, owners: &[String]) -> Result<HashMap<String, Vec<DocumentFile>>, Error> {
    ctx.authorize(READ_STATEMENT)?;
    files_on(ctx.read(), owners).await
}

/// The files of documents, by document. For callers that have authorized.
pub(super) async fn files_on<C: ConnectionTrait>(
    conn: &C,
    owners: &[String],
) -> Result<HashMap<String, Vec<DocumentFile>>, Error> {
    let mut found: HashMap<String, Vec<DocumentFile>> = HashMap::new();
    if owners.is_empty() {
        return Ok(found);
    }
    let rows = document_file::Entity::find()
        .filter(document_file::Column::Owner.is_in(db::dialect::pad(owners.to_vec())))
        .order_by_asc(document_file::Column::Owner)
        .order_by_asc(document_file::Column::Format)
        .all(conn)
        .await?;
    for row in rows {
        found.entry(row.owner.clone()).or_default().push(row.into());
    }
    Ok(found)
}

/// What differs for a merchant; one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's.
pub async fn billing_profile(ctx: &Ctx, merchant: impl Into<Option<MerchantId>>) -> Result<BillingProfile, Error> {
    let grant = ctx.authorize(READ_PROFILE)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    let found = repo::profiles(&ctx.read_for(&grant), &[merchant]).await?.remove(&merchant);
    Ok(found.unwrap_or_else(|| BillingProfile::usual(merchant)))
}

#[derive(FromQueryResult)]
struct MovedRow {
    kind: String,
    role: String,
    component: String,
    taxed: i64,
    count: i64,
    minor: i64,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

/// What a period did to a merchant, added up, and how many entries on its own accounts that were. A reversal counts
/// as what it undoes, a charge so small that its VAT is nothing as taxed.
pub(crate) async fn moved_on<C: ConnectionTrait>(
    conn: &C,
    merchant: MerchantId,
    currency: Currency,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<(Vec<Moved>, i64), Error> {
    let sql = "SELECT x.kind, x.role, x.component, x.taxed, COUNT(DISTINCT x.tx_id) AS count,
            CAST(SUM(x.minor) AS bigint) AS minor
        FROM (SELECT COALESCE(o.kind, t.kind) AS kind, a.role, e.component, e.tx_id,
                CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END AS minor,
                CASE WHEN EXISTS (SELECT 1 FROM ledger_entry v WHERE v.tx_id = e.tx_id
                        AND v.component = 'commission_vat')
                    OR NOT EXISTS (SELECT 1 FROM ledger_entry v WHERE v.tx_id = e.tx_id
                        AND v.component IN ('commission', 'fixed_fee') AND v.amount_minor > 2)
                    THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS taxed
            FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id JOIN ledger_account a ON a.id = e.account_id
                LEFT JOIN ledger_tx o ON o.id = t.reverses_tx_id
            WHERE e.merchant_id = ? AND e.posted_at >= ? AND e.posted_at < ? AND t.currency = ?) x
        GROUP BY x.kind, x.role, x.component, x.taxed ORDER BY x.kind, x.role, x.component, x.taxed";
    let values: [Value; 4] = [merchant.into(), from.into(), to.into(), currency.into()];
    let rows = MovedRow::find_by_statement(db::dialect::statement(conn, sql, values)).all(conn).await?;
    let moved = rows.into_iter().map(|row| Moved {
        kind: row.kind,
        role: row.role,
        component: row.component,
        taxed: row.taxed == 1,
        count: row.count,
        minor: row.minor,
    });
    let moved: Vec<Moved> = moved.collect();
    let sql = format!("SELECT COUNT(*) AS count FROM ledger_entry e {}", own_entries());
    let values: [Value; 4] = [merchant.into(), from.into(), to.into(), currency.into()];
    let count = Count::find_by_statement(db::dialect::statement(conn, &sql, values)).one(conn).await?;
    Ok((moved, count.map_or(0, |row| row.count)))
}

/// Entries on the accounts whose sum is a merchant's balance.
fn own_entries() -> String {
    format!(
        "JOIN ledger_account a ON a.id = e.account_id
        WHERE e.merchant_id = ? AND e.posted_at >= ? AND e.posted_at < ? AND a.currency = ? AND {}",
        of_balance()
    )
}

/// An entry as a statement lists it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct ListedEntry {
    pub(crate) tx_id: LedgerTxId,
    pub(crate) posted_at: DateTime<Utc>,
    pub(crate) effective_at: DateTime<Utc>,
    pub(crate) kind: String,
    pub(crate) role: String,
    pub(crate) source_type: String,
    pub(crate) source_id: String,
    pub(crate) merchant_order_id: Option<MerchantOrderId>,
    pub(crate) minor: i64,
    pub(crate) memo: Option<String>,
}

/// The entries of a closed statement, in the order of the ledger.
pub(crate) async fn entries_of<C: ConnectionTrait>(
    conn: &C,
    closed: &ClosedStatement,
) -> Result<Vec<ListedEntry>, Error> {
    let sql = format!(
        "SELECT e.tx_id, e.posted_at, t.effective_at, t.kind, a.role, t.source_type, t.source_id,
            e.merchant_order_id, t.memo,
            CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END AS minor
        FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id {} ORDER BY t.seq, e.line_no",
        own_entries()
    );
    let values: [Value; 4] = [closed.merchant_id.into(), closed.from.into(), closed.to.into(), closed.currency.into()];
    Ok(ListedEntry::find_by_statement(db::dialect::statement(conn, &sql, values)).all(conn).await?)
}
