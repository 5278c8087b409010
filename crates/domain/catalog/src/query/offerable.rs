//! Which variants a merchant may make offers for.

use std::collections::HashMap;

use db::dialect::{pad, placeholders, statement};
use kernel::id::{MerchantId, ProductId, VariantId};
use sea_orm::{ConnectionTrait, Value};

/// The product of each of these variants that may be offered: variants of published products, and of products that
/// `owner` is still writing; with no `owner`, of every product that is not archived. Others are missing from the answer.
/// For callers that have authorized; one statement.
///
/// # Errors
/// The database error.
pub async fn offerable_on<C: ConnectionTrait>(
    conn: &C,
    owner: Option<MerchantId>,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, ProductId>, context::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut values: Vec<Value> = pad(ids.to_vec()).into_iter().map(Into::into).collect();
    let mut sql = format!(
        "SELECT v.id, v.product_id FROM variant v JOIN product p ON p.id = v.product_id \
         WHERE v.id IN ({}) AND NOT v.archived AND p.status <> 'archived'",
        placeholders(ids.len())
    );
    if let Some(owner) = owner {
        sql.push_str(" AND (p.status = 'published' OR p.owner_id = ?)");
        values.push(owner.into());
    }
    let mut products = HashMap::with_capacity(ids.len());
    for row in conn.query_all_raw(statement(conn, &sql, values)).await? {
        products.insert(row.try_get("", "id")?, row.try_get("", "product_id")?);
    }
    Ok(products)
}
