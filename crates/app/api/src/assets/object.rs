//! Files as clients see them.

use std::sync::Arc;

use assets::{AssetKind as Kind, AssetState as State, Shown};
use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use kernel::id::AssetId;

use crate::error::{Gql, answer};
use crate::loader::loaders;
use crate::schema::Services;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum AssetKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A 3D model.
    Model,
    /// A document; only its owner, the operator and whoever it was sent to see it.
    Document,
}

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum AssetState {
    /// It waits for its bytes.
    Pending,
    /// It was checked and can be shown.
    Ready,
    /// Its bytes are not what was declared.
    Rejected,
    /// Its bytes did not come in time.
    Expired,
    /// It was deleted.
    Deleted,
}

/// A file in object storage.
#[derive(Debug, Clone)]
pub struct Asset(pub assets::Asset);

impl From<assets::Asset> for Asset {
    fn from(asset: assets::Asset) -> Self {
        Self(asset)
    }
}

impl Asset {
    /// The address of the bytes.
    pub(crate) async fn original(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        original(gql, &self.0.shown()).await
    }

    /// The address of the thumbnail.
    pub(crate) async fn small(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        small(gql, &self.0.shown()).await
    }
}

/// The address of the bytes.
pub(crate) async fn original(gql: &Context<'_>, asset: &Shown) -> Gql<Option<String>> {
    let urls = answer(gql, gql.data::<Services>()?.urls())?;
    answer(gql, Box::pin(urls.original(asset)).await)
}

/// The address of the thumbnail.
pub(crate) async fn small(gql: &Context<'_>, asset: &Shown) -> Gql<Option<String>> {
    let urls = answer(gql, gql.data::<Services>()?.urls())?;
    answer(gql, Box::pin(urls.thumbnail(asset)).await)
}

/// A file in object storage.
#[Object]
impl Asset {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What it is for.
    fn kind(&self) -> AssetKind {
        self.0.kind.into()
    }

    /// The name of the file as it was uploaded.
    fn filename(&self) -> &str {
        &self.0.filename
    }

    /// The media type; checked when the file is ready.
    fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Length in bytes; checked when the file is ready.
    fn byte_size(&self) -> u64 {
        self.0.byte_size
    }

    /// Where it stands.
    fn state(&self) -> AssetState {
        self.0.state.into()
    }

    /// Why it was rejected or expired.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// What it shows, in words.
    fn alt(&self) -> &str {
        &self.0.alt
    }

    /// Width of an image in pixels, once its thumbnail was made.
    fn width(&self) -> Option<u32> {
        self.0.width
    }

    /// Height of an image in pixels, once its thumbnail was made.
    fn height(&self) -> Option<u32> {
        self.0.height
    }

    /// Where the bytes are, for at least twelve hours; `null` unless the file is ready.
    async fn url(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        self.original(gql).await
    }

    /// Where a JPEG of at most 400 by 400 pixels is; the image itself while there is none; `null` for other kinds.
    async fn thumbnail_url(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        self.small(gql).await
    }

    /// Counts the changes; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }

    /// When the upload was asked for.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

loaders! {
    /// Files by id.
    AssetLoader: AssetId => assets::Asset, assets::query::by_ids;
    /// What the addresses of files are made of.
    ShownLoader: AssetId => Arc<Shown>, assets::query::shown_by_ids;
}
