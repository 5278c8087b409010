//! The one way into the ledger.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use context::WriteTx;
use kernel::Currency;
use kernel::id::{LedgerAccountId, LedgerTxId};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::{account, balance, entry, head, tx};
use crate::error::Error;
use crate::model::{Account, Direction, Posted, Posting, Side, chain};

/// Rows in one statement.
const CHUNK: usize = 500;

/// The ledger of one currency, locked: until the end of the transaction nobody else writes into it.
///
/// Transactions of a ledger form a chain, so they are written one after another anyway. Holding the head of the
/// chain stands for the locks of all balances, and nothing in the ledger can deadlock.
pub(crate) struct Ledger<'a> {
    tx: &'a WriteTx,
    currency: Currency,
    seq: i64,
    hash: String,
    posted_at: DateTime<Utc>,
}

/// What an account holds while a batch is put together.
struct Held {
    account: Account,
    balance_minor: i64,
    is_new: bool,
}

impl<'a> Ledger<'a> {
    /// Locks the ledger of `currency`. Lock it before holds and payouts.
    pub(crate) async fn lock(tx: &'a WriteTx, currency: Currency) -> Result<Self, Error> {
        let first = head::ActiveModel {
            currency: Set(currency),
            seq: Set(0),
            hash: Set(String::new()),
            posted_at: Set(tx.now()),
        };
        let keep = OnConflict::column(head::Column::Currency)
            .value(head::Column::Seq, Expr::col((head::Entity, head::Column::Seq)))
            .to_owned();
        let head = head::Entity::insert(first).on_conflict(keep).exec_with_returning(&**tx).await?;
        // Read after the lock was given, and never back: what is posted before an instant is complete.
        let posted_at = std::cmp::max(tx.ctx().now(), head.posted_at);
        Ok(Self { tx, currency, seq: head.seq, hash: head.hash, posted_at })
    }

    /// When what is written now is posted.
    pub(crate) const fn posted_at(&self) -> DateTime<Utc> {
        self.posted_at
    }

    /// The transaction under `key`, when the same was written before.
    pub(crate) async fn known(&self, key: &str, input_hash: &str) -> Result<Option<Posted>, Error> {
        let known = self.written(&[key.to_owned()]).await?;
        known.get(key).map(|row| replay(row, key, input_hash)).transpose()
    }

    /// Writes transactions, all or none. One that was written before under its key is not written again.
    pub(crate) async fn post(&mut self, postings: Vec<Posting>) -> Result<Vec<Posted>, Error> {
        let keys: Vec<String> = postings.iter().map(|posting| posting.key.clone()).collect();
        let mut known = self.written(&keys).await?;
        let mut held = self.held(&postings).await?;
        let actor = self.tx.ctx().actor().id();
        let mut written = Vec::with_capacity(postings.len());
        let mut answers = Vec::with_capacity(postings.len());
        for posting in postings {
            if let Some(row) = known.get(&posting.key) {
                answers.push(replay(row, &posting.key, &posting.input_hash)?);
                continue;
            }
            move_balances(&mut held, &posting, self.currency)?;
            let (row, entries) = self.row(&posting, &actor);
            answers.push(Posted { tx: row.id, seq: row.seq, replayed: false });
            known.insert(posting.key, row.clone());
            written.push((row, entries));
        }
        if !written.is_empty() {
            self.write(written, held).await?;
        }
        Ok(answers)
    }

    async fn written(&self, keys: &[String]) -> Result<HashMap<String, tx::Model>, Error> {
        let mut known = HashMap::new();
        for keys in keys.chunks(CHUNK) {
            let keys = db::dialect::pad(keys.to_vec());
            let rows = tx::Entity::find().filter(tx::Column::IdempotencyKey.is_in(keys)).all(&**self.tx).await?;
            known.extend(rows.into_iter().map(|row| (row.idempotency_key.clone(), row)));
        }
        Ok(known)
    }

    /// What the accounts of `postings` hold, in the order of their paths.
    async fn held(&self, postings: &[Posting]) -> Result<BTreeMap<String, Held>, Error> {
        let mut held = BTreeMap::new();
        let mut paths = HashMap::new();
        for entry in postings.iter().flat_map(|posting| &posting.entries) {
            let path = entry.account.path();
            held.entry(path).or_insert_with_key(|path| {
                paths.insert(entry.account.id(self.currency), path.clone());
                Held { account: entry.account.clone(), balance_minor: 0, is_new: true }
            });
        }
        let mut ids: Vec<LedgerAccountId> = paths.keys().copied().collect();
        ids.sort();
        for ids in ids.chunks(CHUNK) {
            let rows = balance::Entity::find()
                .filter(balance::Column::AccountId.is_in(db::dialect::pad(ids.to_vec())))
                .order_by_asc(balance::Column::AccountId)
                .lock_exclusive()
                .all(&**self.tx)
                .await?;
            for row in rows {
                let found = paths.get(&row.account_id).and_then(|path| held.get_mut(path));
                if let Some(held) = found {
                    held.balance_minor = row.posted_minor;
                    held.is_new = false;
                }
            }
        }
        Ok(held)
    }

    /// The next rows of the chain.
    fn row(&mut self, posting: &Posting, actor: &str) -> (tx::Model, Vec<entry::Model>) {
        self.seq += 1;
        let id: LedgerTxId = self.tx.new_id();
        let entries: Vec<entry::Model> = (1_i32..)
            .zip(&posting.entries)
            .map(|(line_no, entry)| entry::Model {
                tx_id: id,
                line_no,
                account_id: entry.account.id(self.currency),
                direction: entry.direction.as_str().to_owned(),
                amount_minor: entry.amount_minor,
                component: entry.component.as_str().to_owned(),
                merchant_id: entry.merchant,
                is_own: entry.account.merchant().is_some(),
                merchant_order_id: entry.merchant_order,
                posted_at: self.posted_at,
            })
            .collect();
        let mut row = tx::Model {
            id,
            currency: self.currency,
            seq: self.seq,
            idempotency_key: posting.key.clone(),
            input_hash: posting.input_hash.clone(),
            kind: posting.kind.as_str().to_owned(),
            effective_at: posting.effective_at,
            posted_at: self.posted_at,
            source_type: posting.source.kind.to_owned(),
            source_id: posting.source.id.clone(),
            actor: actor.to_owned(),
            reverses_tx_id: posting.reverses,
            total_minor: posting.total_minor,
            memo: posting.memo.clone(),
            prev_hash: self.hash.clone(),
            hash: String::new(),
        };
        row.hash = chain(&row.prev_hash, &fields(&row, &entries));
        self.hash.clone_from(&row.hash);
        (row, entries)
    }

    async fn write(
        &self,
        written: Vec<(tx::Model, Vec<entry::Model>)>,
        held: BTreeMap<String, Held>,
    ) -> Result<(), DbErr> {
        let conn = &**self.tx;
        let (rows, entries): (Vec<_>, Vec<_>) = written.into_iter().unzip();
        self.open_accounts(&held).await?;
        // Entries first: the transaction seals them.
        for chunk in entries.into_iter().flatten().collect::<Vec<_>>().chunks(CHUNK) {
            let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
            entry::Entity::insert_many(rows).exec_without_returning(conn).await?;
        }
        for chunk in rows.chunks(CHUNK) {
            let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
            tx::Entity::insert_many(rows).exec_without_returning(conn).await?;
        }
        let balances: Vec<balance::ActiveModel> = held
            .into_values()
            .map(|held| balance::ActiveModel {
                account_id: Set(held.account.id(self.currency)),
                posted_minor: Set(held.balance_minor),
                min_balance_minor: Set(held.account.min_balance_minor()),
                version: Set(1),
            })
            .collect();
        for chunk in balances.chunks(CHUNK) {
            let grown = Expr::col((balance::Entity, balance::Column::Version)).add(1);
            let replace = OnConflict::column(balance::Column::AccountId)
                .update_column(balance::Column::PostedMinor)
                .value(balance::Column::Version, grown)
                .to_owned();
            balance::Entity::insert_many(chunk.to_vec()).on_conflict(replace).exec_without_returning(conn).await?;
        }
        head::Entity::update_many()
            .col_expr(head::Column::Seq, Expr::value(self.seq))
            .col_expr(head::Column::Hash, Expr::value(self.hash.clone()))
            .col_expr(head::Column::PostedAt, Expr::value(self.posted_at))
            .filter(head::Column::Currency.eq(self.currency))
            .exec(conn)
            .await?;
        Ok(())
    }

    async fn open_accounts(&self, held: &BTreeMap<String, Held>) -> Result<(), DbErr> {
        let new: Vec<account::ActiveModel> = held
            .iter()
            .filter(|(_, held)| held.is_new)
            .map(|(path, held)| account::ActiveModel {
                id: Set(held.account.id(self.currency)),
                path: Set(path.clone()),
                currency: Set(self.currency),
                role: Set(held.account.role().to_owned()),
                side: Set(held.account.side().as_str().to_owned()),
                merchant_id: Set(held.account.merchant()),
                min_balance_minor: Set(held.account.min_balance_minor()),
                opened_at: Set(self.posted_at),
            })
            .collect();
        for chunk in new.chunks(CHUNK) {
            let skip = OnConflict::column(account::Column::Id).do_nothing().to_owned();
            account::Entity::insert_many(chunk.to_vec()).on_conflict(skip).exec_without_returning(&**self.tx).await?;
        }
        Ok(())
    }
}

fn replay(row: &tx::Model, key: &str, input_hash: &str) -> Result<Posted, Error> {
    if row.input_hash == input_hash {
        Ok(Posted { tx: row.id, seq: row.seq, replayed: true })
    } else {
        Err(Error::KeyMismatch { key: key.to_owned() })
    }
}

fn move_balances(held: &mut BTreeMap<String, Held>, posting: &Posting, currency: Currency) -> Result<(), Error> {
    if posting.currency != currency {
        return Err(context::Error::internal(format!("{} is not in {currency}", posting.key)).into());
    }
    for entry in &posting.entries {
        let Some(held) = held.get_mut(&entry.account.path()) else { continue };
        held.balance_minor = moved(held.balance_minor, held.account.side(), entry.direction, entry.amount_minor)?;
    }
    for entry in &posting.entries {
        let Some(held) = held.get(&entry.account.path()) else { continue };
        if let Some(floor_minor) = held.account.min_balance_minor().filter(|floor| held.balance_minor < *floor) {
            let (path, balance_minor) = (entry.account.path(), held.balance_minor);
            return Err(Error::FloorBroken { path, balance_minor, floor_minor });
        }
    }
    Ok(())
}

fn moved(balance: i64, side: Side, direction: Direction, amount: i64) -> Result<i64, Error> {
    let grows = matches!((side, direction), (Side::Debit, Direction::Debit) | (Side::Credit, Direction::Credit));
    let moved = if grows { balance.checked_add(amount) } else { balance.checked_sub(amount) };
    Ok(moved.ok_or(kernel::MoneyError::Overflow).map_err(context::Error::from)?)
}

/// Everything that is written of a transaction, as its hash sees it.
pub(crate) fn fields(row: &tx::Model, entries: &[entry::Model]) -> Vec<String> {
    let text = |value: Option<String>| value.unwrap_or_default();
    let mut fields = vec![
        row.id.to_string(),
        row.currency.to_string(),
        row.seq.to_string(),
        row.idempotency_key.clone(),
        row.input_hash.clone(),
        row.kind.clone(),
        row.effective_at.timestamp_micros().to_string(),
        row.posted_at.timestamp_micros().to_string(),
        row.source_type.clone(),
        row.source_id.clone(),
        row.actor.clone(),
        text(row.reverses_tx_id.map(|id| id.to_string())),
        row.total_minor.to_string(),
        text(row.memo.clone()),
    ];
    for entry in entries {
        fields.extend([
            entry.line_no.to_string(),
            entry.account_id.to_string(),
            entry.direction.clone(),
            entry.amount_minor.to_string(),
            entry.component.clone(),
            text(entry.merchant_id.map(|id| id.to_string())),
            text(entry.merchant_order_id.map(|id| id.to_string())),
            entry.is_own.to_string(),
            entry.posted_at.timestamp_micros().to_string(),
        ]);
    }
    fields
}
