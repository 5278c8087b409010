//! Tasks: what is opened and closed, done in time or not.

mod clock;
mod lists;
mod steps;

use chrono::Duration;
use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, TaskId, UserId};
use marketplace::query;
use marketplace::task::{EnsureTask, Seen, Staff, Task, TaskKind, ensure};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use testkit::TestEnv;

/// Who works for whom.
struct Team(Vec<(UserId, Option<MerchantId>)>);

impl Staff for Team {
    async fn name(&self, _: &WriteTx, user: UserId, of: Option<MerchantId>) -> Result<Option<String>, context::Error> {
        Ok(self.0.contains(&(user, of)).then(|| format!("{user}")))
    }
}

fn wanted(kind: TaskKind, subject: &str, merchant: Option<MerchantId>) -> EnsureTask {
    EnsureTask { kind, subject: subject.to_owned(), merchant, title: format!("Look at {subject}") }
}

/// Opens a task for something that happened.
async fn opened(t: &TestEnv, kind: TaskKind, subject: &str, merchant: Option<MerchantId>) -> Task {
    let id = ensure(&t.system(), wanted(kind, subject, merchant)).await.unwrap();
    now(t, id).await
}

/// A task as it is now.
async fn now(t: &TestEnv, id: TaskId) -> Task {
    query::task(&t.operator(), id).await.unwrap()
}

fn seen(task: &Task) -> Seen {
    Seen { id: task.id, expected_version: Some(task.version) }
}

/// From the Monday at ten in Berlin on which tests begin to the Friday at half past four.
fn to_friday(t: &TestEnv) {
    t.clock.advance(Duration::days(4) + Duration::minutes(390));
}

/// How many events of a kind were told.
async fn told(t: &TestEnv, kind: &str) -> i64 {
    count(t, &format!("SELECT count(*) FROM outbox_event WHERE kind = '{kind}'")).await
}

async fn count(t: &TestEnv, sql: &str) -> i64 {
    let read = t.world.db.read();
    let row = read.query_one_raw(Statement::from_string(read.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Everything that is stored agrees.
async fn sound(t: &TestEnv) {
    assert_eq!(marketplace::check::check(t.world.db.read()).await.unwrap(), Vec::<String>::new());
}

/// Whether the database refuses a statement on a task.
async fn refused(t: &TestEnv, sql: &str, id: TaskId) -> bool {
    let tx = t.world.db.begin_write().await.unwrap();
    let mark = if tx.get_database_backend() == DbBackend::Postgres { "$1" } else { "?" };
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql.replace('?', mark), [id.into()]);
    match tx.execute_raw(statement).await {
        Ok(_) => {
            tx.commit().await.unwrap();
            false
        }
        Err(error) => error.to_string().contains("stays"),
    }
}

fn handler(ctx: &Ctx) -> UserId {
    ctx.actor().user().unwrap()
}
