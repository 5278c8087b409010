//! Variants.

use std::collections::HashMap;

use context::Ctx;
use db::dialect::pad;
use kernel::id::{ProductId, VariantId};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::PRODUCT_READ;
use crate::entity::variant;
use crate::model::Variant;
use crate::repo::{rows, scope};

/// The variants among `ids` whose products the caller may read, archived ones included.
///
/// # Errors
/// Denied; the database error.
pub async fn by_ids(ctx: &Ctx, ids: &[VariantId]) -> Result<HashMap<VariantId, Variant>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = variant::Entity::find()
        .join(JoinType::InnerJoin, scope::variant_product())
        .filter(variant::Column::Id.is_in(pad(ids.to_vec())))
        .filter(scope::readable(&grant))
        .all(&ctx.read_for(&grant))
        .await?;
    found.into_iter().map(|row| Ok((row.id, rows::variant(row)?))).collect()
}

/// The variants of the products the caller may read, in order, without archived ones.
///
/// # Errors
/// Denied; the database error.
pub async fn by_product_ids(ctx: &Ctx, ids: &[ProductId]) -> Result<HashMap<ProductId, Vec<Variant>>, Error> {
    let grant = ctx.authorize_within(PRODUCT_READ)?;
    let mut variants: HashMap<ProductId, Vec<Variant>> = HashMap::new();
    if ids.is_empty() {
        return Ok(variants);
    }
    let found = variant::Entity::find()
        .join(JoinType::InnerJoin, scope::variant_product())
        .filter(variant::Column::ProductId.is_in(pad(ids.to_vec())))
        .filter(variant::Column::Archived.eq(false))
        .filter(scope::readable(&grant))
        .order_by_asc(variant::Column::ProductId)
        .order_by_asc(variant::Column::Position)
        .order_by_asc(variant::Column::Id)
        .all(&ctx.read_for(&grant))
        .await?;
    for row in found {
        variants.entry(row.product_id).or_default().push(rows::variant(row)?);
    }
    Ok(variants)
}
