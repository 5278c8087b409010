//! Programs that read changes by a cursor lose none and get none twice, whoever writes meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use context::{Ctx, Feed, WriteTx, change_feed};
use history::Change;
use history::feed::Told;
use kernel::id::MerchantId;
use kernel::{Cursor, PageArgs};
use sea_orm::ConnectionTrait as _;
use testkit::{Kind, TestEnv, tokio};

const WRITERS: usize = 100;
const CHANGES: usize = 12;
const THINGS: usize = 7;

fn fence(n: usize) -> String {
    format!("fence_{n}")
}

/// Gets its number from the database, as a command does that writes before it records.
async fn begin(ctx: &Ctx) -> WriteTx {
    let mut tx = ctx.begin_write().await.unwrap();
    let key = ctx.new_id::<kernel::id::EventId>().to_string();
    tx.idempotent::<(), _>("feed".to_owned(), "test", &key, &()).await.unwrap();
    tx
}

async fn page(ctx: &Ctx, after: Option<&Cursor>, first: i32, kinds: &[&str]) -> Feed {
    let kinds: Vec<String> = kinds.iter().map(|&kind| kind.to_owned()).collect();
    let args = PageArgs::new(Some(first), after.map(|cursor| cursor.as_str().to_owned())).unwrap();
    change_feed(ctx, &kinds, true, &args).await.unwrap()
}

/// Everything from the beginning, once `count` changes can be read: other databases of the server run transactions, too.
async fn all(ctx: &Ctx, count: usize) -> Vec<Told> {
    let (mut told, mut cursor) = (Vec::new(), None);
    for _ in 0..2_000 {
        let feed = page(ctx, cursor.as_ref(), 100, &[]).await;
        told.extend(feed.told);
        cursor = Some(feed.cursor);
        if told.len() >= count && !feed.has_more {
            return told;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} of {count} changes came", told.len());
}

async fn rows(t: &TestEnv) -> BTreeSet<String> {
    let sql = "SELECT id FROM change_log";
    let rows = t.world.db.read().query_all_raw(db::dialect::statement(t.world.db.read(), sql, [])).await.unwrap();
    rows.iter().map(|row| row.try_get::<kernel::id::ChangeId>("", "id").unwrap().to_string()).collect()
}

fn each_once_in_order(told: &[Told]) {
    let ids: BTreeSet<_> = told.iter().map(|told| told.id.to_string()).collect();
    assert_eq!(ids.len(), told.len(), "none twice");
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for told in told {
        let before = last.insert(&told.entity_id, told.sequence).unwrap_or_default();
        assert_eq!(told.sequence, before + 1, "{} in order", told.entity_id);
    }
}

async fn write(ctx: Ctx, writer: usize) {
    for n in 0..CHANGES {
        let mut tx = begin(&ctx).await;
        let pause = (writer * 7 + n * 13) % 11;
        tokio::time::sleep(Duration::from_millis(pause as u64)).await;
        let (one, other) = ((writer + n) % THINGS, (writer + 3 * n + 1) % THINGS);
        tx.record(Change::new("fence", fence(one), "painted").field("by", (), writer));
        tx.record(Change::new("fence", fence(other), "mended").field("by", (), writer));
        tx.commit().await.unwrap();
    }
}

testkit::both_databases! {
    /// F5, S3: the reader's set equals the table.
    async fn a_cursor_reader_gets_what_a_hundred_writers_write(t: TestEnv) {
        let ctx = t.operator();
        // Whatever is changed was made before: nobody races for the first change of a thing.
        let mut tx = begin(&t.system()).await;
        (0..THINGS).for_each(|thing| tx.record(Change::new("fence", fence(thing), "built")));
        tx.commit().await.unwrap();
        let count = WRITERS * CHANGES * 2 + THINGS;
        let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(t.system(), writer))).collect();
        let reader = tokio::spawn(async move { all(&ctx, count).await });
        for writer in writers {
            writer.await.unwrap();
        }
        let told = reader.await.unwrap();
        each_once_in_order(&told);
        assert_eq!(told.iter().map(|told| told.id.to_string()).collect::<BTreeSet<_>>(), rows(&t).await);
        // Whoever asks again from the beginning reads the same.
        assert_eq!(all(&t.operator(), told.len()).await, told);
    }

    async fn what_an_older_transaction_may_precede_is_held_back_and_said(t: TestEnv) {
        if t.kind == Kind::Sqlite {
            return;
        }
        let (ctx, reader) = (t.system(), t.operator());
        let mut old = begin(&ctx).await;
        let mut young = begin(&ctx).await;
        t.clock.advance(chrono::Duration::seconds(30));
        young.record(Change::new("fence", "fence_1", "built"));
        young.commit().await.unwrap();
        t.clock.advance(chrono::Duration::seconds(90));
        let feed = page(&reader, None, 10, &[]).await;
        assert!(feed.told.is_empty() && !feed.has_more);
        assert_eq!((feed.held.count, feed.held.since.map(|since| (reader.now() - since).num_seconds())), (1, Some(120)));
        // The older transaction changes the same thing later: it is the second change, though its number is the lower one.
        old.record(Change::new("fence", "fence_1", "painted"));
        old.record(Change::new("fence", "fence_2", "built"));
        old.commit().await.unwrap();
        let mut told = Vec::new();
        let mut cursor = Some(feed.cursor);
        while told.len() < 3 {
            let feed = page(&reader, cursor.as_ref(), 1, &[]).await;
            told.extend(feed.told);
            cursor = Some(feed.cursor);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        each_once_in_order(&told);
        let first = told.iter().filter(|told| told.entity_id == "fence_1").map(|told| told.action.as_str());
        assert_eq!(first.collect::<Vec<_>>(), ["built", "painted"]);
    }

    async fn a_reader_gets_the_kinds_and_rows_that_are_its_own(t: TestEnv) {
        let ctx = t.system();
        let (mine, other): (MerchantId, MerchantId) = (ctx.new_id(), ctx.new_id());
        let mut tx = ctx.begin_write().await.unwrap();
        tx.record(Change::new("offer", "1", "created").of_merchant(mine));
        tx.record(Change::new("offer", "2", "created").of_merchant(other));
        tx.record(Change::new("offer", "1", "edited").of_merchant(mine));
        tx.record(Change::new("channel", "1", "deleted"));
        tx.commit().await.unwrap();
        assert_eq!(all(&t.operator(), 4).await.len(), 4);
        let seller = t.merchant(mine);
        let own = all(&seller, 2).await;
        assert_eq!(own.iter().map(Told::kind).collect::<Vec<_>>(), ["offer.created", "offer.edited"]);
        assert!(own.iter().all(|told| told.merchant == Some(mine) && !told.is_removal()));
        let operator = t.operator();
        for (kinds, count) in [(&["offer"][..], 3), (&["offer.edited"], 1), (&["channel", "offer.edited"], 2), (&["order"], 0)] {
            let feed = page(&operator, None, 10, kinds).await;
            assert_eq!((feed.told.len(), feed.has_more), (count, false), "{kinds:?}");
            // Nothing is behind the cursor, whatever is asked for then.
            assert!(page(&operator, Some(&feed.cursor), 10, &[]).await.told.is_empty());
        }
        let channel = page(&operator, None, 10, &["channel"]).await.told;
        assert!(channel[0].is_removal());
        // What somebody did is no news to the one who did it.
        let mut tx = seller.begin_write().await.unwrap();
        tx.record(Change::new("offer", "1", "closed").of_merchant(mine));
        tx.commit().await.unwrap();
        assert_eq!(all(&operator, 5).await.len(), 5);
        let args = PageArgs::first(10);
        assert_eq!(change_feed(&seller, &[], false, &args).await.unwrap().told, own);
        assert_eq!(change_feed(&seller, &[], true, &args).await.unwrap().told.len(), 3);
    }

    async fn who_may_not_read_changes_and_bad_questions_are_refused(t: TestEnv) {
        let code = async |ctx: Ctx, kinds: &[&str], after: Option<&str>| {
            let kinds: Vec<String> = kinds.iter().map(|&kind| kind.to_owned()).collect();
            let args = PageArgs::new(None, after.map(str::to_owned)).unwrap();
            kernel::Fault::code(&change_feed(&ctx, &kinds, true, &args).await.unwrap_err())
        };
        assert_eq!(code(t.anonymous(), &[], None).await, "UNAUTHENTICATED");
        assert_eq!(code(t.buyer(t.system().new_id()), &[], None).await, "FORBIDDEN");
        assert_eq!(code(t.operator(), &["Offer"], None).await, "MALFORMED");
        assert_eq!(code(t.operator(), &["offer."], None).await, "MALFORMED");
        assert_eq!(code(t.operator(), &[], Some("x")).await, "BAD_CURSOR");
    }

    async fn stamps_go_on_above_those_of_a_cluster_that_was_left(t: TestEnv) {
        if t.kind == Kind::Sqlite {
            return;
        }
        let ctx = t.system();
        let conn = t.world.db.for_migrations();
        let record = async |id: &str| {
            let mut tx = ctx.begin_write().await.unwrap();
            tx.record(Change::new("fence", id, "built"));
            tx.commit().await.unwrap();
        };
        conn.execute_unprepared("UPDATE change_clock SET ahead = 1000000000").await.unwrap();
        record("1").await;
        let before = all(&t.operator(), 1).await;
        // As a dump that is restored where fewer transactions were made.
        conn.execute_unprepared("UPDATE change_clock SET ahead = 0").await.unwrap();
        assert!(page(&t.operator(), None, 10, &[]).await.told.is_empty());
        migrations::run(conn).await.unwrap();
        record("2").await;
        let after = all(&t.operator(), 2).await;
        assert!(after[0] == before[0] && after[1].position > before[0].position);
        migrations::run(conn).await.unwrap();
        assert_eq!(all(&t.operator(), 2).await, after);
    }
}
