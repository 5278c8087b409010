//! Looking at what was uploaded.

use context::Ctx;
use history::Change;
use kernel::Fault as _;
use kernel::id::AssetId;
use outbox::PendingJob;
use storage::{ObjectHead, ObjectStore, StorageError};

use super::upload::of_owner;
use crate::Error;
use crate::actions::ASSET_UPLOAD;
use crate::event::{AssetReady, AssetRejected};
use crate::job::{DeleteObjects, MakeThumbnail};
use crate::model::{Asset, AssetKind, AssetState, MediaType, SNIFF_LENGTH, ThumbnailState};
use crate::repo;

/// What the storage holds, copied to where the upload's address cannot reach it any more.
struct Seen {
    key: String,
    head: ObjectHead,
    media: Option<MediaType>,
}

/// Checks the bytes against what was declared: ready when they agree, rejected with the reason when they do not. Again
/// on an asset that was confirmed: the same answer.
///
/// # Errors
/// Not found, which includes assets of others; `NOT_UPLOADED`; `UPLOAD_EXPIRED`; the storage's.
pub async fn upload_confirm(ctx: &Ctx, store: &ObjectStore, id: AssetId) -> Result<Asset, Error> {
    let grant = ctx.authorize(ASSET_UPLOAD)?;
    let pending = repo::find(&ctx.read_for(&grant), &grant, id).await?;
    match pending.state {
        AssetState::Pending => {}
        AssetState::Expired => return Err(Error::Expired),
        _ => return Ok(pending),
    }
    let seen = look(ctx, store, &pending).await?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::lock(&tx, &grant, id).await?;
    if before.state != AssetState::Pending {
        // Somebody else confirmed meanwhile: what we copied is not needed.
        tx.enqueue(PendingJob::of(&DeleteObjects { keys: vec![seen.key] }));
        tx.commit().await?;
        return Ok(before);
    }
    let mut after = before.clone();
    (after.version, after.updated_at) = (before.version + 1, tx.now());
    let mut unneeded = vec![before.upload_key.clone()];
    match fault(&before, &seen) {
        None => {
            (after.state, after.object_key, after.etag) = (AssetState::Ready, Some(seen.key), seen.head.etag);
            if after.kind == AssetKind::Image {
                after.thumbnail_state = ThumbnailState::Pending;
                tx.enqueue(PendingJob::of(&MakeThumbnail { asset: id }).once(format!("thumbnail/{id}")));
            }
            tx.emit(&AssetReady { asset: id });
        }
        Some(reason) => {
            (after.state, after.reason) = (AssetState::Rejected, Some(reason.clone()));
            unneeded.push(seen.key);
            tx.emit(&AssetRejected { asset: id, reason });
        }
    }
    tx.enqueue(PendingJob::of(&DeleteObjects { keys: unneeded }));
    repo::save(&tx, &after).await?;
    tx.record(of_owner(Change::new("asset", id, "confirmed"), &after).diff(Some(&before), Some(&after)));
    tx.commit().await?;
    Ok(after)
}

/// Copies the upload to its own key first and looks at the copy: the address of the upload may still be used to swap
/// the bytes after they were looked at.
async fn look(ctx: &Ctx, store: &ObjectStore, asset: &Asset) -> Result<Seen, Error> {
    let extension = asset.media().map_or("bin", MediaType::extension);
    let unique = kernel::id::encode(ctx.world().ids.uuid());
    let key = format!("assets/{}/{unique}.{extension}", asset.id);
    match store.copy(&asset.upload_key, &key).await {
        Err(StorageError::NotFound { .. }) => return Err(Error::NotUploaded),
        // Some servers answer a missing source otherwise; ask for it itself.
        Err(error) => {
            return Err(match store.head(&asset.upload_key).await {
                Err(StorageError::NotFound { .. }) => Error::NotUploaded,
                _ => {
                    tracing::warn!(code = error.code(), asset = %asset.id, "an upload cannot be copied");
                    error.into()
                }
            });
        }
        Ok(()) => {}
    }
    let head = store.head(&key).await?;
    let media = if head.size == 0 {
        None
    } else {
        let last = SNIFF_LENGTH.min(head.size) - 1;
        MediaType::of_bytes(&store.get_range(&key, 0..=last).await?, head.size)
    };
    Ok(Seen { key, head, media })
}

fn fault(asset: &Asset, seen: &Seen) -> Option<String> {
    if seen.head.size != asset.byte_size {
        return Some(format!("it has {} bytes; {} were declared", seen.head.size, asset.byte_size));
    }
    match seen.media {
        Some(media) if Some(media) == asset.media() => None,
        Some(media) => Some(format!("it is {}; {} was declared", media.as_str(), asset.content_type)),
        None => Some(format!("it is no {}", asset.content_type)),
    }
}
