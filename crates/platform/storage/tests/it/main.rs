//! Everything against a real S3 endpoint on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod objects;
mod presigned;
mod server;

use storage::ObjectStore;
use storage::embedded::{Embedded, Keys};
use tempfile::TempDir;

/// A server over an empty folder, with its bucket. It lives as long as this.
struct Storage {
    store: ObjectStore,
    server: Embedded,
    folder: TempDir,
}

async fn storage() -> Storage {
    let folder = tempfile::tempdir().unwrap();
    let server = Embedded::start(&folder.path().join("objects"), 0, Keys::random()).await.unwrap();
    let store = ObjectStore::new(&server.settings("souk"));
    store.ensure_bucket().await.unwrap();
    Storage { store, server, folder }
}
