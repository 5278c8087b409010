//! What buyers see: only what is published in their channel.

use context::Ctx;
use kernel::id::{ChannelId, ProductId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait as _};

use crate::Error;
use crate::actions::PRODUCT_BROWSE;
use crate::entity::{product, product_channel};
use crate::model::{Product, ProductStatus};
use crate::repo::rows;

/// The product with this slug, when it is published in the channel.
///
/// # Errors
/// Denied; the database error.
pub async fn by_slug(ctx: &Ctx, slug: &str, channel: ChannelId) -> Result<Option<Product>, Error> {
    ctx.authorize(PRODUCT_BROWSE)?;
    one(ctx, product::Column::Slug.eq(slug), channel).await
}

/// The product with this id, when it is published in the channel.
///
/// # Errors
/// Denied; the database error.
pub async fn by_id(ctx: &Ctx, id: ProductId, channel: ChannelId) -> Result<Option<Product>, Error> {
    ctx.authorize(PRODUCT_BROWSE)?;
    one(ctx, product::Column::Id.eq(id), channel).await
}

async fn one(ctx: &Ctx, which: sea_orm::sea_query::SimpleExpr, channel: ChannelId) -> Result<Option<Product>, Error> {
    let in_channel = product_channel::Entity::find()
        .select_only()
        .column(product_channel::Column::ProductId)
        .filter(product_channel::Column::ChannelId.eq(channel))
        .into_query();
    let wanted = Condition::all()
        .add(which)
        .add(product::Column::Status.eq(ProductStatus::Published.as_str()))
        .add(product::Column::Id.in_subquery(in_channel));
    let found = product::Entity::find().filter(wanted).one(ctx.read()).await?;
    Ok(found.map(rows::product).transpose()?)
}
