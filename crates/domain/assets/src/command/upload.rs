//! Asking for an upload.

use std::time::Duration;

use access::{Grant, Reach};
use context::Ctx;
use history::Change;
use kernel::Invalid;
use kernel::id::MerchantId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use storage::ObjectStore;

use crate::Error;
use crate::actions::ASSET_UPLOAD;
use crate::entity::asset::{Column, Entity};
use crate::model::{Asset, AssetState, MediaType, ThumbnailState, file_name};
use crate::repo;

/// How long the bytes may take to come.
const UPLOAD_TTL: Duration = Duration::from_secs(60 * 60);
/// Uploads of one owner that wait for their bytes.
const PENDING_MAX: u64 = 2_000;

/// A file somebody wants to upload.
#[derive(Debug, Clone)]
pub struct UploadRequest {
    /// Whose it is to be; `None`: the caller's merchant, for the operator the operator itself. An operator must make
    /// sure that the merchant exists.
    pub merchant: Option<MerchantId>,
    /// Its name; a path before it is dropped.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// Its length in bytes.
    pub byte_size: i64,
    /// What it shows, in words.
    pub alt: String,
}

/// Where and how to send the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTicket {
    /// The asset, pending.
    pub asset: Asset,
    /// The address for a `PUT` request.
    pub url: String,
    /// Headers the request must carry exactly.
    pub headers: Vec<(String, String)>,
}

/// Makes a pending asset and a presigned request that takes exactly the declared number of bytes of the declared type.
///
/// # Errors
/// The field at fault; `TOO_MANY_PENDING`; not found for a foreign merchant.
pub async fn upload_request(ctx: &Ctx, store: &ObjectStore, input: UploadRequest) -> Result<UploadTicket, Error> {
    let grant = ctx.authorize(ASSET_UPLOAD)?;
    let merchant_id = owner_of(&grant, input.merchant)?;
    let media = MediaType::parse(&input.content_type).ok_or_else(|| {
        let known = MediaType::ALL.map(MediaType::as_str).join(", ");
        Invalid::new("contentType", "UNSUPPORTED_TYPE", format!("must be one of {known}"))
    })?;
    let max = media.kind().byte_size_max();
    let byte_size = u64::try_from(input.byte_size).ok().filter(|size| (1..=max).contains(size));
    let byte_size = byte_size.ok_or_else(|| Invalid::range("byteSize", 1, i64::try_from(max).unwrap_or(i64::MAX)))?;
    let filename = file_name(&input.filename)?;
    let alt = kernel::text::block("alt", &input.alt, 500)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let owned = merchant_id.map_or(Column::MerchantId.is_null(), |id| Column::MerchantId.eq(id));
    let pending = Entity::find().filter(owned).filter(Column::State.eq(AssetState::Pending.as_str()));
    if pending.count(&*tx).await? >= PENDING_MAX {
        return Err(Error::TooManyPending { max: PENDING_MAX });
    }
    let id = ctx.new_id();
    let asset = Asset {
        id,
        merchant_id,
        kind: media.kind(),
        filename,
        content_type: media.as_str().to_owned(),
        byte_size,
        state: AssetState::Pending,
        reason: None,
        alt,
        width: None,
        height: None,
        etag: None,
        sha256: None,
        thumbnail_state: ThumbnailState::None,
        expires_at: tx.now() + UPLOAD_TTL,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        upload_key: format!("incoming/{id}"),
        object_key: None,
        thumbnail_key: None,
    };
    repo::insert(&tx, &asset).await?;
    tx.record(of_owner(Change::new("asset", id, "requested"), &asset).diff(None, Some(&asset)));
    tx.commit().await?;
    // Signing sends nothing; it stands after the commit so that no request is good for a row that is not there.
    let put = store.presign_put(&asset.upload_key, media.as_str(), byte_size, UPLOAD_TTL).await?;
    Ok(UploadTicket { asset, url: put.url, headers: put.headers })
}

/// A change that the owner of the asset may read.
pub(super) fn of_owner(change: Change, asset: &Asset) -> Change {
    change.of_merchant(asset.merchant_id)
}

fn owner_of(grant: &Grant, wanted: Option<MerchantId>) -> Result<Option<MerchantId>, Error> {
    match (grant.merchants(), wanted) {
        (Reach::All, wanted) => Ok(wanted),
        (Reach::Only(own), None) => Ok(Some(own)),
        (Reach::Only(own), Some(wanted)) if own == wanted => Ok(Some(own)),
        _ => Err(context::Error::NotFound("merchant").into()),
    }
}
