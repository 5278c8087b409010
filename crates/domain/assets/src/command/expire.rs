//! Giving up uploads that never came.

use context::Ctx;
use outbox::PendingJob;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Error;
use crate::actions::ASSET_DELETE;
use crate::entity::asset::{Column, Entity};
use crate::job::DeleteObjects;
use crate::model::AssetState;
use crate::repo;

/// Uploads given up in one call.
const BATCH: u64 = 200;

/// Marks uploads expired whose time is over and drops what came of them; for a schedule. Returns how many; call it again
/// when it is not 0.
///
/// # Errors
/// The database error.
pub async fn expire_uploads(ctx: &Ctx) -> Result<usize, Error> {
    let grant = ctx.authorize(ASSET_DELETE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let due = Entity::find()
        .filter(context::within_merchants(&grant, Column::MerchantId))
        .filter(Column::State.eq(AssetState::Pending.as_str()))
        .filter(Column::ExpiresAt.lt(tx.now()))
        .order_by_asc(Column::ExpiresAt)
        .order_by_asc(Column::Id)
        .limit(BATCH)
        .lock_exclusive()
        .all(&*tx)
        .await?;
    let count = due.len();
    for row in due {
        let mut asset = repo::asset(row)?;
        (asset.state, asset.reason) = (AssetState::Expired, Some("nothing was uploaded in time".to_owned()));
        (asset.version, asset.updated_at) = (asset.version + 1, tx.now());
        repo::save(&tx, &asset).await?;
        tx.enqueue(PendingJob::of(&DeleteObjects { keys: vec![asset.upload_key] }));
    }
    tx.commit().await?;
    Ok(count)
}
