//! The journal.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, merchant_meant};
use kernel::id::{LedgerAccountId, LedgerTxId, MerchantId, MerchantOrderId};
use kernel::{Currency, Page, PageArgs};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Value};

use crate::actions::{READ_BALANCE, READ_LEDGER};
use crate::entity::{account, entry, tx};
use crate::error::Error;
use crate::model::{Direction, JournalLine, LedgerEntry, LedgerTx};

/// Which transactions.
#[derive(Debug, Clone, Default)]
pub struct JournalFilter {
    /// Only this currency.
    pub currency: Option<Currency>,
    /// Only this kind: `SALE_RECOGNIZED`.
    pub kind: Option<String>,
    /// Only what this caused: kind and id, such as `shipment` and `shp_…`.
    pub source: Option<(String, String)>,
    /// Only what was posted at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Only what was posted before this.
    pub to: Option<DateTime<Utc>>,
}

/// Transactions of the ledger with their entries, newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn journal(ctx: &Ctx, filter: &JournalFilter, page: &PageArgs) -> Result<Page<LedgerTx>, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("ledger").into());
    }
    let mut query = tx::Entity::find().order_by_desc(tx::Column::Id).limit(page.limit());
    if let Some(currency) = filter.currency {
        query = query.filter(tx::Column::Currency.eq(currency));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(tx::Column::Kind.eq(kind));
    }
    if let Some((kind, id)) = &filter.source {
        query = query.filter(tx::Column::SourceType.eq(kind)).filter(tx::Column::SourceId.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(tx::Column::PostedAt.gte(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(tx::Column::PostedAt.lt(to));
    }
    if let Some(after) = page.after_key::<LedgerTxId>()? {
        query = query.filter(tx::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?;
    let ids: Vec<LedgerTxId> = rows.iter().map(|row| row.id).collect();
    let mut entries = entries(ctx, ids).await?;
    let rows = rows.into_iter().map(|row| {
        let entries = entries.remove(&row.id).unwrap_or_default();
        ledger_tx(row, entries)
    });
    Ok(Page::from_rows(rows.collect(), page, |row: &LedgerTx| row.id))
}

/// One transaction with its entries; for the operator.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn transaction(ctx: &Ctx, id: LedgerTxId) -> Result<LedgerTx, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    let row = tx::Entity::find_by_id(id).one(&ctx.read_for(&grant)).await?.filter(|_| grant.is_wide());
    let row = row.ok_or(CoreError::NotFound("ledger transaction"))?;
    let entries = entries(ctx, vec![id]).await?.remove(&id).unwrap_or_default();
    Ok(ledger_tx(row, entries))
}

async fn entries(ctx: &Ctx, ids: Vec<LedgerTxId>) -> Result<HashMap<LedgerTxId, Vec<LedgerEntry>>, Error> {
    let mut found: HashMap<LedgerTxId, Vec<LedgerEntry>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows = entry::Entity::find()
        .filter(entry::Column::TxId.is_in(db::dialect::pad(ids)))
        .order_by_asc(entry::Column::TxId)
        .order_by_asc(entry::Column::LineNo)
        .all(ctx.read())
        .await?;
    let mut accounts: Vec<LedgerAccountId> = rows.iter().map(|row| row.account_id).collect();
    accounts.sort();
    accounts.dedup();
    let accounts =
        account::Entity::find().filter(account::Column::Id.is_in(db::dialect::pad(accounts))).all(ctx.read()).await?;
    let paths: HashMap<LedgerAccountId, String> = accounts.into_iter().map(|row| (row.id, row.path)).collect();
    for row in rows {
        found.entry(row.tx_id).or_default().push(LedgerEntry {
            path: paths.get(&row.account_id).cloned().unwrap_or_default(),
            direction: Direction::parse(&row.direction).unwrap_or(Direction::Debit),
            amount_minor: row.amount_minor,
            component: row.component,
            merchant_id: row.merchant_id,
            merchant_order_id: row.merchant_order_id,
        });
    }
    Ok(found)
}

fn ledger_tx(row: tx::Model, entries: Vec<LedgerEntry>) -> LedgerTx {
    LedgerTx {
        id: row.id,
        seq: row.seq,
        currency: row.currency,
        kind: row.kind,
        effective_at: row.effective_at,
        posted_at: row.posted_at,
        source_type: row.source_type,
        source_id: row.source_id,
        actor: row.actor,
        reverses: row.reverses_tx_id,
        memo: row.memo,
        total_minor: row.total_minor,
        entries,
    }
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct LineFilter {
    /// Only this currency.
    pub currency: Option<Currency>,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only what was posted at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Only what was posted before this.
    pub to: Option<DateTime<Utc>>,
    /// Only this account: `available`, `pending`, ...
    pub account: Option<String>,
    /// Only between these two places of the ledger, both excluded.
    pub between: Option<(i64, i64)>,
}

#[derive(FromQueryResult)]
struct LineRow {
    tx_id: LedgerTxId,
    line_no: i32,
    seq: i64,
    currency: Currency,
    kind: String,
    role: String,
    direction: String,
    amount_minor: i64,
    effective_at: DateTime<Utc>,
    posted_at: DateTime<Utc>,
    source_type: String,
    source_id: String,
    merchant_order_id: Option<MerchantOrderId>,
    memo: Option<String>,
}

/// Entries on a merchant's own accounts, newest first; one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's; a bad cursor.
pub async fn merchant_lines(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    filter: &LineFilter,
    page: &PageArgs,
) -> Result<Page<JournalLine>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    let mut sql = String::from(
        "SELECT e.tx_id, e.line_no, t.seq, t.currency, t.kind, a.role, e.direction, e.amount_minor, t.effective_at,
            t.posted_at, t.source_type, t.source_id, e.merchant_order_id, t.memo
        FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id JOIN ledger_account a ON a.id = e.account_id
        WHERE e.merchant_id = ? AND e.is_own",
    );
    let mut values: Vec<Value> = vec![merchant.into()];
    let mut and = |condition: &str, value: Value| {
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(currency) = filter.currency {
        and(" AND t.currency = ?", currency.into());
    }
    if let Some(kind) = &filter.kind {
        and(" AND t.kind = ?", kind.clone().into());
    }
    if let Some(from) = filter.from {
        and(" AND t.posted_at >= ?", from.into());
    }
    if let Some(to) = filter.to {
        and(" AND t.posted_at < ?", to.into());
    }
    if let Some(account) = &filter.account {
        and(" AND a.role LIKE ? ESCAPE '\\'", format!("%:{}", db::dialect::like_escape(account)).into());
    }
    if let Some((after, before)) = filter.between {
        and(" AND t.seq > ?", after.into());
        and(" AND t.seq < ?", before.into());
    }
    if let Some((tx, line)) = page.after_key::<(LedgerTxId, i32)>()? {
        and(" AND e.tx_id <= ?", tx.into());
        and(" AND (e.tx_id < ?", tx.into());
        and(" OR e.line_no < ?)", line.into());
    }
    and(" ORDER BY e.tx_id DESC, e.line_no DESC LIMIT ?", i64::try_from(page.limit()).unwrap_or(1).into());
    let statement = db::dialect::statement(&ctx.read_for(&grant), &sql, values);
    let rows = LineRow::find_by_statement(statement).all(&ctx.read_for(&grant)).await?;
    let rows = rows.into_iter().map(line).collect();
    Ok(Page::from_rows(rows, page, |row: &JournalLine| (row.tx, row.line_no)))
}

/// All accounts of a merchant are liabilities: a credit is its gain.
fn line(row: LineRow) -> JournalLine {
    let account = row.role.rsplit(':').next().unwrap_or_default().to_owned();
    let credit = row.direction == Direction::Credit.as_str();
    JournalLine {
        tx: row.tx_id,
        line_no: row.line_no,
        seq: row.seq,
        currency: row.currency,
        kind: row.kind,
        account,
        amount_minor: if credit { row.amount_minor } else { -row.amount_minor },
        effective_at: row.effective_at,
        posted_at: row.posted_at,
        source_type: row.source_type,
        source_id: row.source_id,
        merchant_order_id: row.merchant_order_id,
        memo: row.memo,
    }
}
