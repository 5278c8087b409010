//! What a client does with a presigned request and plain HTTP.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, RequestBuilder, StatusCode, header};
use storage::{ObjectStore, PresignedPut, Settings, StorageError};

use crate::storage;

const TTL: Duration = Duration::from_secs(60);

fn put(http: &Client, signed: &PresignedPut, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let request = http.put(&signed.url).body(body);
    signed.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

#[tokio::test]
async fn a_client_uploads_and_downloads_without_keys() {
    let (s, http) = (storage().await, Client::new());
    let signed = s.store.presign_put("u/photo.jpg", "image/jpeg", 5, TTL).await.unwrap();
    let names: Vec<_> = signed.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"content-type") && names.contains(&"content-length"), "{names:?}");

    assert_eq!(put(&http, &signed, "12345").send().await.unwrap().status(), StatusCode::OK);
    let head = s.store.head("u/photo.jpg").await.unwrap();
    assert_eq!((head.size, head.content_type.as_deref()), (5, Some("image/jpeg")));

    let url = s.store.presign_get("u/photo.jpg", TTL, None).await.unwrap();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(!answer.headers().contains_key(header::CONTENT_DISPOSITION));
    assert_eq!(answer.bytes().await.unwrap(), "12345");

    let url = s.store.presign_get("u/photo.jpg", TTL, Some("Foto für dich.jpg")).await.unwrap();
    let answer = http.get(url).send().await.unwrap();
    let disposition = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(disposition, "attachment; filename=\"Foto f_r dich.jpg\"; filename*=UTF-8''Foto%20f%C3%BCr%20dich.jpg");
}

#[tokio::test]
async fn an_upload_other_than_the_agreed_one_is_refused() {
    let (s, http) = (storage().await, Client::new());
    let signed = s.store.presign_put("u/a.jpg", "image/jpeg", 5, TTL).await.unwrap();

    let longer = http.put(&signed.url).header(header::CONTENT_TYPE, "image/jpeg").body("123456");
    assert_eq!(longer.send().await.unwrap().status(), StatusCode::FORBIDDEN, "another length");
    let other = http.put(&signed.url).header(header::CONTENT_TYPE, "text/html").body("12345");
    assert_eq!(other.send().await.unwrap().status(), StatusCode::FORBIDDEN, "another type");

    let elsewhere = PresignedPut { url: signed.url.replace("u/a.jpg", "u/b.jpg"), ..signed.clone() };
    assert_eq!(put(&http, &elsewhere, "12345").send().await.unwrap().status(), StatusCode::FORBIDDEN, "another key");
    let (unsigned, _) = signed.url.split_once("X-Amz-Signature=").unwrap();
    let tampered = PresignedPut { url: format!("{unsigned}X-Amz-Signature={}", "0".repeat(64)), ..signed.clone() };
    assert_eq!(
        put(&http, &tampered, "12345").send().await.unwrap().status(),
        StatusCode::FORBIDDEN,
        "another signature"
    );

    for key in ["u/a.jpg", "u/b.jpg"] {
        assert!(matches!(s.store.head(key).await, Err(StorageError::NotFound { .. })), "nothing was stored");
    }
}

#[tokio::test]
async fn without_a_signature_or_after_its_time_nothing_is_read() {
    let (s, http) = (storage().await, Client::new());
    s.store.put("a", Bytes::from_static(b"x"), "text/plain").await.unwrap();
    let url = s.store.presign_get("a", Duration::from_secs(1), None).await.unwrap();
    let plain = url.split_once('?').unwrap().0.to_owned();
    assert_eq!(http.get(plain).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(http.get(url).send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(s.store.presign_get("a", Duration::from_secs(8 * 24 * 3600), None).await.is_err(), "longer than a week");
}

#[tokio::test]
async fn presigned_urls_are_made_for_the_address_that_clients_see() {
    let s = storage().await;
    let public = Some("https://cdn.example.org".to_owned());
    let store = ObjectStore::new(&Settings { public_endpoint: public, ..s.server.settings("souk") });
    store.put("a", Bytes::from_static(b"x"), "text/plain").await.unwrap();
    let get = store.presign_get("a", TTL, None).await.unwrap();
    let put = store.presign_put("a", "text/plain", 1, TTL).await.unwrap();
    assert!(get.starts_with("https://cdn.example.org/souk/a?"), "{get}");
    assert!(put.url.starts_with("https://cdn.example.org/souk/a?"), "{}", put.url);
}
