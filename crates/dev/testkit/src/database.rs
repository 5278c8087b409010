//! Fresh databases, copied from a template that is migrated once a process.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use db::{Db, DbSettings};
use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The variable with the URL of a PostgreSQL server for tests.
pub const POSTGRES_URL_VARIABLE: &str = "SOUK_TEST_POSTGRES_URL";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

/// A fresh, migrated database; removed when dropped.
pub(crate) struct TestDatabase {
    pub(crate) db: Db,
    pub(crate) url: String,
    pub(crate) folder: TempDir,
    /// The server and the name of the database, where it is PostgreSQL.
    on_server: Option<(String, String)>,
}

impl TestDatabase {
    /// Removes what the folder does not hold: hundreds of databases would fill a disk.
    pub(crate) async fn remove(&self) {
        let Some((server, name)) = &self.on_server else { return };
        let admin = open(server).await;
        // Tasks of the test may still hold connections.
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let _ = admin.for_migrations().execute_unprepared(&sql).await;
        let _ = admin.close().await;
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);
static SQLITE_TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
static POSTGRES_TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// `None` when the server for the kind is not there; says so loudly.
pub(crate) async fn fresh(kind: Kind) -> Option<TestDatabase> {
    let folder = tempfile::tempdir().unwrap();
    let mut on_server = None;
    let url = match kind {
        Kind::Sqlite => {
            let (_, template) = SQLITE_TEMPLATE.get_or_init(sqlite_template).await;
            let file = folder.path().join("souk.db");
            std::fs::copy(template, &file).unwrap();
            format!("sqlite:{}", file.display())
        }
        Kind::Postgres => {
            let Some(server) = server_url() else {
                eprintln!("SKIPPED: {POSTGRES_URL_VARIABLE} is not set, so this test did not run on PostgreSQL");
                return None;
            };
            let template = POSTGRES_TEMPLATE.get_or_init(|| postgres_template(server.clone())).await;
            let name = unique_name("souk_test");
            create_database(&server, &name, Some(template)).await;
            let url = as_plain(&with_database(&server, &name));
            on_server = Some((server, name));
            url
        }
    };
    let db = open(&url).await;
    Some(TestDatabase { db, url, folder, on_server })
}

#[allow(clippy::disallowed_methods, reason = "tests have no configuration")]
fn server_url() -> Option<String> {
    std::env::var(POSTGRES_URL_VARIABLE).ok().filter(|url| !url.is_empty())
}

async fn open(url: &str) -> Db {
    Db::connect(&DbSettings { url: url.to_owned(), connections: 16 }).await.unwrap()
}

async fn sqlite_template() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template.db");
    let db = open(&format!("sqlite:{}", file.display())).await;
    migrations::run(db.for_migrations()).await.unwrap();
    db.close().await.unwrap();
    (folder, file)
}

async fn postgres_template(server: String) -> String {
    let name = unique_name("souk_template");
    create_database(&server, &name, None).await;
    let db = open(&as_plain(&with_database(&server, &name))).await;
    migrations::run(db.for_migrations()).await.unwrap();
    db.close().await.unwrap();
    name
}

/// A role without privileges owns the databases and works on them, as in production: row-level security spares those who
/// are privileged.
const PLAIN: &str = "souk_test_plain";

async fn create_database(server: &str, name: &str, template: Option<&str>) {
    let admin = open(server).await;
    let role = format!(
        "DO $$ BEGIN CREATE ROLE {PLAIN} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    admin.for_migrations().execute_unprepared(&role).await.unwrap();
    let template = template.map(|t| format!(" TEMPLATE {t}")).unwrap_or_default();
    let sql = format!("CREATE DATABASE {name} OWNER {PLAIN}{template}");
    admin.for_migrations().execute_unprepared(&sql).await.unwrap();
    admin.close().await.unwrap();
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// The URL, for somebody who signs in and becomes the plain role.
fn as_plain(url: &str) -> String {
    format!("{url}?options=-c%20role%3D{PLAIN}")
}

fn unique_name(prefix: &str) -> String {
    format!("{prefix}_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
