//! Jobs that touch object storage: thumbnails, deletions, statements, invoices, payout files.

use std::sync::Arc;

use assets::job::{DeleteObjects, MakeThumbnail, delete_objects, make_thumbnail};
use async_trait::async_trait;
use billing::FileSink;
use outbox::DispatcherBuilder;
use storage::ObjectStore;

use crate::{Deps, retry};

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let store = deps.store.clone();
    let builder = builder.work(move |job: DeleteObjects, _| {
        let store = store.clone();
        async move { delete_objects(&store, &job).await.map_err(retry) }
    });
    let at = deps.clone();
    let builder = builder.work(move |job: MakeThumbnail, _| {
        let deps = at.clone();
        async move { make_thumbnail(&deps.ctx(), &deps.store, &job).await.map_err(retry) }
    });
    let sink: Arc<dyn FileSink> = Arc::new(MoneyFiles(deps.store.clone()));
    billing::register(builder, &deps.world, &sink, deps.stripe.as_ref())
}

/// Files of billing lie beside the assets, under prefixes that no asset uses.
struct MoneyFiles(ObjectStore);

#[async_trait]
impl FileSink for MoneyFiles {
    async fn put(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), String> {
        self.0.put(key, body.into(), content_type).await.map_err(|error| error.to_string())
    }
}
