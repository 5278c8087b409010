//! Deleting.

use access::Grant;
use context::WriteTx;
use history::Change;
use kernel::id::AssetId;
use outbox::PendingJob;

use super::upload::of_owner;
use crate::job::DeleteObjects;
use crate::model::{Asset, AssetState, ThumbnailState};
use crate::repo;

/// Deletes an asset; its objects go by a job after the commit. The caller has authorized, and has made sure that
/// nothing shows the asset.
///
/// # Errors
/// Not found, which includes assets of others; stale.
pub async fn delete_in_tx(
    tx: &mut WriteTx,
    grant: &Grant,
    id: AssetId,
    expected_version: i64,
) -> Result<Asset, context::Error> {
    let before = repo::lock(tx, grant, id).await?;
    if before.version != expected_version {
        return Err(context::Error::Stale("asset"));
    }
    let mut after = before.clone();
    (after.state, after.object_key, after.thumbnail_key) = (AssetState::Deleted, None, None);
    after.thumbnail_state = ThumbnailState::None;
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    repo::save(tx, &after).await?;
    tx.enqueue(PendingJob::of(&DeleteObjects { keys: before.keys() }));
    tx.record(of_owner(Change::new("asset", id, "deleted"), &before).diff(Some(&before), Some(&after)));
    Ok(after)
}
