//! Each order of the list is read from its own index.

use analytics::storefront::{self, ListingQuery, Sort};
use kernel::{Currency, Cursor, PageArgs};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use testkit::TestEnv;

/// The plan of a statement, one line a step.
async fn plan(t: &TestEnv, statement: Statement) -> String {
    let tx = t.world.db.begin_write().await.unwrap();
    let explain = match tx.get_database_backend() {
        DbBackend::Postgres => {
            // The tables of a test are so small that reading them whole is cheapest; what counts is what can be used.
            tx.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
            tx.execute_unprepared("SET LOCAL enable_sort = off").await.unwrap();
            "EXPLAIN"
        }
        _ => "EXPLAIN QUERY PLAN",
    };
    let column = if explain == "EXPLAIN" { "QUERY PLAN" } else { "detail" };
    let sql = format!("{explain} {}", statement.sql);
    let values = statement.values.map(|values| values.0).unwrap_or_default();
    let rows = tx.query_all_raw(Statement::from_sql_and_values(statement.db_backend, sql, values)).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    lines.join("\n")
}

testkit::both_databases! {
    async fn no_order_reads_the_whole_listing_or_sorts_it(t: TestEnv) {
        let channel = t.system().new_id();
        let product: kernel::id::ProductId = t.system().new_id();
        let after = [
            (Sort::Newest, Cursor::of(&(t.system().now(), product)), "storefront_listing_newest"),
            (Sort::Title, Cursor::of(&("lamp", product)), "storefront_listing_title"),
            (Sort::PriceAsc, Cursor::of(&(100, product)), "storefront_listing_price"),
            (Sort::PriceDesc, Cursor::of(&(100, product)), "storefront_listing_price"),
        ];
        for (sort, cursor, index) in after {
            for after in [None, Some(cursor.as_str().to_owned())] {
                let query = ListingQuery { sort, ..ListingQuery::all(channel, Currency::EUR) };
                let recorder = t.world.db.recorder();
                recorder.start();
                storefront::list(&t.anonymous(), &query, &PageArgs::new(Some(20), after).unwrap()).await.unwrap();
                let sent = recorder.stop();
                assert_eq!(sent.len(), 1);
                let plan = plan(&t, sent[0].clone()).await;
                assert!(plan.contains(index), "{sort:?}: {plan}");
                for slow in ["Seq Scan", "SCAN l\n", "TEMP B-TREE", "Sort"] {
                    assert!(!plan.contains(slow), "{sort:?}: {plan}");
                }
            }
        }
    }
}
