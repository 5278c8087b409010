//! Offers as a sale sees them.

use std::collections::HashMap;

use db::dialect::{pad, placeholders, statement};
use kernel::Currency;
use kernel::id::{ChannelId, MerchantId, OfferId, ProductId, StockItemId, VariantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use crate::error::Error;
use crate::model::sale::OfferForSale;
use crate::model::{Condition, OfferStatus};

#[derive(FromQueryResult)]
struct Row {
    id: OfferId,
    merchant_id: MerchantId,
    product_id: ProductId,
    variant_id: VariantId,
    sku: String,
    stock_item_id: StockItemId,
    condition: String,
    status: String,
    min_quantity: i64,
    max_quantity: Option<i64>,
    handling_days: Option<i32>,
    version: i64,
    price_minor: Option<i64>,
    compare_at_minor: Option<i64>,
}

/// These offers in one channel and currency, in whatever status; unknown ids are missing. One statement.
///
/// Works on the read pool and inside a transaction. The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn offers_for_sale_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[OfferId],
    channel: ChannelId,
    currency: Currency,
) -> Result<HashMap<OfferId, OfferForSale>, Error> {
    let wanted = ids.iter().map(|id| (*id).into()).collect();
    let found = rows(conn, "o.id", wanted, channel, currency).await?;
    Ok(found.into_iter().map(|offer| (offer.offer_id, offer)).collect())
}

/// The offers of these variants that are not ended, in one channel and currency, the oldest first. One statement.
///
/// The caller has authorized.
///
/// # Errors
/// The database error.
pub async fn offers_of_variants_on<C: ConnectionTrait>(
    conn: &C,
    variants: &[VariantId],
    channel: ChannelId,
    currency: Currency,
) -> Result<HashMap<VariantId, Vec<OfferForSale>>, Error> {
    let wanted = variants.iter().map(|id| (*id).into()).collect();
    let mut found: HashMap<VariantId, Vec<OfferForSale>> = HashMap::with_capacity(variants.len());
    for offer in rows(conn, "o.status <> 'ended' AND o.variant_id", wanted, channel, currency).await? {
        found.entry(offer.variant_id).or_default().push(offer);
    }
    Ok(found)
}

async fn rows<C: ConnectionTrait>(
    conn: &C,
    column: &'static str,
    wanted: Vec<Value>,
    channel: ChannelId,
    currency: Currency,
) -> Result<Vec<OfferForSale>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.id, o.merchant_id, o.product_id, o.variant_id, o.sku, o.stock_item_id, o.condition, o.status,
            o.min_quantity, o.max_quantity, o.handling_days, o.version,
            COALESCE(own.amount_minor, general.amount_minor) AS price_minor,
            CASE WHEN own.id IS NULL THEN general.compare_at_minor ELSE own.compare_at_minor END AS compare_at_minor
        FROM offer o
        LEFT JOIN offer_price own ON own.offer_id = o.id AND own.currency = ? AND own.channel_id = ?
        LEFT JOIN offer_price general ON general.offer_id = o.id AND general.currency = ? AND general.channel_id IS NULL
        WHERE {column} IN ({})
        ORDER BY o.id",
        placeholders(wanted.len())
    );
    let mut values: Vec<Value> = vec![currency.into(), channel.into(), currency.into()];
    values.extend(pad(wanted));
    let rows = Row::find_by_statement(statement(conn, &sql, values)).all(conn).await?;
    rows.into_iter().map(for_sale).collect()
}

fn for_sale(row: Row) -> Result<OfferForSale, Error> {
    let condition = Condition::parse(&row.condition)
        .ok_or_else(|| context::Error::internal(format!("stored condition {:?}", row.condition)))?;
    Ok(OfferForSale {
        offer_id: row.id,
        merchant_id: row.merchant_id,
        product_id: row.product_id,
        variant_id: row.variant_id,
        sku: row.sku,
        stock_item_id: row.stock_item_id,
        condition,
        active: row.status == OfferStatus::Active.as_str(),
        price_minor: row.price_minor,
        compare_at_minor: row.compare_at_minor,
        min_quantity: row.min_quantity,
        max_quantity: row.max_quantity,
        handling_days: row.handling_days,
        version: row.version,
    })
}
