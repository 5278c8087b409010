//! Work on storage, done outside any transaction. Both jobs may run twice.

use context::Ctx;
use kernel::id::AssetId;
use outbox::Job;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use storage::ObjectStore;

use crate::Error;
use crate::actions::ASSET_EDIT;
use crate::model::thumbnail::{Thumbnail, thumbnail};
use crate::model::{AssetState, ThumbnailState};
use crate::repo;

/// Objects that nothing needs any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteObjects {
    /// Their keys.
    pub keys: Vec<String>,
}

impl Job for DeleteObjects {
    const KIND: &'static str = "assets_delete_objects.v1";
}

/// The thumbnail of an image that became ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeThumbnail {
    /// The asset.
    pub asset: AssetId,
}

impl Job for MakeThumbnail {
    const KIND: &'static str = "assets_make_thumbnail.v1";
    const MAX_ATTEMPTS: i32 = 5;
}

/// Removes objects; those that are gone already are fine.
///
/// # Errors
/// The storage's; the job is tried again.
pub async fn delete_objects(store: &ObjectStore, job: &DeleteObjects) -> Result<(), Error> {
    for key in &job.keys {
        store.delete(key).await?;
    }
    Ok(())
}

/// Makes a JPEG of at most 400 by 400 pixels. An image that cannot be decoded within the limits is marked, and its
/// original is shown instead.
///
/// # Errors
/// The storage's and the database's; the job is tried again.
pub async fn make_thumbnail(ctx: &Ctx, store: &ObjectStore, job: &MakeThumbnail) -> Result<(), Error> {
    let grant = ctx.authorize(ASSET_EDIT)?;
    let asset = match repo::find(&ctx.read_for(&grant), &grant, job.asset).await {
        Err(context::Error::NotFound(_)) => return Ok(()),
        found => found?,
    };
    let Some(key) = asset.object_key.filter(|_| asset.thumbnail_state == ThumbnailState::Pending) else {
        return Ok(());
    };
    let bytes = store.get(&key).await?;
    let drawn = tokio::task::spawn_blocking(move || {
        let sha256 = kernel::text::hex(Sha256::digest(&bytes));
        (sha256, thumbnail(&bytes))
    });
    // A decoder that panics on a hostile file is a file that cannot be decoded.
    let (sha256, drawn) = match drawn.await {
        Ok((sha256, drawn)) => (Some(sha256), drawn.map_err(|error| error.to_string())),
        Err(panic) => (None, Err(panic.to_string())),
    };
    let small = match drawn {
        Ok(small) => Some(put(store, &key, small).await?),
        Err(reason) => {
            tracing::info!(asset = %job.asset, reason, "no thumbnail can be made");
            None
        }
    };
    keep(ctx, &grant, job.asset, sha256, small).await
}

struct Put {
    key: String,
    width: u32,
    height: u32,
}

async fn put(store: &ObjectStore, original: &str, small: Thumbnail) -> Result<Put, Error> {
    // Beside the original and named after it, so that a second run writes the same object.
    let stem = original.rsplit_once('.').map_or(original, |(stem, _)| stem);
    let key = format!("{stem}-400.jpg");
    store.put(&key, small.jpeg.into(), "image/jpeg").await?;
    Ok(Put { key, width: small.width, height: small.height })
}

async fn keep(
    ctx: &Ctx,
    grant: &access::Grant,
    id: AssetId,
    sha256: Option<String>,
    small: Option<Put>,
) -> Result<(), Error> {
    let mut tx = ctx.begin_write().await?;
    let mut asset = match repo::lock(&tx, grant, id).await {
        // Deleted meanwhile: the thumbnail has nobody to show it.
        Err(context::Error::NotFound(_)) => {
            let keys = small.into_iter().map(|small| small.key).collect();
            tx.enqueue(outbox::PendingJob::of(&DeleteObjects { keys }));
            return Ok(tx.commit().await?);
        }
        found => found?,
    };
    if asset.state != AssetState::Ready || asset.thumbnail_state != ThumbnailState::Pending {
        return Ok(());
    }
    asset.sha256 = sha256.or(asset.sha256);
    match small {
        Some(small) => {
            (asset.width, asset.height) = (Some(small.width), Some(small.height));
            (asset.thumbnail_state, asset.thumbnail_key) = (ThumbnailState::Ready, Some(small.key));
        }
        None => asset.thumbnail_state = ThumbnailState::Failed,
    }
    repo::save_findings(&tx, &asset).await?;
    Ok(tx.commit().await?)
}
