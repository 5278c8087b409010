//! Balances.

use std::collections::{BTreeMap, HashMap};

use context::Ctx;
use kernel::Currency;
use kernel::id::MerchantId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::visible;
use crate::actions::{READ_BALANCE, READ_LEDGER};
use crate::error::Error;
use crate::model::{MerchantBalance, Side, TrialLine};

/// What a merchant has, by currency; one's own when no merchant is named.
///
/// # Errors
/// `NotFound` for another merchant's.
pub async fn merchant_balances(
    ctx: &Ctx,
    merchant: impl Into<Option<MerchantId>>,
) -> Result<Vec<MerchantBalance>, Error> {
    let grant = ctx.authorize(READ_BALANCE)?;
    let merchant = visible(&grant, merchant.into())?;
    Ok(of_merchants(ctx.read(), &[merchant]).await?.remove(&merchant).unwrap_or_default())
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
        merchants.iter().copied().filter(|merchant| visible(&grant, Some(*merchant)).is_ok()).collect();
    of_merchants(ctx.read(), &seen).await
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
) -> Result<HashMap<MerchantId, Vec<MerchantBalance>>, Error> {
    if merchants.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT a.merchant_id, a.currency, a.role, CAST(SUM(b.posted_minor) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.merchant_id IN ({}) GROUP BY a.merchant_id, a.currency, a.role",
        db::dialect::placeholders(merchants.len())
    );
    let values = db::dialect::pad(merchants.to_vec()).into_iter().map(Into::into);
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
    ctx.authorize(READ_LEDGER)?;
    let sql = "SELECT a.role, a.side, COUNT(*) AS accounts, CAST(SUM(b.posted_minor) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.currency = ? GROUP BY a.role, a.side ORDER BY a.role";
    let statement = db::dialect::statement(ctx.read(), sql, [currency.into()]);
    let rows = TrialRow::find_by_statement(statement).all(ctx.read()).await?;
    let line = |row: TrialRow| TrialLine {
        side: Side::parse(&row.side).unwrap_or(Side::Debit),
        role: row.role,
        accounts: row.accounts,
        balance_minor: row.minor,
    };
    Ok(rows.into_iter().map(line).collect())
}
