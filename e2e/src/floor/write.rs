//! The floor of a mutation: its transactions, run again and again.
//!
//! What a transaction inserts is new each time, so ids that were made for it become other ids in every step, in all
//! statements alike; and where a unique index holds no such id, a text or number of it changes.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait as _, Value,
};
use uuid::Uuid;

use super::{Seen, insert, statement};
use crate::load::Work;
use crate::{Error, Result};

/// The writing statements of a mutation and of what it set off, by transaction.
#[derive(Debug, Clone)]
pub struct WriteFloor {
    pool: DatabaseConnection,
    transactions: Arc<Vec<Vec<Prepared>>>,
}

/// The next step of any floor of this process: what one inserted must not meet what another inserts.
static STEP: AtomicU64 = AtomicU64::new(1);

#[derive(Debug)]
struct Prepared {
    seen: Seen,
    /// Indexes of parameters that must be new in every step.
    fresh: BTreeSet<usize>,
}

/// By table: its unique indexes, each a list of columns.
type UniqueIndexes = HashMap<String, Vec<Vec<String>>>;

impl WriteFloor {
    /// Takes the committed transactions of `seen` that change rows. `since_ms` is the time when the mutation was sent,
    /// in milliseconds of the Unix epoch: an id from then or later was made for it.
    ///
    /// # Errors
    /// The database error.
    pub async fn new(pool: DatabaseConnection, seen: &[Seen], since_ms: u64) -> Result<Self> {
        let unique = unique_indexes(&pool).await?;
        let made: BTreeSet<Uuid> =
            seen.iter().flat_map(|one| &one.values).filter_map(|v| made_since(v, since_ms)).collect();
        let mut transactions = Vec::new();
        for commit in seen.iter().filter(|one| one.sql == "COMMIT") {
            let of_it = seen.iter().filter(|one| one.transaction == commit.transaction && one.writes());
            let prepared: Vec<_> = of_it.map(|one| prepare(one, &made, &unique)).collect();
            if !prepared.is_empty() {
                transactions.push(prepared);
            }
        }
        renew_names(&mut transactions);
        Ok(Self { pool, transactions: Arc::new(transactions) })
    }

    /// Leaves out what cannot be run again; gives the reasons.
    ///
    /// # Errors
    /// The database error of another kind than a refused statement.
    pub async fn drop_unrepeatable(&mut self) -> Result<Vec<String>> {
        let mut good = Arc::into_inner(std::mem::take(&mut self.transactions)).unwrap_or_default();
        let mut reasons = Vec::new();
        // Twice: the first time may still find room. All with one number, as later transactions name rows of earlier ones.
        for _ in 0..2 {
            let step = STEP.fetch_add(1, Ordering::Relaxed);
            for transaction in std::mem::take(&mut good) {
                match self.transaction(&transaction, step).await {
                    Ok(()) => good.push(transaction),
                    Err(error) => reasons.push(error.to_string()),
                }
            }
        }
        self.transactions = Arc::new(good);
        Ok(reasons)
    }

    /// How many transactions and statements a step has.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.transactions.len(), self.transactions.iter().map(Vec::len).sum())
    }

    #[allow(clippy::disallowed_methods, reason = "this is not the program, and it asks for IMMEDIATE")]
    async fn transaction(&self, statements: &[Prepared], step: u64) -> Result<()> {
        let immediate = Some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() };
        let tx = self.pool.begin_with_options(options).await?;
        let backend = self.pool.get_database_backend();
        for prepared in statements {
            let statement = statement(backend, &prepared.at(step));
            // What returns rows has to be asked for them: PostgreSQL ends the statement when all are fetched.
            if let Err(error) = tx.query_all_raw(statement).await {
                let sql: String = prepared.seen.sql.chars().take(120).collect();
                return Err(Error::Data(format!("{error} in {sql}")));
            }
        }
        Ok(tx.commit().await?)
    }
}

impl Work for WriteFloor {
    async fn step(&mut self) -> Result<()> {
        let step = STEP.fetch_add(1, Ordering::Relaxed);
        for statements in self.transactions.clone().iter() {
            self.transaction(statements, step).await?;
        }
        Ok(())
    }
}

impl Prepared {
    /// The statement of step `step`.
    fn at(&self, step: u64) -> Seen {
        let values = self.seen.values.iter().enumerate();
        let values = values.map(|(i, v)| if self.fresh.contains(&i) { renew(v, step) } else { v.clone() });
        Seen { values: values.collect(), ..self.seen.clone() }
    }
}

fn renew(value: &Value, step: u64) -> Value {
    match value {
        Value::Uuid(Some(id)) => Value::Uuid(Some(other_id(*id, step))),
        Value::String(Some(text)) => Value::String(Some(format!("{text}~{step}"))),
        Value::BigInt(Some(number)) => Value::BigInt(number.checked_add_unsigned(step.saturating_mul(1_000))),
        other => other.clone(),
    }
}

/// The same id for the same step; its time stays, so that it lands at the end of an index as a new one would.
fn other_id(id: Uuid, step: u64) -> Uuid {
    let mut bytes = id.into_bytes();
    for (byte, change) in bytes[8..].iter_mut().skip(1).zip(step.to_be_bytes().into_iter().skip(1)) {
        *byte ^= change;
    }
    Uuid::from_bytes(bytes)
}

/// The id in `value` when it was made at `since_ms` or later.
fn made_since(value: &Value, since_ms: u64) -> Option<Uuid> {
    let Value::Uuid(Some(id)) = value else { return None };
    let made_ms = id.as_u64_pair().0 >> 16;
    (id.get_version_num() == 7 && made_ms >= since_ms).then_some(*id)
}

fn prepare(seen: &Seen, made: &BTreeSet<Uuid>, unique: &UniqueIndexes) -> Prepared {
    let is_made = |i: &usize| matches!(&seen.values[*i], Value::Uuid(Some(id)) if made.contains(id));
    let mut fresh: BTreeSet<usize> = (0..seen.values.len()).filter(is_made).collect();
    if let Some(insert) = insert::parse(&seen.sql) {
        for index in unique.get(&insert.table).into_iter().flatten() {
            let places: Vec<_> = insert.columns.iter().enumerate().filter(|(_, name)| index.contains(name)).collect();
            for row in &insert.rows {
                let given: Vec<_> = places.iter().filter_map(|(place, _)| row[*place]).collect();
                let is_null = |i: &usize| seen.values[*i] == seen.values[*i].as_null();
                // What is not there is never twice there, and what may be there is changed.
                if insert.may_exist || given.iter().any(|i| fresh.contains(i) || is_null(i)) {
                    continue;
                }
                let texts = || given.iter().find(|i| matches!(&seen.values[**i], Value::String(Some(_))));
                let ids = || given.iter().find(|i| matches!(&seen.values[**i], Value::Uuid(Some(_))));
                let numbers = || given.iter().find(|i| matches!(&seen.values[**i], Value::BigInt(Some(_))));
                fresh.extend(texts().or_else(numbers).or_else(ids));
            }
        }
    }
    Prepared { seen: seen.clone(), fresh }
}

/// A text that an insert makes new, such as the number of an order, is the same new one wherever it is named again.
fn renew_names(transactions: &mut [Vec<Prepared>]) {
    let text = |value: &Value| match value {
        Value::String(Some(text)) => Some(text.clone()),
        _ => None,
    };
    let renewed = |one: &Prepared| one.fresh.iter().filter_map(|i| text(&one.seen.values[*i])).collect::<Vec<_>>();
    let names: BTreeSet<String> = transactions.iter().flatten().flat_map(renewed).collect();
    for prepared in transactions.iter_mut().flatten() {
        let values = prepared.seen.values.iter().enumerate();
        let again = values.filter(|(_, value)| text(value).is_some_and(|text| names.contains(&text)));
        prepared.fresh.extend(again.map(|(i, _)| i).collect::<Vec<_>>());
    }
}

async fn unique_indexes(pool: &DatabaseConnection) -> Result<UniqueIndexes> {
    let backend = pool.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            "SELECT m.name AS tab, il.name AS ind, ii.name AS col FROM sqlite_master m, pragma_index_list(m.name) il, \
             pragma_index_info(il.name) ii WHERE m.type = 'table' AND il.\"unique\" = 1 AND ii.name IS NOT NULL \
             ORDER BY 1, 2, ii.seqno"
        }
        _ => {
            "SELECT t.relname::text AS tab, i.relname::text AS ind, a.attname::text AS col FROM pg_index x \
             JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid \
             JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public' \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (x.indkey) WHERE x.indisunique ORDER BY 1, 2"
        }
    };
    let mut by_index: HashMap<(String, String), Vec<String>> = HashMap::new();
    for row in pool.query_all_raw(Statement::from_string(backend, sql)).await? {
        let (table, index, column): (String, String, String) =
            (row.try_get("", "tab")?, row.try_get("", "ind")?, row.try_get("", "col")?);
        by_index.entry((table, index)).or_default().push(column);
    }
    let mut unique = UniqueIndexes::new();
    for ((table, _), columns) in by_index {
        unique.entry(table).or_default().push(columns);
    }
    Ok(unique)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sea_orm::ConnectionTrait as _;

    use super::*;
    use crate::{Kind, floor};

    #[tokio::test]
    async fn a_transaction_is_repeated_with_new_ids() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}?mode=rwc", folder.path().join("t.db").display());
        let pool = floor::connect(Kind::Sqlite, &url, 1).await.unwrap();
        let tables = "CREATE TABLE o (id blob PRIMARY KEY, number text UNIQUE, total bigint); \
            CREATE TABLE l (id blob PRIMARY KEY, o blob REFERENCES o (id)); CREATE TABLE stock (n bigint); \
            INSERT INTO stock VALUES (100)";
        pool.execute_unprepared(tables).await.unwrap();
        let (order, line) = (made_now(1), made_now(2));
        let seen = |sql: &str, values: Vec<Value>| Seen { transaction: 5, sql: sql.to_owned(), values };
        let log = [
            seen("BEGIN", vec![]),
            seen("INSERT INTO o (id, number, total) VALUES (?, ?, ?)", vec![order.into(), "S-1".into(), 7_i64.into()]),
            seen("INSERT INTO l (id, o) VALUES (?, ?)", vec![line.into(), order.into()]),
            seen("UPDATE stock SET n = n - ? WHERE n >= ?", vec![1_i64.into(), 1_i64.into()]),
            seen("SELECT n FROM stock", vec![]),
            seen("COMMIT", vec![]),
            Seen { transaction: 6, sql: "DELETE FROM o".to_owned(), values: vec![] },
        ];
        let mut floor = WriteFloor::new(pool.clone(), &log, 1).await.unwrap();
        assert_eq!(floor.size(), (1, 3), "only what was committed and writes");
        assert_eq!(floor.drop_unrepeatable().await.unwrap(), Vec::<String>::new());
        for _ in 0..3 {
            floor.step().await.unwrap();
        }
        let row = "SELECT (SELECT count(*) FROM l JOIN o ON o.id = l.o) AS lines, (SELECT n FROM stock) AS n";
        let row = pool.query_one_raw(Statement::from_string(DbBackend::Sqlite, row)).await.unwrap().unwrap();
        let (lines, left): (i64, i64) = (row.try_get("", "lines").unwrap(), row.try_get("", "n").unwrap());
        assert_eq!((lines, left), (5, 95));
    }

    fn made_now(n: u64) -> Uuid {
        Uuid::from_u64_pair((1_700_000_000_000 << 16) | 0x7000, (1 << 63) | n)
    }
}
