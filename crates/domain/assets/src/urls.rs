//! Addresses of assets.

use std::time::Duration;

use moka::sync::Cache;
use storage::ObjectStore;

use crate::{AssetKind, AssetState, Error, Shown};

/// How long a signed address is good.
const SIGNED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it is handed out: every reader of a process gets the same address, so that browsers and proxies can keep
/// what they loaded, and it is good for as long again afterwards.
const HANDED_OUT_FOR: Duration = Duration::from_secs(12 * 60 * 60);
const KEPT_MAX: u64 = 20_000;

/// Makes addresses of assets and remembers them. Cloning shares the memory.
#[derive(Debug, Clone)]
pub struct Urls {
    store: ObjectStore,
    kept: Cache<String, String>,
}

impl Urls {
    /// Addresses in `store`.
    #[must_use]
    pub fn new(store: ObjectStore) -> Self {
        Self { store, kept: Cache::builder().max_capacity(KEPT_MAX).time_to_live(HANDED_OUT_FOR).build() }
    }

    /// The storage itself, for uploads.
    #[must_use]
    pub fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// Where the bytes of the asset are; `None` unless it is ready. Who may see the asset may have the address: query
    /// functions hand out no other assets.
    ///
    /// # Errors
    /// The storage's, when it cannot sign.
    pub async fn original(&self, asset: &Shown) -> Result<Option<String>, Error> {
        let Some(key) = ready_key(asset, asset.object_key.as_deref()) else { return Ok(None) };
        // A document is saved, never opened inside a page of the storage's address.
        let download_as = (asset.kind == AssetKind::Document).then_some(asset.filename.as_str());
        self.signed(key, download_as).await.map(Some)
    }

    /// Where the thumbnail is; the original of an image that has none; `None` for other kinds.
    ///
    /// # Errors
    /// The storage's, when it cannot sign.
    pub async fn thumbnail(&self, asset: &Shown) -> Result<Option<String>, Error> {
        match ready_key(asset, asset.thumbnail_key.as_deref()) {
            Some(key) => self.signed(key, None).await.map(Some),
            None if asset.kind == AssetKind::Image => self.original(asset).await,
            None => Ok(None),
        }
    }

    async fn signed(&self, key: &str, download_as: Option<&str>) -> Result<String, Error> {
        if let Some(url) = self.kept.get(key) {
            return Ok(url);
        }
        let url = self.store.presign_get(key, SIGNED_FOR, download_as).await?;
        self.kept.insert(key.to_owned(), url.clone());
        Ok(url)
    }
}

fn ready_key<'k>(asset: &Shown, key: Option<&'k str>) -> Option<&'k str> {
    key.filter(|_| asset.state == AssetState::Ready)
}
