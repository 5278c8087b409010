//! What came out of comparing files with the ledger, and what they are compared with.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Error as CoreError};
use kernel::id::{
    BankReceiptId, FindingId, LedgerAccountId, LedgerTxId, PaymentOperationId, PayoutId, ReconciliationId,
};
use kernel::{Page, PageArgs};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Value,
};

use crate::actions::READ_RECONCILIATION;
use crate::entity::{finding, payout, reconciliation as row, reconciliation_line};
use crate::error::Error;
use crate::model::reconcile::{LedgerItem, Outcome, ReconciliationSource};
use crate::model::{Finding, Reconciliation};

/// How far from the period of a file its lines may lie in the ledger: banks and providers book later.
const WINDOW: Duration = Duration::days(14);
/// Names in one statement.
const CHUNK: usize = 500;

/// Which findings.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter {
    /// Only of this file.
    pub reconciliation: Option<ReconciliationId>,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only what somebody has to look at.
    pub open: bool,
}

impl TryFrom<row::Model> for Reconciliation {
    type Error = Error;

    fn try_from(row: row::Model) -> Result<Self, Error> {
        let unknown = || CoreError::internal(format!("reconciliation.source holds {:?}", row.source));
        Ok(Self {
            id: row.id,
            source: ReconciliationSource::parse(&row.source).ok_or_else(unknown)?,
            account: row.account,
            format: row.format,
            currency: row.currency,
            file_name: row.file_name,
            sha256: row.sha256,
            from: row.from_at,
            to: row.to_at,
            line_count: row.line_count,
            balance_minor: row.balance_minor,
            ledger_minor: row.ledger_minor,
            imported_by: row.imported_by,
            imported_at: row.imported_at,
        })
    }
}

impl TryFrom<finding::Model> for Finding {
    type Error = Error;

    fn try_from(row: finding::Model) -> Result<Self, Error> {
        let unknown = || CoreError::internal(format!("finding.outcome holds {:?}", row.outcome));
        Ok(Self {
            id: row.id,
            reconciliation_id: row.reconciliation_id,
            line_no: row.line_no,
            outcome: Outcome::parse(&row.outcome).ok_or_else(unknown)?,
            account: row.account_key,
            ledger_tx_id: row.ledger_tx_id,
            external_id: row.external_id,
            subject: row.subject,
            currency: row.currency,
            here_minor: row.here_minor,
            there_minor: row.there_minor,
            occurred_at: row.occurred_at,
            detail: row.detail,
            resolved_at: row.resolved_at,
            resolved_by: row.resolved_by,
            note: row.note,
            version: row.version,
        })
    }
}

/// Files that were compared, newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn reconciliations(ctx: &Ctx, page: &PageArgs) -> Result<Page<Reconciliation>, Error> {
    let grant = ctx.authorize(READ_RECONCILIATION)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("reconciliation").into());
    }
    let mut query = row::Entity::find().order_by_desc(row::Column::Id).limit(page.limit());
    if let Some(after) = page.after_key::<ReconciliationId>()? {
        query = query.filter(row::Column::Id.lt(after));
    }
    let rows =
        query.all(&ctx.read_for(&grant)).await?.into_iter().map(Reconciliation::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(rows, page, |row: &Reconciliation| row.id))
}

/// One file that was compared.
///
/// # Errors
/// `NotFound`.
pub async fn reconciliation(ctx: &Ctx, id: ReconciliationId) -> Result<Reconciliation, Error> {
    let grant = ctx.authorize(READ_RECONCILIATION)?;
    let row = row::Entity::find_by_id(id).one(&ctx.read_for(&grant)).await?.filter(|_| grant.is_wide());
    row.ok_or(CoreError::NotFound("reconciliation"))?.try_into()
}

/// Findings, newest first; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn findings(ctx: &Ctx, filter: &FindingFilter, page: &PageArgs) -> Result<Page<Finding>, Error> {
    let grant = ctx.authorize(READ_RECONCILIATION)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("finding").into());
    }
    let mut query = finding::Entity::find().order_by_desc(finding::Column::Id).limit(page.limit());
    if let Some(reconciliation) = filter.reconciliation {
        query = query.filter(finding::Column::ReconciliationId.eq(reconciliation));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(finding::Column::Outcome.eq(outcome.as_str()));
    }
    if filter.open {
        query = query
            .filter(finding::Column::ResolvedAt.is_null())
            .filter(finding::Column::Outcome.ne(Outcome::Matched.as_str()));
    }
    if let Some(after) = page.after_key::<FindingId>()? {
        query = query.filter(finding::Column::Id.lt(after));
    }
    let rows = query.all(&ctx.read_for(&grant)).await?.into_iter().map(Finding::try_from).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(rows, page, |row: &Finding| row.id))
}

#[derive(FromQueryResult)]
struct ItemRow {
    tx_id: LedgerTxId,
    kind: String,
    source_id: String,
    idempotency_key: String,
    effective_at: DateTime<Utc>,
    taken: i64,
    minor: i64,
}

/// What the ledger has on an account around a period, with every name it goes by.
pub(crate) async fn ledger_items<C: ConnectionTrait>(
    conn: &C,
    (account, account_key): (LedgerAccountId, &str),
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<LedgerItem>, Error> {
    let sql = "SELECT t.id AS tx_id, t.kind, t.source_id, t.idempotency_key, t.effective_at,
            CASE WHEN EXISTS (SELECT 1 FROM finding f WHERE f.account_key = ? AND f.ledger_tx_id = t.id
                AND f.outcome IN ('matched', 'amount_mismatch'))
                THEN CAST(1 AS bigint) ELSE CAST(0 AS bigint) END AS taken,
            CAST(SUM(CASE e.direction WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END) AS bigint) AS minor
        FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id
        WHERE e.account_id = ? AND e.posted_at >= ? AND t.effective_at >= ? AND t.effective_at < ?
        GROUP BY t.id, t.kind, t.source_id, t.idempotency_key, t.effective_at ORDER BY t.id";
    let (first, last) = (from - WINDOW, to + WINDOW);
    let values: [Value; 5] = [account_key.into(), account.into(), first.into(), first.into(), last.into()];
    let rows = ItemRow::find_by_statement(db::dialect::statement(conn, sql, values)).all(conn).await?;
    let mut items: Vec<LedgerItem> =
        rows.into_iter().filter(|row| row.minor != 0).map(|row| item(row, from, to)).collect();
    add_names(conn, &mut items).await?;
    Ok(items)
}

fn item(row: ItemRow, from: DateTime<Utc>, to: DateTime<Utc>) -> LedgerItem {
    let own = row.idempotency_key.split_once(':').map_or("", |(_, name)| name).to_owned();
    LedgerItem {
        tx: row.tx_id,
        kind: row.kind,
        amount_minor: row.minor,
        effective_at: row.effective_at,
        references: vec![row.source_id, own],
        in_period: (from..to).contains(&row.effective_at),
        taken: row.taken == 1,
    }
}

/// Adds how providers and the bank name the operations, receipts and payouts behind the transactions.
async fn add_names<C: ConnectionTrait>(conn: &C, items: &mut [LedgerItem]) -> Result<(), Error> {
    fn ids<I: std::str::FromStr>(items: &[LedgerItem]) -> Vec<I> {
        items.iter().flat_map(|item| &item.references).filter_map(|name| name.parse().ok()).collect()
    }
    let operations: Vec<PaymentOperationId> = ids(items);
    let receipts: Vec<BankReceiptId> = ids(items);
    let payouts: Vec<PayoutId> = ids(items);
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    let found = payments::query::names_of_operations_on(conn, &operations).await.map_err(CoreError::internal)?;
    names.extend(found.into_iter().map(|(id, more)| (id.to_string(), more)));
    let found = payments::query::names_of_receipts_on(conn, &receipts).await.map_err(CoreError::internal)?;
    names.extend(found.into_iter().map(|(id, more)| (id.to_string(), more)));
    for ids in payouts.chunks(CHUNK) {
        let ids = db::dialect::pad(ids.to_vec());
        for row in payout::Entity::find().filter(payout::Column::Id.is_in(ids)).all(conn).await? {
            names.insert(row.id.to_string(), row.bank_reference.into_iter().chain([row.reference]).collect());
        }
    }
    for item in items {
        let more: Vec<String> = item.references.iter().filter_map(|name| names.get(name)).flatten().cloned().collect();
        item.references.extend(more);
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Held {
    minor: i64,
}

/// What an account that grows by debits held at an instant, by the time of the events.
pub(crate) async fn held_at<C: ConnectionTrait>(
    conn: &C,
    account: LedgerAccountId,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE e.direction WHEN 'debit' THEN e.amount_minor ELSE -e.amount_minor END), 0)
            AS bigint) AS minor
        FROM ledger_entry e JOIN ledger_tx t ON t.id = e.tx_id WHERE e.account_id = ? AND t.effective_at < ?";
    let statement = db::dialect::statement(conn, sql, [account.into(), at.into()]);
    Ok(Held::find_by_statement(statement).one(conn).await?.map_or(0, |row| row.minor))
}

/// Which of these names earlier files told.
pub(crate) async fn seen<C: ConnectionTrait>(
    conn: &C,
    account_key: &str,
    names: &[String],
) -> Result<HashSet<String>, Error> {
    let mut found = HashSet::new();
    for names in names.chunks(CHUNK) {
        let rows: Vec<String> = reconciliation_line::Entity::find()
            .select_only()
            .column(reconciliation_line::Column::ExternalId)
            .filter(reconciliation_line::Column::AccountKey.eq(account_key))
            .filter(reconciliation_line::Column::ExternalId.is_in(db::dialect::pad(names.to_vec())))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}
