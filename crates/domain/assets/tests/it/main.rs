//! Assets on both databases, with a real S3 server inside the process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use assets::command::{
    AssetEdit, UploadRequest, UploadTicket, delete_in_tx, edit, expire_uploads, upload_confirm, upload_request,
};
use assets::job::{DeleteObjects, MakeThumbnail, delete_objects, make_thumbnail};
use assets::query::{AssetFilter, by_id, by_ids, list};
use assets::{Asset, AssetKind, AssetState, Error, ThumbnailState, Urls};
use context::Ctx;
use kernel::id::{AssetId, MerchantId};
use kernel::{Fault, PageArgs};
use outbox::{Dispatcher, Failure};
use storage::ObjectStore;
use storage::embedded::{Embedded, Keys};
use testkit::{TestEnv, both_databases};

struct Shop {
    store: ObjectStore,
    // Serves until the test ends.
    _server: Embedded,
}

async fn shop(t: &TestEnv) -> Shop {
    let server = Embedded::start(&t.folder().join("objects"), 0, Keys::random()).await.unwrap();
    let store = ObjectStore::new(&server.settings("souk"));
    store.ensure_bucket().await.unwrap();
    Shop { store, _server: server }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn request(content_type: &str, byte_size: usize) -> UploadRequest {
    UploadRequest {
        merchant: None,
        filename: "Röd soffa.png".to_owned(),
        content_type: content_type.to_owned(),
        byte_size: i64::try_from(byte_size).unwrap(),
        alt: "A red sofa".to_owned(),
    }
}

async fn send(ticket: &UploadTicket, bytes: Vec<u8>) -> u16 {
    let mut put = reqwest::Client::new().put(&ticket.url).body(bytes);
    for (name, value) in ticket.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        put = put.header(name, value);
    }
    put.send().await.unwrap().status().as_u16()
}

async fn uploaded(ctx: &Ctx, shop: &Shop, content_type: &str, bytes: Vec<u8>) -> Asset {
    let ticket = upload_request(ctx, &shop.store, request(content_type, bytes.len())).await.unwrap();
    assert_eq!(send(&ticket, bytes).await, 200);
    upload_confirm(ctx, &shop.store, ticket.asset.id).await.unwrap()
}

async fn work(t: &TestEnv, shop: &Shop) {
    let (ctx, store) = (t.system(), shop.store.clone());
    let (drawing, deleting) = (store.clone(), store);
    let dispatcher = Dispatcher::builder(t.world.db.clone(), t.world.clock.clone(), Arc::clone(&t.world.wake))
        .work::<MakeThumbnail, _, _>(move |job, _| {
            let (ctx, store) = (ctx.clone(), drawing.clone());
            async move { make_thumbnail(&ctx, &store, &job).await.map_err(Failure::from) }
        })
        .work::<DeleteObjects, _, _>(move |job, _| {
            let store = deleting.clone();
            async move { delete_objects(&store, &job).await.map_err(Failure::from) }
        })
        .build();
    dispatcher.drain().await.unwrap();
}

async fn delete(ctx: &Ctx, id: AssetId, version: i64) -> Result<Asset, context::Error> {
    let grant = ctx.authorize(assets::actions::ASSET_DELETE)?;
    let mut tx = ctx.begin_write().await?;
    let deleted = delete_in_tx(&mut tx, &grant, id, version).await?;
    tx.commit().await?;
    Ok(deleted)
}

async fn objects(shop: &Shop) -> usize {
    shop.store.list("", None, 1000).await.unwrap().objects.len()
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> (&'static str, Option<String>) {
    let error = result.unwrap_err();
    (error.code(), error.field())
}

fn merchant(t: &TestEnv) -> MerchantId {
    t.system().new_id()
}

both_databases! {
    async fn an_image_is_uploaded_checked_and_shown(t: TestEnv) {
        let (shop, ann) = (shop(&t).await, t.merchant(merchant(&t)));
        let bytes = png(900, 300);
        let ticket = upload_request(&ann, &shop.store, request("image/png", bytes.len())).await.unwrap();
        assert_eq!(code(upload_confirm(&ann, &shop.store, ticket.asset.id).await).0, "NOT_UPLOADED");
        assert_eq!(send(&ticket, bytes.clone()).await, 200);
        let ready = upload_confirm(&ann, &shop.store, ticket.asset.id).await.unwrap();
        assert_eq!((ready.state, ready.thumbnail_state, ready.version), (AssetState::Ready, ThumbnailState::Pending, 2));
        assert_eq!(upload_confirm(&ann, &shop.store, ready.id).await.unwrap(), ready, "again: the same answer");
        work(&t, &shop).await;
        let drawn = by_id(&ann, ready.id).await.unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.version), (Some(900), Some(300), 2));
        assert_eq!(drawn.sha256.as_ref().map(String::len), Some(64));
        let urls = Urls::new(shop.store.clone());
        let seen = by_ids(&t.anonymous(), &[ready.id]).await.unwrap().remove(&ready.id).unwrap();
        let shown = seen.shown();
    let (original, small) = (urls.original(&shown).await.unwrap().unwrap(), urls.thumbnail(&shown).await.unwrap().unwrap());
        assert_eq!(urls.original(&shown).await.unwrap().as_ref(), Some(&original), "the same address for everybody");
        let got = reqwest::get(&original).await.unwrap().bytes().await.unwrap();
        assert_eq!(got, bytes);
        let got = reqwest::get(&small).await.unwrap().bytes().await.unwrap();
        assert_eq!(image::load_from_memory(&got).unwrap().width(), 400);
        assert_eq!(objects(&shop).await, 2, "the upload itself is gone");
        // The address of the upload still signs, but what is shown cannot be swapped by it.
        send(&ticket, vec![0; bytes.len()]).await;
        assert_eq!(reqwest::get(&original).await.unwrap().bytes().await.unwrap(), bytes);
    }

    async fn what_is_not_what_was_declared_is_rejected(t: TestEnv) {
        let (shop, ann) = (shop(&t).await, t.merchant(merchant(&t)));
        let disguised = uploaded(&ann, &shop, "image/png", b"MZ this is a program".to_vec()).await;
        assert_eq!((disguised.state, disguised.reason.as_deref()), (AssetState::Rejected, Some("it is no image/png")));
        let other = uploaded(&ann, &shop, "image/jpeg", png(2, 2)).await;
        assert_eq!(other.reason.as_deref(), Some("it is image/png; image/jpeg was declared"));
        assert_eq!(Urls::new(shop.store.clone()).original(&other.shown()).await.unwrap(), None);
        assert!(by_ids(&t.anonymous(), &[other.id]).await.unwrap().is_empty());
        let broken = uploaded(&ann, &shop, "image/jpeg", b"\xff\xd8\xff\xe0 and no more".to_vec()).await;
        assert_eq!(broken.state, AssetState::Ready);
        work(&t, &shop).await;
        assert_eq!(by_id(&ann, broken.id).await.unwrap().thumbnail_state, ThumbnailState::Failed);
        assert_eq!(objects(&shop).await, 1);
    }

    async fn requests_are_checked(t: TestEnv) {
        let (shop, ann) = (shop(&t).await, t.merchant(merchant(&t)));
        let ask = async |content_type: &str, size: i64| {
            let input = UploadRequest { byte_size: size, ..request(content_type, 1) };
            code(upload_request(&ann, &shop.store, input).await)
        };
        let at = |field: &str| Some(field.to_owned());
        assert_eq!(ask("image/svg+xml", 10).await, ("UNSUPPORTED_TYPE", at("contentType")));
        assert_eq!(ask("image/png", 0).await, ("OUT_OF_RANGE", at("byteSize")));
        assert_eq!(ask("image/png", -1).await, ("OUT_OF_RANGE", at("byteSize")));
        assert_eq!(ask("image/png", 20 * 1024 * 1024 + 1).await, ("OUT_OF_RANGE", at("byteSize")));
        let nameless = UploadRequest { filename: "a/".to_owned(), ..request("image/png", 1) };
        assert_eq!(code(upload_request(&ann, &shop.store, nameless).await), ("REQUIRED", at("filename")));
        let film = upload_request(&ann, &shop.store, request("video/mp4", 400 * 1024 * 1024)).await.unwrap();
        assert_eq!((film.asset.kind, film.asset.filename.as_str()), (AssetKind::Video, "Röd soffa.png"));
    }

    async fn another_merchant_cannot_reach_it(t: TestEnv) {
        let (a, shop) = (merchant(&t), shop(&t).await);
        let (ann, ben) = (t.merchant(a), t.merchant(merchant(&t)));
        let paper = uploaded(&ann, &shop, "application/pdf", b"%PDF-1.7 secret".to_vec()).await;
        assert_eq!(paper.state, AssetState::Ready);
        let ids = [paper.id];
        assert_eq!(code(by_id(&ben, paper.id).await).0, "NOT_FOUND");
        assert!(by_ids(&ben, &ids).await.unwrap().is_empty() && by_ids(&t.anonymous(), &ids).await.unwrap().is_empty());
        assert_eq!((by_ids(&ann, &ids).await.unwrap().len(), by_ids(&t.operator(), &ids).await.unwrap().len()), (1, 1));
        assert_eq!(code(upload_confirm(&ben, &shop.store, paper.id).await).0, "NOT_FOUND");
        let change = AssetEdit { id: paper.id, expected_version: 2, filename: None, alt: Some("mine".to_owned()) };
        assert_eq!(code(edit(&ben, change).await).0, "NOT_FOUND");
        assert_eq!(delete(&ben, paper.id, 2).await.unwrap_err().code(), "NOT_FOUND");
        let foreign = UploadRequest { merchant: Some(a), ..request("image/png", 1) };
        assert_eq!(code(upload_request(&ben, &shop.store, foreign).await).0, "NOT_FOUND");
        assert_eq!(code(upload_request(&t.anonymous(), &shop.store, request("image/png", 1)).await).0, "UNAUTHENTICATED");
        assert!(list(&ben, &AssetFilter::default(), &PageArgs::first(10)).await.unwrap().items.is_empty());
        assert_eq!(code(list(&t.anonymous(), &AssetFilter::default(), &PageArgs::first(10)).await).0, "UNAUTHENTICATED");
        assert_eq!(by_id(&ann, paper.id).await.unwrap(), paper);
    }

    async fn assets_are_edited_listed_and_deleted(t: TestEnv) {
        let (shop, ann) = (shop(&t).await, t.merchant(merchant(&t)));
        let asset = uploaded(&ann, &shop, "image/png", png(3, 3)).await;
        work(&t, &shop).await;
        let change = AssetEdit { id: asset.id, expected_version: 2, filename: None, alt: Some("A blue sofa".to_owned()) };
        assert_eq!(edit(&ann, change.clone()).await.unwrap().version, 3);
        assert_eq!(code(edit(&ann, change).await).0, "STALE_VERSION");
        let find = AssetFilter { text: Some("rod".to_owned()), kind: Some(AssetKind::Image), ..AssetFilter::default() };
        assert_eq!(list(&ann, &find, &PageArgs::first(10)).await.unwrap().items.len(), 1);
        assert_eq!(delete(&ann, asset.id, 2).await.unwrap_err().code(), "STALE_VERSION");
        delete(&ann, asset.id, 3).await.unwrap();
        assert_eq!(delete(&ann, asset.id, 4).await.unwrap_err().code(), "NOT_FOUND");
        work(&t, &shop).await;
        assert_eq!(objects(&shop).await, 0);
        assert!(list(&ann, &AssetFilter::default(), &PageArgs::first(10)).await.unwrap().items.is_empty());
    }

    async fn uploads_that_never_come_expire(t: TestEnv) {
        let (shop, ann) = (shop(&t).await, t.merchant(merchant(&t)));
        let ticket = upload_request(&ann, &shop.store, request("image/png", 10)).await.unwrap();
        assert_eq!(expire_uploads(&t.system()).await.unwrap(), 0);
        t.clock.advance(chrono::Duration::hours(2));
        assert_eq!(expire_uploads(&t.system()).await.unwrap(), 1);
        assert_eq!(expire_uploads(&t.system()).await.unwrap(), 0);
        assert_eq!(code(upload_confirm(&ann, &shop.store, ticket.asset.id).await).0, "UPLOAD_EXPIRED");
        work(&t, &shop).await;
    }
}
