//! The second wall: PostgreSQL itself shows and takes of a merchant's rows only what the transaction is for.
//!
//! All tests run as a role without privileges, so everything they do goes through it.

use access::Action;
use context::Ctx;
use kernel::id::MerchantId;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use testkit::TestEnv;

use crate::bazaar::Bazaar;

/// Tables with the column of a merchant that have no wall, and why.
const OPEN: &[(&str, &str)] = &[
    ("commission_rule", "the operator's, good for merchants"),
    ("buyer_write_off", "the operator's, of what a buyer owes"),
];

/// The tables with a wall, and the column of the owner.
async fn walled<C: ConnectionTrait>(conn: &C) -> Vec<(String, String, bool)> {
    let sql = "SELECT c.relname::text, s.qual = 'true', p.with_check FROM pg_policies p
        JOIN pg_class c ON c.relname = p.tablename AND c.relrowsecurity AND c.relforcerowsecurity
        JOIN pg_policies s ON s.tablename = p.tablename AND s.cmd = 'SELECT'
        WHERE p.cmd = 'UPDATE' ORDER BY 1";
    let rows = conn.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    let owner = |table: &str| match table {
        "merchant" => "id",
        "product" | "variant" | "task" | "task_pause" | "task_note" => "owner_id",
        _ => "merchant_id",
    };
    let read = |row: &sea_orm::QueryResult| {
        let table: String = row.try_get_by_index(0).unwrap();
        let owner = owner(&table).to_owned();
        (table, owner, row.try_get_by_index(1).unwrap())
    };
    rows.iter().map(read).collect()
}

async fn count<C: ConnectionTrait>(conn: &C, from: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {from}");
    let row = conn.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Somebody with the rights of Souk's role who forgets to say whose rows are meant.
async fn stranger(t: &TestEnv) -> DatabaseConnection {
    Database::connect(t.database_url()).await.unwrap()
}

async fn refused(t: &TestEnv, of: MerchantId, sql: String) -> bool {
    let tx = t.world.db.begin_write().await.unwrap();
    tx.write_only_of(of.0).await.unwrap();
    let done = tx.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    match done {
        Err(error) => ["row-level security", "append-only"].iter().any(|why| error.to_string().contains(why)),
        Ok(done) => done.rows_affected() == 0,
    }
}

fn seller(t: &TestEnv, merchant: MerchantId) -> (Ctx, access::Grant) {
    let ctx = t.merchant(merchant);
    let grant = ctx.authorize(Action::new("merchant_order", "read")).unwrap();
    (ctx, grant)
}

testkit::both_databases! {
    async fn a_query_without_scope_returns_nothing(t: TestEnv) {
        if t.world.db.backend() != DbBackend::Postgres {
            return;
        }
        let bazaar = Bazaar::open(t).await;
        bazaar.furnish(bazaar.sellers[0]).await;
        let (t, mine, other) = (&bazaar.t, bazaar.sellers[0], bazaar.sellers[2]);
        let all = t.world.db.read();
        let nobody = stranger(t).await;
        assert!(!t.world.db.is_spared().await.unwrap());
        let walls = walled(all).await;
        assert!(walls.len() > 30, "{}", walls.len());
        let mut filled = Vec::new();
        for (table, owner, public) in walls {
            let (seen, there) = (count(&nobody, &table).await, count(all, &table).await);
            assert_eq!(seen, if public { there } else { 0 }, "{table} without scope");
            let change = format!("UPDATE {table} SET {owner} = {owner}");
            let touched = nobody.execute_raw(Statement::from_string(DbBackend::Postgres, change)).await;
            assert!(touched.is_err() || touched.unwrap().rows_affected() == 0, "{table} is written without scope");
            let theirs = format!("{table} WHERE {owner} = '{}'", mine.0);
            if count(all, &theirs).await == 0 {
                continue;
            }
            filled.push(table.clone());
            // In the scope of one merchant a query without any condition finds that merchant's rows.
            let narrowed = all.of_owner(mine.0);
            if !public {
                assert_eq!(count(&narrowed, &table).await, count(all, &theirs).await, "{table}");
                assert_eq!(count(&all.of_owner(other.0), &theirs).await, 0, "{table}");
            }
            let version = format!("UPDATE {theirs}").replace(" WHERE", &format!(" SET {owner} = {owner} WHERE"));
            assert!(refused(t, other, version).await, "{table} is changed by another merchant");
            assert!(refused(t, other, format!("DELETE FROM {theirs}")).await, "{table} is emptied by another merchant");
        }
        for table in ["merchant_order", "order_line", "membership", "api_key", "ledger_entry", "offer", "product", "quote"] {
            assert!(filled.iter().any(|name| name == table), "the stage has no {table}");
        }
        nobody.close().await.unwrap();
    }

    async fn each_table_of_merchants_has_a_wall(t: TestEnv) {
        if t.world.db.backend() != DbBackend::Postgres {
            return;
        }
        let read = t.world.db.read();
        let sql = "SELECT table_name::text FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name IN ('merchant_id', 'owner_id') ORDER BY 1";
        let rows = read.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
        let walls: Vec<String> = walled(read).await.into_iter().map(|(table, ..)| table).collect();
        let bare = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
        let bare: Vec<String> = bare.filter(|t| !walls.contains(t) && !OPEN.iter().any(|(open, _)| open == t)).collect();
        assert!(bare.is_empty(), "without a wall: {bare:?}");
    }

    async fn a_forgotten_condition_shows_nothing_of_others(t: TestEnv) {
        let bazaar = Bazaar::open(t).await;
        let t = &bazaar.t;
        let postgres = t.world.db.backend() == DbBackend::Postgres;
        let (ctx, grant) = seller(t, bazaar.sellers[0]);
        assert_eq!(ctx.read_for(&grant).is_narrowed(), postgres);
        // Whoever looks around, buys or works for the operator asks as before: no transaction, no statement more.
        for ctx in [t.anonymous(), t.operator(), t.system()] {
            let grant = ctx.authorize(Action::new("product", "read")).unwrap();
            assert!(!ctx.read_for(&grant).is_narrowed());
        }
        if postgres {
            let own = count(&ctx.read_for(&grant), "merchant_order").await;
            assert!(own > 0 && own < count(t.world.db.read(), "merchant_order").await);
            // A scope ends with its statement: the connection goes back as it came.
            assert_eq!(count(t.world.db.read(), "merchant_order WHERE current_setting('souk.sees') <> 'all'").await, 0);
            let tx = ctx.begin_write_for(&grant).await.unwrap();
            let foreign = format!("UPDATE merchant_order SET state = state WHERE merchant_id <> '{}'", bazaar.sellers[0].0);
            let error = tx.execute_raw(Statement::from_string(DbBackend::Postgres, foreign)).await.unwrap_err();
            assert!(error.to_string().contains("row-level security"), "{error}");
        }
    }
}
