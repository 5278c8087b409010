//! What hangs on products and variants: categories, values, images.

use std::collections::HashMap;

use access::Grant;
use context::Ctx;
use db::dialect::pad;
use kernel::id::{CategoryId, ProductId, VariantId};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait as _};

use crate::Error;
use crate::actions::PRODUCT_READ;
use crate::entity::{product, product_category, product_image, product_value, variant, variant_value};
use crate::model::{AttributeValue, Image};
use crate::repo::{rows, scope};

/// The categories of the products the caller may read, the main one first.
///
/// # Errors
/// Denied; the database error.
pub async fn categories_by_product_ids(
    ctx: &Ctx,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<CategoryId>>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    let mut categories: HashMap<ProductId, Vec<CategoryId>> = HashMap::new();
    if ids.is_empty() {
        return Ok(categories);
    }
    let found = product_category::Entity::find()
        .filter(product_category::Column::ProductId.in_subquery(readable(&grant, ids)))
        .order_by_asc(product_category::Column::ProductId)
        .order_by_asc(product_category::Column::Position)
        .all(&ctx.read_for(&grant))
        .await?;
    for row in found {
        categories.entry(row.product_id).or_default().push(row.category_id);
    }
    Ok(categories)
}

/// The values of the products the caller may read.
///
/// # Errors
/// Denied; the database error.
pub async fn values_by_product_ids(
    ctx: &Ctx,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<AttributeValue>>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    let mut values: HashMap<ProductId, Vec<AttributeValue>> = HashMap::new();
    if ids.is_empty() {
        return Ok(values);
    }
    let found = product_value::Entity::find()
        .filter(product_value::Column::ProductId.in_subquery(readable(&grant, ids)))
        .order_by_asc(product_value::Column::ProductId)
        .order_by_asc(product_value::Column::AttributeId)
        .all(&ctx.read_for(&grant))
        .await?;
    for row in found {
        values.entry(row.product_id).or_default().push(rows::product_value(row));
    }
    Ok(values)
}

/// The values of the variants whose products the caller may read.
///
/// # Errors
/// Denied; the database error.
pub async fn values_by_variant_ids(
    ctx: &Ctx,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, Vec<AttributeValue>>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    let mut values: HashMap<VariantId, Vec<AttributeValue>> = HashMap::new();
    if ids.is_empty() {
        return Ok(values);
    }
    let variants = variant::Entity::find()
        .select_only()
        .column(variant::Column::Id)
        .join(JoinType::InnerJoin, scope::variant_product())
        .filter(variant::Column::Id.is_in(pad(ids.to_vec())))
        .filter(scope::readable(&grant))
        .into_query();
    let found = variant_value::Entity::find()
        .filter(variant_value::Column::VariantId.in_subquery(variants))
        .order_by_asc(variant_value::Column::VariantId)
        .order_by_asc(variant_value::Column::AttributeId)
        .all(&ctx.read_for(&grant))
        .await?;
    for row in found {
        values.entry(row.variant_id).or_default().push(rows::variant_value(row));
    }
    Ok(values)
}

/// The images of the products the caller may read, in order.
///
/// # Errors
/// Denied; the database error.
pub async fn images_by_product_ids(ctx: &Ctx, ids: &[ProductId]) -> Result<HashMap<ProductId, Vec<Image>>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    let mut images: HashMap<ProductId, Vec<Image>> = HashMap::new();
    if ids.is_empty() {
        return Ok(images);
    }
    let found = product_image::Entity::find()
        .filter(product_image::Column::ProductId.in_subquery(readable(&grant, ids)))
        .order_by_asc(product_image::Column::ProductId)
        .order_by_asc(product_image::Column::Position)
        .all(&ctx.read_for(&grant))
        .await?;
    for row in found {
        images.entry(row.product_id).or_default().push(rows::image(row));
    }
    Ok(images)
}

fn readable(grant: &Grant, ids: &[ProductId]) -> SelectStatement {
    product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::Id.is_in(pad(ids.to_vec())))
        .filter(scope::readable(grant))
        .into_query()
}
