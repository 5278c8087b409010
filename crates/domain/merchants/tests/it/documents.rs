//! Documents that merchants hand in.

use chrono::{Duration, NaiveDate};
use kernel::id::{AssetId, MerchantId};
use kernel::{Fault as _, PageArgs};
use merchants::{
    Document, DocumentState, EditPlan, HandInDocument, Item, ItemKind, ItemState, ReviewDocument, documents, edit_plan,
    hand_in_document, onboarding, review_document, withdraw_document,
};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use testkit::TestEnv;
use testkit::tokio::task::JoinSet;

use super::make;

/// A file of a merchant, as if it had been uploaded.
async fn file(t: &TestEnv, owner: MerchantId) -> AssetId {
    let id: AssetId = t.operator().new_id();
    let tx = t.world.db.begin_write().await.unwrap();
    let (now, backend) = (t.operator().now(), tx.get_database_backend());
    let mark = |n: u32| if backend == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() };
    let [asset, merchant, key, expires, created, updated] = [1, 2, 3, 4, 5, 6].map(mark);
    let sql = format!(
        "INSERT INTO asset (id, merchant_id, kind, filename, filename_fold, content_type, byte_size, state, upload_key,
        object_key, thumbnail_state, alt, expires_at, version, created_at, updated_at)
        VALUES ({asset}, {merchant}, 'document', 'licence.pdf', 'licence.pdf', 'application/pdf', 1, 'ready', {key}, 'there',
        'none', '', {expires}, 1, {created}, {updated})"
    );
    let values = [id.into(), owner.into(), id.to_string().into(), now.into(), now.into(), now.into()];
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn licence(merchant: MerchantId, asset: AssetId, expires_on: Option<NaiveDate>) -> HandInDocument {
    HandInDocument {
        merchant,
        kind: "trade_licence".to_owned(),
        title: "Trade licence".to_owned(),
        number: Some("HRB 1".to_owned()),
        issuer: None,
        asset,
        expires_on,
    }
}

fn review(of: &Document, approve: bool, note: Option<&str>) -> ReviewDocument {
    ReviewDocument { id: of.id, expected_version: of.version, approve, note: note.map(str::to_owned) }
}

async fn asked(t: &TestEnv) {
    let item = Item {
        code: "licence".to_owned(),
        kind: ItemKind::Document,
        title: "Your trade licence".to_owned(),
        required: true,
        subject: Some("trade_licence".to_owned()),
        count: None,
    };
    let plan = EditPlan { merchant_type: "standard".to_owned(), expected_version: 0, items: vec![item] };
    edit_plan(&t.operator(), plan).await.unwrap();
}

testkit::both_databases! {
    async fn a_document_is_looked_at_and_grows_old(t: TestEnv) {
        asked(&t).await;
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let staff = t.merchant(anna.id);
        let state = async || {
            let step = onboarding(&staff, anna.id).await.unwrap().remove(0);
            (step.state, step.detail)
        };
        assert_eq!(state().await, (ItemState::Missing, None));
        let asset = file(&t, anna.id).await;
        let day = ctx.now().date_naive() + Duration::days(30);
        let first = hand_in_document(&staff, licence(anna.id, asset, Some(day))).await.unwrap();
        assert_eq!((first.state, first.version, state().await.0), (DocumentState::Submitted, 1, ItemState::Waiting));
        assert_eq!(review_document(&staff, review(&first, true, None)).await.unwrap_err().code(), "FORBIDDEN");
        let silent = review_document(&ctx, review(&first, false, Some(" "))).await.unwrap_err();
        assert_eq!((silent.code(), silent.field().as_deref()), ("REQUIRED", Some("note")));
        let refused = review_document(&ctx, review(&first, false, Some("Page two is missing"))).await.unwrap();
        assert_eq!((refused.state, refused.reviewed_by.as_deref()), (DocumentState::Refused, Some(ctx.actor().name.as_str())));
        assert_eq!(state().await, (ItemState::Refused, Some("Page two is missing".to_owned())));
        assert_eq!(review_document(&ctx, review(&refused, true, None)).await.unwrap_err().code(), "ALREADY_DECIDED");
        // What nobody looked at can be taken back, once.
        let second = hand_in_document(&staff, licence(anna.id, asset, None)).await.unwrap();
        withdraw_document(&staff, second.id, 1).await.unwrap();
        assert_eq!(withdraw_document(&staff, second.id, 2).await.unwrap_err().code(), "ALREADY_DECIDED");
        assert_eq!(state().await.0, ItemState::Refused);
        let third = hand_in_document(&staff, licence(anna.id, asset, Some(day))).await.unwrap();
        review_document(&ctx, review(&third, true, None)).await.unwrap();
        assert_eq!(state().await, (ItemState::Done, None));
        t.clock.advance(Duration::days(31));
        assert_eq!(state().await, (ItemState::Refused, Some("it is too old".to_owned())));
        let page = PageArgs::first(10);
        let all = documents(&staff, None, None, &page).await.unwrap().into_rows();
        assert_eq!(all.iter().map(|of| of.state).collect::<Vec<_>>(), [DocumentState::Approved, DocumentState::Withdrawn, DocumentState::Refused]);
        let bert = make(&ctx, "Bert").await;
        let stranger = t.merchant(bert.id);
        assert!(documents(&stranger, Some(anna.id), None, &page).await.unwrap().into_rows().is_empty());
        assert_eq!(withdraw_document(&stranger, third.id, 2).await.unwrap_err().code(), "NOT_FOUND");
        let foreign = licence(bert.id, asset, None);
        assert_eq!(hand_in_document(&stranger, foreign).await.unwrap_err().field().as_deref(), Some("assetId"));
    }

    async fn of_many_that_look_at_once_one_decides(t: TestEnv) {
        let ctx = t.operator();
        let anna = make(&ctx, "Anna").await;
        let asset = file(&t, anna.id).await;
        let paper = hand_in_document(&t.merchant(anna.id), licence(anna.id, asset, None)).await.unwrap();
        let mut tasks = JoinSet::new();
        for n in 0..8 {
            let (ctx, input) = (ctx.clone(), review(&paper, n % 2 == 0, Some("Looked at")));
            tasks.spawn(async move { review_document(&ctx, input).await });
        }
        let mut done = 0;
        while let Some(result) = tasks.join_next().await {
            match result.unwrap() {
                Ok(_) => done += 1,
                Err(error) => assert!(["STALE_VERSION", "ALREADY_DECIDED"].contains(&error.code()), "{error}"),
            }
        }
        assert_eq!(done, 1);
    }
}
