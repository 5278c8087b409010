//! What carts and offers need to know of variants.

use std::collections::HashMap;

use db::dialect::{pad, placeholders, statement};
use kernel::Dimensions;
use kernel::id::{CategoryId, ChannelId, ProductId, VariantId};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::model::{VariantForSale, path_ids};

/// The variants as a sale sees them, by id; unknown ids are missing from the answer. For callers that have authorized;
/// works on the read pool and inside a transaction. Three statements, whatever the number of ids.
///
/// # Errors
/// The database error.
pub async fn variants_for_sale_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, VariantForSale>, context::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT v.id, v.product_id, v.sku, v.title AS variant_title, v.weight_g, v.length_mm, v.width_mm, v.height_mm, v.archived, \
         p.slug, p.title, p.product_type, p.tax_class_id, p.status = 'published' AS published \
         FROM variant v JOIN product p ON p.id = v.product_id WHERE v.id IN ({})",
        placeholders(ids.len())
    );
    let rows = conn.query_all_raw(statement(conn, &sql, values(ids.to_vec()))).await?;
    let mut variants = rows.iter().map(read_variant).collect::<Result<Vec<_>, DbErr>>()?;
    let mut products: Vec<ProductId> = variants.iter().map(|(variant, _)| variant.product_id).collect();
    products.sort_unstable();
    products.dedup();
    let channels = channels_on(conn, &products).await?;
    let categories = categories_on(conn, &products).await?;
    for (variant, on_sale) in &mut variants {
        if *on_sale {
            variant.published_channels = channels.get(&variant.product_id).cloned().unwrap_or_default();
        }
        variant.category_ids = categories.get(&variant.product_id).cloned().unwrap_or_default();
    }
    Ok(variants.into_iter().map(|(variant, _)| (variant.variant_id, variant)).collect())
}

/// The channels in which products are published. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn channels_on<C: ConnectionTrait>(
    conn: &C,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Vec<ChannelId>>, context::Error> {
    let mut channels: HashMap<ProductId, Vec<ChannelId>> = HashMap::new();
    if products.is_empty() {
        return Ok(channels);
    }
    let sql = format!(
        "SELECT product_id, channel_id FROM product_channel WHERE product_id IN ({}) ORDER BY product_id, channel_id",
        placeholders(products.len())
    );
    for row in conn.query_all_raw(statement(conn, &sql, values(products.to_vec()))).await? {
        channels.entry(row.try_get("", "product_id")?).or_default().push(row.try_get("", "channel_id")?);
    }
    Ok(channels)
}

/// The categories of products with all their ancestors, the main category and its ancestors first.
async fn categories_on<C: ConnectionTrait>(
    conn: &C,
    products: &[ProductId],
) -> Result<HashMap<ProductId, Vec<CategoryId>>, context::Error> {
    let mut categories: HashMap<ProductId, Vec<CategoryId>> = HashMap::new();
    if products.is_empty() {
        return Ok(categories);
    }
    let sql = format!(
        "SELECT pc.product_id, c.path FROM product_category pc JOIN category c ON c.id = pc.category_id \
         WHERE pc.product_id IN ({}) ORDER BY pc.product_id, pc.position",
        placeholders(products.len())
    );
    for row in conn.query_all_raw(statement(conn, &sql, values(products.to_vec()))).await? {
        let path: String = row.try_get("", "path")?;
        let ids = categories.entry(row.try_get("", "product_id")?).or_default();
        for id in path_ids(&path).into_iter().rev() {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    Ok(categories)
}

fn read_variant(row: &QueryResult) -> Result<(VariantForSale, bool), DbErr> {
    let archived: bool = row.try_get("", "archived")?;
    let published: bool = row.try_get("", "published")?;
    let variant = VariantForSale {
        variant_id: row.try_get("", "id")?,
        product_id: row.try_get("", "product_id")?,
        slug: row.try_get("", "slug")?,
        title: row.try_get("", "title")?,
        variant_title: row.try_get("", "variant_title")?,
        sku: row.try_get("", "sku")?,
        product_type: row.try_get("", "product_type")?,
        tax_class_id: row.try_get("", "tax_class_id")?,
        weight_g: row.try_get::<Option<i64>>("", "weight_g")?.unwrap_or(0),
        extent: read_size(row)?.map(Dimensions::extent).unwrap_or_default(),
        published_channels: Vec::new(),
        category_ids: Vec::new(),
    };
    Ok((variant, published && !archived))
}

fn read_size(row: &QueryResult) -> Result<Option<Dimensions>, DbErr> {
    let side = |name: &str| row.try_get::<Option<i64>>("", name);
    Ok(Dimensions::of(side("length_mm")?, side("width_mm")?, side("height_mm")?))
}

fn values<I: Into<Value> + Clone>(ids: Vec<I>) -> Vec<Value> {
    pad(ids).into_iter().map(Into::into).collect()
}
