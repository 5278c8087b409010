//! Reads.

use std::collections::{HashMap, HashSet};

use access::Grant;
use context::{Ctx, WriteTx, within_merchants};
use db::dialect::{like_escape, pad};
use kernel::id::{AssetId, MerchantId};
use kernel::text::fold;
use kernel::{Page, PageArgs};
use sea_orm::sea_query::LikeExpr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Error;
use crate::actions::{ASSET_READ, ASSET_VIEW};
use crate::entity::asset::{Column, Entity};
use crate::model::{Asset, AssetKind, AssetState, Shown};
use crate::repo;

/// Which assets a list shows, among those of the caller.
#[derive(Debug, Clone, Default)]
pub struct AssetFilter {
    /// Those of this merchant; for the operator.
    pub merchant: Option<MerchantId>,
    /// Of this kind.
    pub kind: Option<AssetKind>,
    /// In this state; `None`: any but deleted.
    pub state: Option<AssetState>,
    /// With this text in the file name.
    pub text: Option<String>,
}

/// A page of the caller's assets, newest first.
///
/// # Errors
/// Denied; a cursor of another list; the database error.
pub async fn list(ctx: &Ctx, filter: &AssetFilter, page: &PageArgs) -> Result<Page<Asset>, Error> {
    let grant = ctx.authorize(ASSET_READ)?;
    let mut wanted = within_merchants(&grant, Column::MerchantId);
    if let Some(merchant) = filter.merchant {
        wanted = wanted.add(Column::MerchantId.eq(merchant));
    }
    if let Some(kind) = filter.kind {
        wanted = wanted.add(Column::Kind.eq(kind.as_str()));
    }
    wanted = wanted.add(match filter.state {
        Some(state) => Column::State.eq(state.as_str()),
        None => Column::State.ne(AssetState::Deleted.as_str()),
    });
    if let Some(text) = filter.text.as_deref().map(fold).filter(|text| !text.is_empty()) {
        let text: String = text.chars().take(120).collect();
        wanted = wanted.add(Column::FilenameFold.like(LikeExpr::new(format!("%{}%", like_escape(&text))).escape('\\')));
    }
    if let Some(after) = page.after_key::<AssetId>()? {
        wanted = wanted.add(Column::Id.lt(after));
    }
    let rows =
        Entity::find().filter(wanted).order_by_desc(Column::Id).limit(page.limit()).all(&ctx.read_for(&grant)).await?;
    let assets = rows.into_iter().map(repo::asset).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(assets, page, |asset| asset.id))
}

/// The assets among `ids` that the caller may see: its own in any state, and images, films and models that are ready.
///
/// # Errors
/// Denied; the database error.
pub async fn by_ids(ctx: &Ctx, ids: &[AssetId]) -> Result<HashMap<AssetId, Asset>, Error> {
    let grant = ctx.authorize(ASSET_VIEW)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(seen(&grant, ids)).all(&ctx.read_for(&grant)).await?;
    rows.into_iter().map(|row| Ok((row.id, repo::asset(row)?))).collect()
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct ShownRow {
    id: AssetId,
    kind: String,
    state: String,
    filename: String,
    object_key: Option<String>,
    thumbnail_key: Option<String>,
}

/// What the addresses of the assets among `ids` that the caller may see are made of: [`by_ids`] for pages full of
/// pictures.
///
/// # Errors
/// Denied; the database error.
pub async fn shown_by_ids(ctx: &Ctx, ids: &[AssetId]) -> Result<HashMap<AssetId, Shown>, Error> {
    let grant = ctx.authorize(ASSET_VIEW)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(seen(&grant, ids)).into_partial_model::<ShownRow>();
    let rows = rows.all(&ctx.read_for(&grant)).await?;
    let unknown = |id: AssetId, what: &str| context::Error::internal(format!("asset {id}: stored {what}"));
    let shown = rows.into_iter().map(|row| {
        let kind = AssetKind::parse(&row.kind).ok_or_else(|| unknown(row.id, "kind"))?;
        let state = AssetState::parse(&row.state).ok_or_else(|| unknown(row.id, "state"))?;
        let (filename, object_key, thumbnail_key) = (row.filename, row.object_key, row.thumbnail_key);
        Ok((row.id, Shown { kind, state, filename, object_key, thumbnail_key }))
    });
    shown.collect()
}

fn seen(grant: &Grant, ids: &[AssetId]) -> Condition {
    Condition::all()
        .add(Column::Id.is_in(pad(ids.to_vec())))
        .add(Column::State.ne(AssetState::Deleted.as_str()))
        .add(repo::viewable(grant))
}

/// One asset of the caller.
///
/// # Errors
/// Not found, which includes assets of others.
pub async fn by_id(ctx: &Ctx, id: AssetId) -> Result<Asset, Error> {
    let grant = ctx.authorize(ASSET_READ)?;
    Ok(repo::find(&ctx.read_for(&grant), &grant, id).await?)
}

/// Which of `ids` a thing of `owner` (`None`: the operator) may show: ready, and its own or the operator's. They cannot
/// be deleted before the transaction ends. For callers that have authorized.
///
/// # Errors
/// The database error.
pub async fn usable_in_tx(
    tx: &WriteTx,
    owner: Option<MerchantId>,
    ids: Vec<AssetId>,
) -> Result<HashSet<AssetId>, context::Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut owned = Condition::any().add(Column::MerchantId.is_null());
    if let Some(merchant) = owner {
        owned = owned.add(Column::MerchantId.eq(merchant));
    }
    let query = Entity::find()
        .filter(Column::Id.is_in(pad(ids)))
        .filter(Column::State.eq(AssetState::Ready.as_str()))
        .filter(owned)
        .order_by_asc(Column::Id)
        .lock_shared();
    Ok(query.all(&**tx).await?.into_iter().map(|row| row.id).collect())
}

/// Which of `ids` belong to `owner` (`None`: the operator) and are ready, with their kinds. They cannot be deleted before the
/// transaction ends. For callers that have authorized and show them to others than the owner.
///
/// # Errors
/// The database error.
pub async fn owned_in_tx(
    tx: &WriteTx,
    owner: Option<MerchantId>,
    ids: Vec<AssetId>,
) -> Result<HashMap<AssetId, AssetKind>, context::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Entity::find()
        .filter(Column::Id.is_in(pad(ids)))
        .filter(Column::State.eq(AssetState::Ready.as_str()))
        .filter(owner.map_or(Column::MerchantId.is_null(), |owner| Column::MerchantId.eq(owner)))
        .order_by_asc(Column::Id)
        .lock_shared();
    let unknown = |id| context::Error::internal(format!("asset {id}: stored kind"));
    let rows = query.all(&**tx).await?.into_iter();
    rows.map(|row| Ok((row.id, AssetKind::parse(&row.kind).ok_or_else(|| unknown(row.id))?))).collect()
}

/// Assets by id, whosever they are, but no deleted ones. For callers that have shown that their reader may see what they are
/// attached to.
///
/// # Errors
/// The database error.
pub async fn attached_on<C: ConnectionTrait>(
    conn: &C,
    ids: &[AssetId],
) -> Result<HashMap<AssetId, Asset>, context::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let there = Column::State.ne(AssetState::Deleted.as_str());
    let rows = Entity::find().filter(Column::Id.is_in(pad(ids.to_vec()))).filter(there).all(conn).await?;
    let asset = |row| repo::asset(row).map_err(context::Error::internal);
    rows.into_iter().map(|row| asset(row).map(|asset| (asset.id, asset))).collect()
}
