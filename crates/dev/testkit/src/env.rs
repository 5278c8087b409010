//! The environment of a test.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use access::{Access, Actor, Principal, Role, Scope, Seat};
use chrono::{DateTime, TimeZone as _, Utc};
use context::{Ctx, Origin, Vault, World};
use kernel::id::{CustomerId, MerchantId, UserId};
use kernel::{IdGen as _, ManualClock, SystemClock};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::sync::Notify;

use crate::database::{Kind, TestDatabase, fresh};

/// The built-in policy.
pub const POLICY: &str = include_str!("../../../../config/policy.csv");

/// A fresh database and a clock that stands still at 2026-03-02 09:00 UTC, a Monday.
pub struct TestEnv {
    /// What all contexts of the test share.
    pub world: Arc<World>,
    /// The clock of `world`.
    pub clock: Arc<ManualClock>,
    /// Which database this is.
    pub kind: Kind,
    database: Arc<TestDatabase>,
}

impl TestEnv {
    /// Runs `behavior` on a database of `kind`; skips loudly when the server for it is not there.
    pub fn run<F, Fut>(kind: Kind, behavior: F)
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = ()>,
    {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(2).enable_all().build().unwrap().block_on(Self::behave(kind, behavior));
    }

    /// Like [`Self::run`], with a single thread: what the tasks of a test do is the same every time.
    pub fn run_on_one_thread<F, Fut>(kind: Kind, behavior: F)
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = ()>,
    {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(Self::behave(kind, behavior));
    }

    async fn behave<F, Fut>(kind: Kind, behavior: F)
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = ()>,
    {
        if let Some(database) = fresh(kind).await {
            let database = Arc::new(database);
            behavior(Self::on(kind, database.clone()).await).await;
            database.remove().await;
        }
    }

    async fn on(kind: Kind, database: Arc<TestDatabase>) -> Self {
        let start: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let world = Arc::new(World {
            db: database.db.clone(),
            access: Access::from_policy(POLICY).await.unwrap(),
            clock: clock.clone(),
            ids: Arc::new(SystemClock),
            wake: Arc::new(Notify::new()),
            vault: Vault::of(&[format!("test:{}", context::random_key())]).unwrap(),
        });
        Self { world, clock, kind, database }
    }

    /// A context for any actor.
    pub fn ctx(&self, actor: Actor) -> Ctx {
        let origin = Origin { source: "test", request_id: "test".to_owned(), ip: Some("127.0.0.1".to_owned()) };
        Ctx::new(self.world.clone(), actor, origin)
    }

    /// Nobody signed in.
    pub fn anonymous(&self) -> Ctx {
        self.ctx(Actor::anonymous())
    }

    /// The operator's administrator.
    pub fn operator(&self) -> Ctx {
        self.seated(Scope::Operator, "operator_admin")
    }

    /// The owner of a merchant.
    pub fn merchant(&self, id: MerchantId) -> Ctx {
        self.seated(Scope::Merchant(id), "merchant_owner")
    }

    /// A buyer.
    pub fn buyer(&self, id: CustomerId) -> Ctx {
        self.seated(Scope::Customer(id), "buyer")
    }

    /// Souk itself.
    pub fn system(&self) -> Ctx {
        self.ctx(Actor::system("test"))
    }

    /// Somebody with one seat of any role.
    pub fn seated(&self, scope: Scope, role: &str) -> Ctx {
        let user = UserId(SystemClock.uuid());
        // Whoever signs in holds this seat too; see `identity::authenticate`.
        let person = Seat { scope: Scope::Public, role: Role::named("user") };
        self.ctx(Actor::new(Principal::User(user), role, [Seat { scope, role: Role::named(role) }, person]))
    }

    /// How the database would run a statement, one line a step. PostgreSQL is kept from what `off` names: the tables of a
    /// test are so small that reading and sorting them whole is cheapest, and what counts is what can be used.
    pub async fn plan(&self, statement: Statement, off: &[&str]) -> Vec<String> {
        let tx = self.world.db.begin_write().await.unwrap();
        let (explain, column) = match tx.get_database_backend() {
            DbBackend::Postgres => ("EXPLAIN", "QUERY PLAN"),
            _ => ("EXPLAIN QUERY PLAN", "detail"),
        };
        if self.kind == Kind::Postgres {
            for way in off {
                tx.execute_unprepared(&format!("SET LOCAL {way} = off")).await.unwrap();
            }
        }
        let sql = format!("{explain} {}", statement.sql);
        let values = statement.values.map(|values| values.0).unwrap_or_default();
        let rows = tx.query_all_raw(Statement::from_sql_and_values(statement.db_backend, sql, values)).await.unwrap();
        rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
    }

    /// The URL of the database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// A folder that is removed after the test.
    pub fn folder(&self) -> &Path {
        self.database.folder.path()
    }
}
