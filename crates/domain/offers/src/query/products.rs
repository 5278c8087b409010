//! From what changed elsewhere to the products that show it. For handlers; nothing here authorizes.

use db::dialect::{pad, placeholders, statement};
use kernel::id::{MerchantId, ProductId, StockItemId};
use sea_orm::{ConnectionTrait, Value};

use crate::error::Error;

/// The products of which an offer that is not ended uses one of these articles.
///
/// # Errors
/// The database error.
pub async fn products_of_stock_items_on<C: ConnectionTrait>(
    conn: &C,
    items: &[StockItemId],
) -> Result<Vec<ProductId>, Error> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT product_id FROM offer WHERE stock_item_id IN ({}) AND status <> 'ended' ORDER BY product_id",
        placeholders(items.len())
    );
    let values: Vec<Value> = pad(items.iter().map(|id| (*id).into()).collect());
    products(conn, &sql, values).await
}

/// The next `limit` products after `after`, by id, of which the merchant has an offer that is not ended.
///
/// A merchant may offer very many; who suspends one walks through them in parts.
///
/// # Errors
/// The database error.
pub async fn products_of_merchants_on<C: ConnectionTrait>(
    conn: &C,
    merchant: MerchantId,
    after: Option<ProductId>,
    limit: u64,
) -> Result<Vec<ProductId>, Error> {
    let mut values: Vec<Value> = vec![merchant.into()];
    let mut later = "";
    if let Some(after) = after {
        later = "AND product_id > ?";
        values.push(after.into());
    }
    let sql = format!(
        "SELECT DISTINCT product_id FROM offer WHERE merchant_id = ? AND status <> 'ended' {later}
        ORDER BY product_id LIMIT {limit}"
    );
    products(conn, &sql, values).await
}

/// Whether the merchant has an offer of the product that is not ended.
///
/// # Errors
/// The database error.
pub async fn sells_on<C: ConnectionTrait>(conn: &C, merchant: MerchantId, product: ProductId) -> Result<bool, Error> {
    let sql = "SELECT product_id FROM offer WHERE product_id = ? AND merchant_id = ? AND status <> 'ended' LIMIT 1";
    let found = products(conn, sql, vec![product.into(), merchant.into()]).await?;
    Ok(!found.is_empty())
}

async fn products<C: ConnectionTrait>(conn: &C, sql: &str, values: Vec<Value>) -> Result<Vec<ProductId>, Error> {
    let rows = conn.query_all_raw(statement(conn, sql, values)).await?;
    let ids: Result<Vec<ProductId>, _> = rows.iter().map(|row| row.try_get("", "product_id")).collect();
    Ok(ids?)
}
