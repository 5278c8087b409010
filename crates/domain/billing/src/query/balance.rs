//! Balances.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, merchant_meant};
use kernel::id::MerchantId;
use kernel::{Currency, Page, PageArgs};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::actions::{READ_BALANCE, READ_LEDGER};
use crate::error::Error;
use crate::model::{LedgerAccount, MerchantBalance, Side, TrialLine};

/// The fold of entries of accounts on the side on which they grow.
const ON_OWN_SIDE: &str =
    "CAST(COALESCE(SUM(CASE e.direction WHEN a.side THEN e.amount_minor ELSE -e.amount_minor END), 0)
    AS bigint)";

/// What a merchant has, by currency; one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's.
pub async fn merchant_balances(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
) -> Result<Vec<MerchantBalance>, Error> {
    merchant_balances_at(ctx, merchant, None).await
}

/// What a merchant had at an instant, by currency: the fold of everything posted until then, that instant included.
/// Now for `None`.
///
/// # Errors
/// `NotFound` for another merchant's.
pub async fn merchant_balances_at(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<MerchantBalance>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let merchant = merchant_meant(&grant, merchant.into())?;
    Ok(of_merchants(&ctx.read_for(&grant), &[merchant], as_of).await?.remove(&merchant).unwrap_or_default())
}

/// What merchants have, by currency; those that the viewer may not see are left out.
///
/// # Errors
/// The database error.
pub async fn balances_by_merchants(
    ctx: &Ctx,
    merchants: &[MerchantId],
) -> Result<HashMap<MerchantId, Vec<MerchantBalance>>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let seen: Vec<MerchantId> =
        merchants.iter().copied().filter(|merchant| merchant_meant(&grant, Some(*merchant)).is_ok()).collect();
    of_merchants(&ctx.read_for(&grant), &seen, None).await
}

#[derive(FromQueryResult)]
struct Row {
    merchant_id: MerchantId,
    currency: Currency,
    role: String,
    minor: i64,
}

async fn of_merchants<C: ConnectionTrait>(
    conn: &C,
    merchants: &[MerchantId],
    as_of: Option<DateTime<Utc>>,
) -> Result<HashMap<MerchantId, Vec<MerchantBalance>>, Error> {
    if merchants.is_empty() {
        return Ok(HashMap::new());
    }
    let whose = db::dialect::placeholders(merchants.len());
    let sql = match as_of {
        None => format!(
            "SELECT a.merchant_id, a.currency, a.role, CAST(SUM(b.posted_minor) AS bigint) AS minor
            FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
            WHERE a.merchant_id IN ({whose}) GROUP BY a.merchant_id, a.currency, a.role"
        ),
        Some(_) => format!(
            "SELECT a.merchant_id, a.currency, a.role, {ON_OWN_SIDE} AS minor
            FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id AND e.posted_at <= ?
            WHERE a.merchant_id IN ({whose}) GROUP BY a.merchant_id, a.currency, a.role"
        ),
    };
    let whose = db::dialect::pad(merchants.to_vec()).into_iter().map(Into::into);
    let values = as_of.map(Into::into).into_iter().chain(whose);
    let rows = Row::find_by_statement(db::dialect::statement(conn, &sql, values)).all(conn).await?;
    let mut found: BTreeMap<(MerchantId, Currency), MerchantBalance> = BTreeMap::new();
    for row in rows {
        let empty = MerchantBalance::empty(row.merchant_id, row.currency);
        let balance = found.entry((row.merchant_id, row.currency)).or_insert(empty);
        match row.role.as_str() {
            "liability:order_funds" => balance.order_funds_minor += row.minor,
            "liability:merchant:pending" => balance.pending_minor += row.minor,
            "liability:merchant:available" => balance.available_minor += row.minor,
            "liability:merchant:reserve" => balance.reserve_minor += row.minor,
            "liability:merchant:dispute_hold" => balance.dispute_hold_minor += row.minor,
            "liability:payouts_in_transit" => balance.in_payout_minor += row.minor,
            "asset:merchant:receivable" => balance.owed_minor += row.minor,
            _ => {}
        }
    }
    let mut by_merchant: HashMap<MerchantId, Vec<MerchantBalance>> = HashMap::new();
    for ((merchant, _), balance) in found {
        by_merchant.entry(merchant).or_default().push(balance);
    }
    Ok(by_merchant)
}

#[derive(FromQueryResult)]
struct TrialRow {
    role: String,
    side: String,
    accounts: i64,
    minor: i64,
}

/// All accounts of a currency by role. What debit accounts hold equals what credit accounts hold.
///
/// # Errors
/// The database error.
pub async fn trial_balance(ctx: &Ctx, currency: Currency) -> Result<Vec<TrialLine>, Error> {
    trial_balance_at(ctx, currency, None).await
}

/// The same as of an instant, that instant included; now for `None`.
///
/// # Errors
/// The database error.
pub async fn trial_balance_at(
    ctx: &Ctx,
    currency: Currency,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<TrialLine>, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("ledger").into());
    }
    let now = "SELECT a.role, a.side, COUNT(*) AS accounts, CAST(SUM(b.posted_minor) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.currency = ? GROUP BY a.role, a.side ORDER BY a.role";
    let then = format!(
        "SELECT a.role, a.side, COUNT(DISTINCT a.id) AS accounts, {ON_OWN_SIDE} AS minor
        FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id AND e.posted_at <= ?
        WHERE a.currency = ? GROUP BY a.role, a.side ORDER BY a.role"
    );
    let statement = match as_of {
        None => db::dialect::statement(&ctx.read_for(&grant), now, [currency.into()]),
        Some(at) => db::dialect::statement(&ctx.read_for(&grant), &then, [at.into(), currency.into()]),
    };
    let rows = TrialRow::find_by_statement(statement).all(&ctx.read_for(&grant)).await?;
    let line = |row: TrialRow| TrialLine {
        side: Side::parse(&row.side).unwrap_or(Side::Debit),
        role: row.role,
        accounts: row.accounts,
        balance_minor: row.minor,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Which accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Only those with a path that begins like this: `liability:merchant:mer_…`.
    pub path: Option<String>,
    /// Only this merchant's.
    pub merchant: Option<MerchantId>,
}

#[derive(FromQueryResult)]
struct AccountRow {
    path: String,
    currency: Currency,
    role: String,
    side: String,
    merchant_id: Option<MerchantId>,
    opened_at: DateTime<Utc>,
    minor: i64,
}

/// The accounts of a currency by path, with what they hold, or held at an instant; for the operator.
///
/// # Errors
/// A bad cursor; the database error.
pub async fn accounts(
    ctx: &Ctx,
    currency: Currency,
    filter: &AccountFilter,
    as_of: Option<DateTime<Utc>>,
    page: &PageArgs,
) -> Result<Page<LedgerAccount>, Error> {
    let grant = ctx.authorize(READ_LEDGER)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("ledger").into());
    }
    let held = match as_of {
        None => "COALESCE((SELECT b.posted_minor FROM ledger_balance b WHERE b.account_id = a.id), 0)".to_owned(),
        Some(_) => format!("(SELECT {ON_OWN_SIDE} FROM ledger_entry e WHERE e.account_id = a.id AND e.posted_at <= ?)"),
    };
    let mut sql = format!(
        "SELECT a.path, a.currency, a.role, a.side, a.merchant_id, a.opened_at, {held} AS minor
        FROM ledger_account a WHERE a.currency = ?"
    );
    let mut values: Vec<Value> = as_of.map(Into::into).into_iter().chain([currency.into()]).collect();
    let mut and = |condition: &str, value: Value| {
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(path) = &filter.path {
        // Not LIKE: nothing in it stands for anything else, and upper and lower case differ on both databases.
        and(" AND substr(a.path, 1, CAST(? AS integer)) =", i64::try_from(path.chars().count()).unwrap_or(0).into());
        and(" ?", path.clone().into());
    }
    if let Some(merchant) = filter.merchant {
        and(" AND a.merchant_id = ?", merchant.into());
    }
    if let Some(at) = as_of {
        and(" AND a.opened_at <= ?", at.into());
    }
    if let Some(after) = page.after_key::<String>()? {
        and(" AND a.path > ?", after.into());
    }
    and(" ORDER BY a.path LIMIT ?", i64::try_from(page.limit()).unwrap_or(1).into());
    let statement = db::dialect::statement(&ctx.read_for(&grant), &sql, values);
    let rows = AccountRow::find_by_statement(statement).all(&ctx.read_for(&grant)).await?;
    let account = |row: AccountRow| LedgerAccount {
        side: Side::parse(&row.side).unwrap_or(Side::Debit),
        path: row.path,
        currency: row.currency,
        role: row.role,
        merchant_id: row.merchant_id,
        opened_at: row.opened_at,
        balance_minor: row.minor,
    };
    Ok(Page::from_rows(rows.into_iter().map(account).collect(), page, |row: &LedgerAccount| row.path.clone()))
}
