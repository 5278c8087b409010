//! The one ordered list of schema changes, for SQLite and PostgreSQL.
//!
//! A migration is a list of SQL statements. Where the databases differ the statement names a type in braces:
//!
//! | written | SQLite | PostgreSQL | holds |
//! |---|---|---|---|
//! | `{id}` | `uuid_text` (16 bytes) | `uuid` | typed ids |
//! | `{at}` | `timestamp_with_timezone_text` | `timestamptz` | instants in UTC, microseconds |
//! | `{on}` | `date_text` | `date` | dates |
//!
//! Everything else is spelled alike: `bigint` (money in minor units, rates in ppm), `integer`, `text` (also JSON), `boolean`.
//! Only what works on both is used: create table, create index, add column. `append_only` makes the database
//! refuse UPDATE and DELETE on a table, `Owned` makes PostgreSQL guard its rows by their owner.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait};

mod m0001_platform;
mod m0002_identity;
mod m0003_marketplace;
mod m0004_customers;
mod m0005_assets;
mod m0006_merchants;
mod m0007_catalog;
mod m0008_offers;
mod m0009_inventory;
mod m0010_payments;
mod m0011_orders;
mod m0012_billing;
mod m0013_analytics;
mod m0014_care;
mod m0015_ledger;
mod m0016_papers;
mod m0017_credit;
mod m0018_desk;
mod m0019_business;
mod m0020_delivery;
mod m0023_quotes;
mod m0024_account;
mod m0025_access;
mod m0026_walls;
mod m0027_merchants;
mod m0028_oidc;
mod m0029_rating;
mod m0030_integrations;
mod m0031_tasks;
mod m0032_notifications;
mod m0033_conversations;
mod m0034_sizes;
mod m0035_sync;
mod wall;

pub(crate) use wall::{Seen, Wall};

/// All migrations, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        [
            SqlMigration { name: "m0001_platform", statements: m0001_platform::STATEMENTS },
            SqlMigration { name: "m0002_identity", statements: m0002_identity::STATEMENTS },
            SqlMigration { name: "m0003_marketplace", statements: m0003_marketplace::STATEMENTS },
            SqlMigration { name: "m0004_customers", statements: m0004_customers::STATEMENTS },
            SqlMigration { name: "m0005_assets", statements: m0005_assets::STATEMENTS },
            SqlMigration { name: "m0006_merchants", statements: m0006_merchants::STATEMENTS },
            SqlMigration { name: "m0007_catalog", statements: m0007_catalog::STATEMENTS },
            SqlMigration { name: "m0008_offers", statements: m0008_offers::STATEMENTS },
            SqlMigration { name: "m0009_inventory", statements: m0009_inventory::STATEMENTS },
            SqlMigration { name: "m0010_payments", statements: m0010_payments::STATEMENTS },
            SqlMigration { name: "m0011_orders", statements: m0011_orders::STATEMENTS },
            SqlMigration { name: "m0012_billing", statements: m0012_billing::STATEMENTS },
            SqlMigration { name: "m0013_analytics", statements: m0013_analytics::STATEMENTS },
            SqlMigration { name: "m0014_care", statements: m0014_care::STATEMENTS },
            SqlMigration { name: "m0015_ledger", statements: m0015_ledger::STATEMENTS },
            SqlMigration { name: "m0016_papers", statements: m0016_papers::STATEMENTS },
            SqlMigration { name: "m0017_credit", statements: m0017_credit::STATEMENTS },
            SqlMigration { name: "m0018_desk", statements: m0018_desk::STATEMENTS },
            SqlMigration { name: "m0019_business", statements: m0019_business::STATEMENTS },
            SqlMigration { name: "m0020_delivery", statements: m0020_delivery::STATEMENTS },
            SqlMigration { name: "m0023_quotes", statements: m0023_quotes::STATEMENTS },
            SqlMigration { name: "m0024_account", statements: m0024_account::STATEMENTS },
            SqlMigration { name: "m0025_access", statements: m0025_access::STATEMENTS },
            SqlMigration { name: "m0026_walls", statements: m0026_walls::STATEMENTS },
            SqlMigration { name: "m0027_merchants", statements: m0027_merchants::STATEMENTS },
            SqlMigration { name: "m0028_oidc", statements: m0028_oidc::STATEMENTS },
            SqlMigration { name: "m0029_rating", statements: m0029_rating::STATEMENTS },
            SqlMigration { name: "m0030_integrations", statements: m0030_integrations::STATEMENTS },
            SqlMigration { name: "m0031_tasks", statements: m0031_tasks::STATEMENTS },
            SqlMigration { name: "m0032_notifications", statements: m0032_notifications::STATEMENTS },
            SqlMigration { name: "m0033_conversations", statements: m0033_conversations::STATEMENTS },
            SqlMigration { name: "m0034_sizes", statements: m0034_sizes::STATEMENTS },
            SqlMigration { name: "m0035_sync", statements: m0035_sync::STATEMENTS },
        ]
        .into_iter()
        .map(|migration| Box::new(migration) as Box<dyn MigrationTrait>)
        .collect()
    }
}

/// A copy of a database that is restored elsewhere finds the numbers of transactions begun anew. The stamps of changes go on
/// above those that were given.
const RESUME_STAMPS: &str =
    "UPDATE change_clock SET ahead = m.newest + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    FROM (SELECT MAX(stamp) AS newest FROM (
        SELECT MAX(stamp) AS stamp FROM change_log UNION ALL SELECT MAX(stamp) FROM notification
    ) s) m
    WHERE m.newest >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + ahead";

/// Brings the schema up to date. Two nodes that start at once wait for each other.
///
/// # Errors
/// The database error; a migration that failed leaves nothing behind.
pub async fn run(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        // Held by a transaction of its own, so that it is freed when the connection is lost.
        #[allow(clippy::disallowed_methods, reason = "a lock around the migrations, not a write")]
        let lock = db.begin().await?;
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(7311049182)").await?;
        Migrator::up(db, None).await?;
        db.execute_unprepared(RESUME_STAMPS).await?;
        return lock.commit().await;
    }
    Migrator::up(db, None).await
}

/// How many migrations are not applied yet.
///
/// # Errors
/// The database error.
pub async fn pending(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(db).await?.len())
}

/// One step of a migration.
pub(crate) enum Step {
    /// A statement for both databases.
    Sql(&'static str),
    /// A statement for PostgreSQL only: what SQLite cannot say or does not need.
    Postgres(&'static str),
    /// A statement for SQLite only.
    Sqlite(&'static str),
    /// The database refuses UPDATE and DELETE on this table from now on.
    AppendOnly(&'static str),
    /// PostgreSQL guards the rows of this table by their owner from now on.
    Owned(Wall),
}

struct SqlMigration {
    name: &'static str,
    statements: &'static [Step],
}

impl MigrationName for SqlMigration {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SqlMigration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        let backend = conn.get_database_backend();
        for step in self.statements {
            for sql in spell(step, backend) {
                conn.execute_unprepared(&sql)
                    .await
                    .map_err(|error| DbErr::Migration(format!("{}: {error} in: {}", self.name, sql.trim())))?;
            }
        }
        Ok(())
    }
}

fn spell(step: &Step, backend: DbBackend) -> Vec<String> {
    let postgres = backend == DbBackend::Postgres;
    match step {
        Step::Sql(sql) => vec![types(sql, postgres)],
        Step::Postgres(sql) if postgres => vec![types(sql, true)],
        Step::Sqlite(sql) if !postgres => vec![types(sql, false)],
        Step::Owned(wall) if postgres => wall.statements(),
        Step::Postgres(_) | Step::Sqlite(_) | Step::Owned(_) => Vec::new(),
        Step::AppendOnly(table) if postgres => vec![
            format!("CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"),
            format!("CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"),
        ],
        Step::AppendOnly(table) => ["UPDATE", "DELETE"]
            .into_iter()
            .map(|verb| {
                let name = verb.to_lowercase();
                format!("CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
            })
            .collect(),
    }
}

fn types(sql: &str, postgres: bool) -> String {
    let (id, at, on) = if postgres {
        ("uuid", "timestamptz", "date")
    } else {
        ("uuid_text", "timestamp_with_timezone_text", "date_text")
    };
    sql.replace("{id}", id).replace("{at}", at).replace("{on}", on)
}
