//! The calls that this process makes itself.

use bytes::Bytes;
use kernel::{Fault as _, FaultKind};
use storage::embedded::Keys;
use storage::{ObjectStore, StorageError};

use crate::storage;

#[tokio::test]
async fn an_object_is_put_read_copied_and_deleted() {
    let s = storage().await;
    s.store.ensure_bucket().await.unwrap();
    s.store.ping().await.unwrap();

    s.store.put("a/one.txt", Bytes::from_static(b"hello world"), "text/plain").await.unwrap();
    assert_eq!(s.store.get("a/one.txt").await.unwrap(), "hello world");
    assert_eq!(s.store.get_range("a/one.txt", 6..=8).await.unwrap(), "wor");
    assert_eq!(s.store.get_range("a/one.txt", 6..=999).await.unwrap(), "world");

    let head = s.store.head("a/one.txt").await.unwrap();
    assert_eq!((head.size, head.content_type.as_deref()), (11, Some("text/plain")));
    // The MD5 of the content, as S3 has it.
    assert_eq!(head.etag.as_deref(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));

    s.store.put("a/one.txt", Bytes::from_static(b"replaced"), "text/plain").await.unwrap();
    s.store.copy("a/one.txt", "b/two.txt").await.unwrap();
    assert_eq!(s.store.get("b/two.txt").await.unwrap(), "replaced");
    assert_eq!(s.store.head("b/two.txt").await.unwrap().content_type.as_deref(), Some("text/plain"));

    s.store.delete("a/one.txt").await.unwrap();
    s.store.delete("a/one.txt").await.unwrap();
    assert!(matches!(s.store.get("a/one.txt").await, Err(StorageError::NotFound { .. })));
}

#[tokio::test]
async fn lists_come_in_pages_by_prefix() {
    let s = storage().await;
    for n in 0..5 {
        s.store.put(&format!("p/{n}"), Bytes::from_static(b"xy"), "text/plain").await.unwrap();
    }
    s.store.put("q/0", Bytes::new(), "text/plain").await.unwrap();

    let (mut keys, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = s.store.list("p/", after, 2).await.unwrap();
        assert!(page.objects.iter().all(|o| o.size == 2 && o.modified.is_some()));
        keys.extend(page.objects.into_iter().map(|o| o.key));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((keys, pages), (["p/0", "p/1", "p/2", "p/3", "p/4"].map(str::to_owned).to_vec(), 3));
    assert!(s.store.list("none/", None, 10).await.unwrap().objects.is_empty());
}

#[tokio::test]
async fn what_is_missing_is_not_found() {
    let s = storage().await;
    let key = "no/such";
    for error in [
        s.store.get(key).await.unwrap_err(),
        s.store.get_range(key, 0..=1).await.unwrap_err(),
        s.store.head(key).await.unwrap_err(),
        s.store.copy(key, "to").await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (FaultKind::NotFound, "OBJECT_NOT_FOUND"), "{error}");
    }
    let elsewhere = ObjectStore::new(&s.server.settings("no-bucket"));
    assert_eq!(elsewhere.ping().await.unwrap_err().kind(), FaultKind::NotFound);
    let error = elsewhere.list("", None, 1).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Internal, "a missing bucket is a wrong set-up: {error}");
}

#[tokio::test]
async fn wrong_keys_are_refused_and_a_dead_server_is_unavailable() {
    let s = storage().await;
    let settings = storage::Settings { secret_key: Keys::random().secret_key, ..s.server.settings("souk") };
    let stranger = ObjectStore::new(&settings);
    let error = stranger.put("a", Bytes::new(), "text/plain").await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Internal, "{error}");
    assert!(!format!("{settings:?}").contains(&settings.secret_key), "the secret stays out of logs");

    assert_eq!(s.store.put("../a", Bytes::new(), "text/plain").await.unwrap_err().kind(), FaultKind::Internal);

    s.server.stop().await;
    assert_eq!(s.store.get("a").await.unwrap_err().kind(), FaultKind::Unavailable);
}
