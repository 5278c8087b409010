//! Whether anything is open between a merchant and the marketplace.

use context::WriteTx;
use kernel::Currency;
use kernel::id::MerchantId;
use sea_orm::FromQueryResult;

use crate::Error;
use crate::post::Ledger;

#[derive(FromQueryResult)]
struct Open {
    currency: Currency,
    minor: i64,
}

/// What is on the accounts of a merchant, by currency, whatever its sign; empty when all of them are at zero. Nothing is
/// posted to them before the transaction ends. For whoever closes the merchant, and has authorized it.
///
/// # Errors
/// The database error.
pub async fn unsettled_in_tx(tx: &WriteTx, merchant: MerchantId) -> Result<Vec<(Currency, i64)>, Error> {
    let mut currencies: Vec<Currency> = open(tx, merchant).await?.into_iter().map(|row| row.currency).collect();
    // In one order, as everybody locks them.
    currencies.sort_unstable();
    for currency in currencies {
        Ledger::lock(tx, currency).await?;
    }
    let left = open(tx, merchant).await?.into_iter().filter(|row| row.minor != 0);
    Ok(left.map(|row| (row.currency, row.minor)).collect())
}

async fn open(tx: &WriteTx, merchant: MerchantId) -> Result<Vec<Open>, Error> {
    let sql = "SELECT a.currency, CAST(SUM(ABS(b.posted_minor)) AS bigint) AS minor
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.merchant_id = ? GROUP BY a.currency ORDER BY a.currency";
    Ok(Open::find_by_statement(db::dialect::statement(&**tx, sql, [merchant.into()])).all(&**tx).await?)
}
