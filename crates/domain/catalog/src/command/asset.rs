//! Deleting assets, which needs to know what products show.

use assets::Asset;
use assets::actions::ASSET_DELETE;
use context::Ctx;
use kernel::id::AssetId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::Error;
use crate::entity::product_image;

/// Deletes an asset that no product shows; its objects go by a job.
///
/// # Errors
/// Not found, which includes assets of others; stale; `ASSET_IN_USE`.
pub async fn asset_delete(ctx: &Ctx, id: AssetId, expected_version: i64) -> Result<Asset, Error> {
    let grant = ctx.authorize(ASSET_DELETE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    // First: it locks the asset, so that no product can begin to show it now.
    let deleted = assets::command::delete_in_tx(&mut tx, &grant, id, expected_version).await?;
    let shown = product_image::Entity::find().filter(product_image::Column::AssetId.eq(id));
    if shown.count(&*tx).await? > 0 {
        return Err(Error::AssetInUse);
    }
    tx.commit().await?;
    Ok(deleted)
}
