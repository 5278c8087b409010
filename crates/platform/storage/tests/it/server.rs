//! The embedded server itself.

use bytes::Bytes;
use reqwest::{Client, Method, StatusCode, header};
use storage::ObjectStore;
use storage::embedded::{Embedded, Keys};

use crate::storage;

#[tokio::test]
async fn a_restart_keeps_objects_and_frees_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::random();
    let first = Embedded::start(folder.path(), 0, keys.clone()).await.unwrap();
    let (port, settings) = (first.addr().port(), first.settings("souk"));
    let store = ObjectStore::new(&settings);
    store.ensure_bucket().await.unwrap();
    store.put("a/b", Bytes::from_static(b"kept"), "text/plain").await.unwrap();
    assert!(Embedded::start(folder.path(), port, keys.clone()).await.is_err(), "the port is taken");
    first.stop().await;

    let second = Embedded::start(folder.path(), port, keys).await.unwrap();
    assert_eq!(ObjectStore::new(&second.settings("souk")).get("a/b").await.unwrap(), "kept");
}

#[tokio::test]
async fn a_browser_may_put_from_any_page() {
    let s = storage().await;
    let request = Client::new()
        .request(Method::OPTIONS, format!("http://{}/souk/u/a.jpg?X-Amz-Signature=0", s.server.addr()))
        .header(header::ORIGIN, "https://shop.example.org")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(answer.headers()[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap().contains("PUT"));
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS], "*");
}

#[tokio::test]
async fn many_uploads_at_once_all_arrive() {
    let s = storage().await;
    let uploads = (0..32).map(|n| {
        let store = s.store.clone();
        tokio::spawn(async move { store.put(&format!("m/{n}"), vec![b'x'; 100_000].into(), "image/png").await })
    });
    for upload in uploads.collect::<Vec<_>>() {
        upload.await.unwrap().unwrap();
    }
    let page = s.store.list("m/", None, 1000).await.unwrap();
    assert_eq!(page.objects.iter().filter(|o| o.size == 100_000).count(), 32);
    assert!(s.folder.path().join("objects/souk/m/0").is_file());
}
