//! Proves the books.

mod papers;
mod write_offs;

pub use papers::papers;
pub use write_offs::write_offs;

use std::collections::{BTreeMap, HashMap};

use kernel::Currency;
use kernel::id::{LedgerAccountId, LedgerTxId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::{account, balance, entry, head, hold, tx};
use crate::error::Error;
use crate::model::{Account, Direction, HoldKind, Side, chain};
use crate::post::fields;

/// Transactions looked at together.
const BATCH: u64 = 500;

/// Every way in which the books are wrong. Empty when all is well.
///
/// Transactions balance (A1); all accounts of a currency sum to zero and each stored balance is the sum of its
/// entries (A2); the hash chain holds from the first transaction on, and the first broken one is named (A3); no
/// account is below its floor (A5); what waits for release is what is pending and in reserve.
///
/// # Errors
/// The database error.
pub async fn ledger<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut folded: HashMap<LedgerAccountId, i64> = HashMap::new();
    for head in head::Entity::find().order_by_asc(head::Column::Currency).all(conn).await? {
        chain_of(conn, &head, &mut folded, &mut found).await?;
    }
    balances(conn, folded, &mut found).await?;
    holds(conn, &mut found).await?;
    Ok(found)
}

/// Walks the chain of a currency. `folded` takes debits less credits by account.
async fn chain_of<C: ConnectionTrait>(
    conn: &C,
    head: &head::Model,
    folded: &mut HashMap<LedgerAccountId, i64>,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let (mut seq, mut hash) = (0, String::new());
    let mut intact = true;
    loop {
        let rows = tx::Entity::find()
            .filter(tx::Column::Currency.eq(head.currency))
            .filter(tx::Column::Seq.gt(seq))
            .order_by_asc(tx::Column::Seq)
            .limit(BATCH)
            .all(conn)
            .await?;
        if rows.is_empty() {
            break;
        }
        let mut entries = entries_of(conn, &rows).await?;
        for row in rows {
            let entries = entries.remove(&row.id).unwrap_or_default();
            let name = format!("ledger {} seq {}", row.currency, row.seq);
            balanced(&name, &row, &entries, found);
            let expected = chain(&hash, &fields(&row, &entries));
            let broken = row.seq != seq + 1 || row.prev_hash != hash || row.hash != expected;
            if broken && intact {
                found.push(format!("{name}: the hash chain breaks here (A3)"));
                intact = false;
            }
            for entry in &entries {
                let sign = if entry.direction == Direction::Debit.as_str() { 1 } else { -1 };
                *folded.entry(entry.account_id).or_default() += sign * entry.amount_minor;
            }
            (seq, hash) = (row.seq, row.hash);
        }
    }
    if intact && (seq != head.seq || hash != head.hash) {
        found.push(format!("ledger {}: the chain ends at seq {seq}, its head says {} (A3)", head.currency, head.seq));
    }
    Ok(())
}

async fn entries_of<C: ConnectionTrait>(
    conn: &C,
    rows: &[tx::Model],
) -> Result<HashMap<LedgerTxId, Vec<entry::Model>>, Error> {
    let ids = db::dialect::pad(rows.iter().map(|row| row.id).collect());
    let entries = entry::Entity::find()
        .filter(entry::Column::TxId.is_in(ids))
        .order_by_asc(entry::Column::TxId)
        .order_by_asc(entry::Column::LineNo)
        .all(conn)
        .await?;
    let mut by_tx: HashMap<LedgerTxId, Vec<entry::Model>> = HashMap::new();
    for entry in entries {
        by_tx.entry(entry.tx_id).or_default().push(entry);
    }
    Ok(by_tx)
}

fn balanced(name: &str, row: &tx::Model, entries: &[entry::Model], found: &mut Vec<String>) {
    let sum = |direction: Direction| {
        let side = entries.iter().filter(|entry| entry.direction == direction.as_str());
        side.map(|entry| i128::from(entry.amount_minor)).sum::<i128>()
    };
    let (debit, credit) = (sum(Direction::Debit), sum(Direction::Credit));
    if debit != credit || debit != i128::from(row.total_minor) || debit <= 0 || entries.len() < 2 {
        found.push(format!("{name}: debits {debit}, credits {credit}, total {} (A1)", row.total_minor));
    }
    if entries.iter().any(|entry| entry.amount_minor <= 0) {
        found.push(format!("{name}: an amount is not positive (A1)"));
    }
}

async fn balances<C: ConnectionTrait>(
    conn: &C,
    mut folded: HashMap<LedgerAccountId, i64>,
    found: &mut Vec<String>,
) -> Result<(), Error> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut after: Option<LedgerAccountId> = None;
    loop {
        let mut query = account::Entity::find().order_by_asc(account::Column::Id).limit(BATCH);
        if let Some(after) = after {
            query = query.filter(account::Column::Id.gt(after));
        }
        let accounts = query.all(conn).await?;
        let (Some(first), Some(last)) = (accounts.first(), accounts.last()) else { break };
        let cached =
            balance::Entity::find().filter(balance::Column::AccountId.between(first.id, last.id)).all(conn).await?;
        let cached: HashMap<LedgerAccountId, i64> =
            cached.into_iter().map(|row| (row.account_id, row.posted_minor)).collect();
        after = Some(last.id);
        for row in accounts {
            let debits = folded.remove(&row.id).unwrap_or(0);
            *sums.entry(row.currency).or_default() += i128::from(debits);
            let held = if row.side == Side::Debit.as_str() { debits } else { -debits };
            check_account(&row, held, cached.get(&row.id).copied(), found);
        }
    }
    for id in folded.keys() {
        found.push(format!("account {id} has entries but does not exist (A1)"));
    }
    for (currency, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
        found.push(format!("ledger {currency}: all accounts sum to {sum}, not to zero (A2)"));
    }
    Ok(())
}

fn check_account(row: &account::Model, held: i64, cached: Option<i64>, found: &mut Vec<String>) {
    let name = format!("account {} {}", row.path, row.currency);
    if cached != Some(held) {
        found.push(format!("{name}: entries sum to {held}, the balance says {cached:?} (A2)"));
    }
    if row.min_balance_minor.is_some_and(|floor| held < floor) {
        found.push(format!("{name}: {held} is below its floor (A5)"));
    }
    let same = Account::parse(&row.path, row.merchant_id).filter(|account| {
        account.id(row.currency) == row.id
            && account.role() == row.role
            && account.side().as_str() == row.side
            && account.merchant() == row.merchant_id
            && account.min_balance_minor() == row.min_balance_minor
    });
    if same.is_none() {
        found.push(format!("{name}: is not in the chart of accounts (A1)"));
    }
}

#[derive(FromQueryResult)]
struct Waiting {
    path: String,
    currency: Currency,
    posted_minor: i64,
}

/// What waits for release, by merchant and currency, is what is pending and in reserve.
async fn holds<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), Error> {
    let mut waiting: BTreeMap<(String, Currency), i64> = BTreeMap::new();
    for row in hold::Entity::find().filter(hold::Column::ReleasedAt.is_null()).all(conn).await? {
        let account = match HoldKind::parse(&row.kind) {
            Some(HoldKind::Reserve) => Account::Reserve(row.merchant_id),
            _ => Account::Pending(row.merchant_id),
        };
        *waiting.entry((account.path(), row.currency)).or_default() += row.amount_minor - row.drawn_minor;
    }
    let sql = "SELECT a.path, a.currency, b.posted_minor FROM ledger_account a
        JOIN ledger_balance b ON b.account_id = a.id
        WHERE a.role IN ('liability:merchant:pending', 'liability:merchant:reserve') ORDER BY a.path";
    for row in Waiting::find_by_statement(db::dialect::statement(conn, sql, [])).all(conn).await? {
        let held = row.posted_minor;
        let waits = waiting.remove(&(row.path.clone(), row.currency)).unwrap_or(0);
        if held != waits {
            found.push(format!("account {} {}: holds {held}, but {waits} waits for release", row.path, row.currency));
        }
    }
    for ((path, currency), waits) in waiting.into_iter().filter(|(_, waits)| *waits != 0) {
        found.push(format!("account {path} {currency}: does not exist, but {waits} waits for release"));
    }
    Ok(())
}
