//! Who changes the books from outside is found out.

use sea_orm::ConnectionTrait as _;
use testkit::{Kind, TestEnv};

use crate::shop::{Part, sell, sound};

async fn try_sql(t: &TestEnv, sql: &str) -> Result<(), sea_orm::DbErr> {
    t.world.db.for_migrations().execute_unprepared(sql).await.map(|_| ())
}

async fn without_guards(t: &TestEnv, sql: &str) {
    let off: &[&str] = match t.kind {
        Kind::Sqlite => &["DROP TRIGGER ledger_entry_no_update", "DROP TRIGGER ledger_tx_no_update"],
        Kind::Postgres => {
            &["ALTER TABLE ledger_entry DISABLE TRIGGER USER", "ALTER TABLE ledger_tx DISABLE TRIGGER USER"]
        }
    };
    for off in off {
        try_sql(t, off).await.unwrap();
    }
    try_sql(t, sql).await.unwrap();
}

async fn found(t: &TestEnv) -> Vec<String> {
    billing::check::ledger(t.world.db.read()).await.unwrap()
}

testkit::both_databases! {
    async fn the_database_refuses_changes(t: TestEnv) {
        let ctx = t.system();
        sell(&ctx, &Part::plain(&ctx, ctx.new_id())).await;
        for sql in [
            "UPDATE ledger_entry SET amount_minor = 1",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_tx SET memo = 'x'",
            "DELETE FROM ledger_tx",
            "INSERT INTO ledger_entry SELECT tx_id, 99, account_id, direction, amount_minor, component, merchant_id,
                is_own, merchant_order_id, posted_at FROM ledger_entry",
            "INSERT INTO ledger_tx SELECT account_id, currency, seq + 100, 'forged', input_hash, kind, effective_at,
                t.posted_at, source_type, source_id, actor, NULL, total_minor, memo, prev_hash, hash
                FROM ledger_tx t JOIN ledger_entry e ON e.tx_id = t.id",
            "UPDATE ledger_balance SET posted_minor = -1 WHERE min_balance_minor = 0",
        ] {
            assert!(try_sql(&t, sql).await.is_err(), "{sql}");
        }
        sound(&t).await;
    }

    async fn a_changed_entry_is_named(t: TestEnv) {
        let ctx = t.system();
        for _ in 0..3 {
            sell(&ctx, &Part::plain(&ctx, ctx.new_id())).await;
        }
        let sql = "UPDATE ledger_entry SET amount_minor = amount_minor + 1
            WHERE line_no = 2 AND tx_id = (SELECT id FROM ledger_tx WHERE seq = 3)";
        without_guards(&t, sql).await;
        let found = found(&t).await;
        assert!(found.iter().any(|line| line == "ledger EUR seq 3: the hash chain breaks here (A3)"), "{found:?}");
        assert!(found.iter().any(|line| line.starts_with("ledger EUR seq 3: debits")), "{found:?}");
        assert!(found.iter().any(|line| line.contains("the balance says")), "{found:?}");
    }

    async fn a_changed_word_is_named(t: TestEnv) {
        let ctx = t.system();
        for _ in 0..3 {
            sell(&ctx, &Part::plain(&ctx, ctx.new_id())).await;
        }
        without_guards(&t, "UPDATE ledger_tx SET source_id = 'elsewhere' WHERE seq = 2").await;
        assert_eq!(found(&t).await, ["ledger EUR seq 2: the hash chain breaks here (A3)"]);
    }

    async fn a_changed_balance_is_named(t: TestEnv) {
        let ctx = t.system();
        sell(&ctx, &Part::plain(&ctx, ctx.new_id())).await;
        try_sql(&t, "UPDATE ledger_balance SET posted_minor = posted_minor + 1 WHERE min_balance_minor IS NULL").await.unwrap();
        let found = found(&t).await;
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|line| line.contains("(A2)")), "{found:?}");
    }
}
