//! Loading and saving.

use access::{Grant, Reach};
use context::{Error, WriteTx, within_merchants};
use kernel::id::AssetId;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

use crate::entity::asset::{Column, Entity, Model};
use crate::model::{Asset, AssetKind, AssetState, ThumbnailState};

/// The assets that may be seen: all, the own and what is made to be shown, or what is made to be shown.
pub(crate) fn viewable(grant: &Grant) -> Condition {
    let shown = Condition::all()
        .add(Column::State.eq(AssetState::Ready.as_str()))
        .add(Column::Kind.ne(AssetKind::Document.as_str()));
    match grant.merchants() {
        Reach::All => Condition::all(),
        Reach::Only(merchant) => Condition::any().add(Column::MerchantId.eq(merchant)).add(shown),
        Reach::Nothing => shown,
    }
}

/// An asset that may be changed.
pub(crate) async fn find<C: ConnectionTrait>(conn: &C, grant: &Grant, id: AssetId) -> Result<Asset, Error> {
    let query = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId));
    asset(
        query
            .one(conn)
            .await?
            .filter(|row| row.state != AssetState::Deleted.as_str())
            .ok_or(Error::NotFound("asset"))?,
    )
}

/// An asset that may be changed, locked.
pub(crate) async fn lock(tx: &WriteTx, grant: &Grant, id: AssetId) -> Result<Asset, Error> {
    let query = Entity::find_by_id(id).filter(within_merchants(grant, Column::MerchantId)).lock_exclusive();
    let row = query.one(&**tx).await?.filter(|row| row.state != AssetState::Deleted.as_str());
    asset(row.ok_or(Error::NotFound("asset"))?)
}

/// Inserts a new asset.
pub(crate) async fn insert(tx: &WriteTx, asset: &Asset) -> Result<(), Error> {
    Entity::insert(row(asset).into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes a locked asset whose version has grown by one.
pub(crate) async fn save(tx: &WriteTx, asset: &Asset) -> Result<(), Error> {
    write(tx, asset, asset.version - 1).await
}

/// Writes what the program found out by itself about a locked asset: no new version, or an editor who just uploaded
/// would be told that somebody else changed the asset.
pub(crate) async fn save_findings(tx: &WriteTx, asset: &Asset) -> Result<(), Error> {
    write(tx, asset, asset.version).await
}

async fn write(tx: &WriteTx, asset: &Asset, stored_version: i64) -> Result<(), Error> {
    let updated = Entity::update_many()
        .set(row(asset).into_active_model().reset_all())
        .filter(Column::Id.eq(asset.id))
        .filter(Column::Version.eq(stored_version))
        .exec(&**tx)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Error::Stale("asset")) }
}

pub(crate) fn asset(row: Model) -> Result<Asset, Error> {
    let unknown = |what: &str| Error::internal(format!("asset {}: stored {what}", row.id));
    Ok(Asset {
        id: row.id,
        merchant_id: row.merchant_id,
        kind: AssetKind::parse(&row.kind).ok_or_else(|| unknown("kind"))?,
        byte_size: u64::try_from(row.byte_size).map_err(|_| unknown("size"))?,
        state: AssetState::parse(&row.state).ok_or_else(|| unknown("state"))?,
        thumbnail_state: ThumbnailState::parse(&row.thumbnail_state).ok_or_else(|| unknown("thumbnail state"))?,
        filename: row.filename,
        content_type: row.content_type,
        reason: row.reason,
        alt: row.alt,
        width: row.width.and_then(|width| u32::try_from(width).ok()),
        height: row.height.and_then(|height| u32::try_from(height).ok()),
        etag: row.etag,
        sha256: row.sha256,
        expires_at: row.expires_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        upload_key: row.upload_key,
        object_key: row.object_key,
        thumbnail_key: row.thumbnail_key,
    })
}

fn row(asset: &Asset) -> Model {
    let asset = asset.clone();
    Model {
        id: asset.id,
        merchant_id: asset.merchant_id,
        kind: asset.kind.as_str().to_owned(),
        filename_fold: kernel::text::fold(&asset.filename),
        filename: asset.filename,
        content_type: asset.content_type,
        byte_size: i64::try_from(asset.byte_size).unwrap_or(i64::MAX),
        state: asset.state.as_str().to_owned(),
        reason: asset.reason,
        upload_key: asset.upload_key,
        object_key: asset.object_key,
        etag: asset.etag,
        sha256: asset.sha256,
        thumbnail_key: asset.thumbnail_key,
        thumbnail_state: asset.thumbnail_state.as_str().to_owned(),
        width: asset.width.and_then(|width| i32::try_from(width).ok()),
        height: asset.height.and_then(|height| i32::try_from(height).ok()),
        alt: asset.alt,
        expires_at: asset.expires_at,
        version: asset.version,
        created_at: asset.created_at,
        updated_at: asset.updated_at,
    }
}
