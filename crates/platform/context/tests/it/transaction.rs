use context::{Ctx, Error, Idempotent};
use history::Change;
use kernel::PageArgs;
use outbox::{Event, PendingJob};
use sea_orm::ConnectionTrait as _;
use serde::{Deserialize, Serialize};
use testkit::TestEnv;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Painted {
    pub color: String,
}

impl Event for Painted {
    const KIND: &'static str = "painted.v1";
    fn subject(&self) -> String {
        "fence_1".to_owned()
    }
}

#[derive(Serialize, Deserialize)]
pub struct Dry {
    pub fence: u32,
}

impl outbox::Job for Dry {
    const KIND: &'static str = "dry.v1";
    const MAX_ATTEMPTS: i32 = 3;
}

async fn paint(ctx: &Ctx, color: &str, key: &str) -> Result<String, Error> {
    let mut tx = ctx.begin_write().await?;
    match tx.idempotent::<String, _>(ctx.actor().id(), "paint", key, &color).await? {
        Idempotent::Replay(answer) => return Ok(answer),
        Idempotent::Proceed => {}
    }
    tx.record(Change::new("fence", "fence_1", "painted").field("color", "white", color));
    tx.emit(&Painted { color: color.to_owned() });
    tx.enqueue(PendingJob::of(&Dry { fence: 1 }).once(format!("dry:{key}")));
    let answer = format!("painted {color}");
    tx.commit_with_answer(&answer).await?;
    Ok(answer)
}

async fn count(t: &TestEnv, table: &str) -> i64 {
    let statement = db::dialect::statement(t.world.db.read(), &format!("SELECT COUNT(*) FROM {table}"), []);
    t.world.db.read().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn rows(t: &TestEnv) -> [i64; 4] {
    [
        count(t, "change_log").await,
        count(t, "outbox_event").await,
        count(t, "job").await,
        count(t, "idempotency_key").await,
    ]
}

testkit::both_databases! {
    async fn a_command_leaves_history_event_and_job_together(t: TestEnv) {
        let ctx = t.operator();
        assert_eq!(paint(&ctx, "red", "k1").await.unwrap(), "painted red");
        assert_eq!(rows(&t).await, [1, 1, 1, 1]);
        let page = history::list(t.world.db.read(), &history::ChangeFilter::of("fence", "fence_1"), None, &PageArgs::first(10)).await.unwrap().unwrap();
        let change = page.into_rows().remove(0);
        assert_eq!((change.action.as_str(), change.actor_name.as_str()), ("painted", "operator_admin"));
        assert_eq!(change.fields[0].before, Some("white".into()));
        assert_eq!(change.fields[0].after, Some("red".into()));
        assert_eq!(change.changed_at, ctx.now());
    }

    async fn a_dropped_transaction_leaves_nothing(t: TestEnv) {
        let ctx = t.operator();
        let mut tx = ctx.begin_write().await.unwrap();
        tx.record(Change::new("fence", "fence_1", "painted"));
        tx.emit(&Painted { color: "red".to_owned() });
        drop(tx);
        assert_eq!(rows(&t).await, [0, 0, 0, 0]);
    }

    async fn a_key_is_answered_once_and_refuses_other_input(t: TestEnv) {
        let ctx = t.operator();
        let first = paint(&ctx, "red", "k1").await.unwrap();
        assert_eq!(paint(&ctx, "red", "k1").await.unwrap(), first);
        assert!(matches!(paint(&ctx, "blue", "k1").await, Err(Error::KeyReused)));
        assert!(matches!(paint(&ctx, "blue", " ").await, Err(Error::Invalid(_))));
        assert_eq!(rows(&t).await, [1, 1, 1, 1]);
        // Another actor's key of the same text is another key.
        paint(&t.operator(), "red", "k1").await.unwrap();
        assert_eq!(count(&t, "outbox_event").await, 2);
    }

    async fn twenty_requests_with_one_key_do_the_work_once(t: TestEnv) {
        let ctx = t.operator();
        let tasks: Vec<_> = (0..20).map(|_| {
            let ctx = ctx.clone();
            testkit::tokio::spawn(async move { paint(&ctx, "red", "k1").await })
        }).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap(), "painted red");
        }
        assert_eq!(rows(&t).await, [1, 1, 1, 1]);
    }

    async fn the_history_cannot_be_rewritten(t: TestEnv) {
        paint(&t.operator(), "red", "k1").await.unwrap();
        for sql in ["UPDATE change_log SET actor = 'nobody'", "DELETE FROM change_log"] {
            let tx = t.world.db.begin_write().await.unwrap();
            let error = tx.execute_raw(db::dialect::statement(&tx, sql, [])).await.unwrap_err();
            assert_eq!(db::violated(&error), Some(db::error::Violation::Refused), "{sql}");
        }
        assert_eq!(count(&t, "change_log").await, 1);
    }

    async fn statements_are_counted(t: TestEnv) {
        let before = t.world.db.recorder().count();
        count(&t, "job").await;
        assert_eq!(t.world.db.recorder().count(), before + 1);
    }

    async fn the_reader_cannot_write(t: TestEnv) {
        if t.kind == testkit::Kind::Sqlite {
            let statement = db::dialect::statement(t.world.db.read(), "DELETE FROM job", []);
            assert!(t.world.db.read().execute_raw(statement).await.is_err());
        }
    }
}
