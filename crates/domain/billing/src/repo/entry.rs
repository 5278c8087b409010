//! Load and save: manual entries, debts, subscriptions.

use context::{Error as CoreError, WriteTx};
use kernel::id::MerchantId;
use kernel::{Currency, Money};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::entity::{balance, debt, manual_entry, subscription};
use crate::error::Error;
use crate::model::{Account, Debt, DebtState, EntryKind, EntryState, ManualEntry, Subscription};

impl From<manual_entry::Model> for ManualEntry {
    fn from(row: manual_entry::Model) -> Self {
        Self {
            id: row.id,
            idempotency_key: row.idempotency_key,
            kind: EntryKind::parse(&row.kind).unwrap_or(EntryKind::Debit),
            merchant_id: row.merchant_id,
            amount: Money::new(row.amount_minor, row.currency),
            tax_minor: row.tax_minor,
            jurisdiction: row.jurisdiction,
            reason: row.reason,
            state: EntryState::parse(&row.state).unwrap_or(EntryState::Requested),
            requested_by: row.requested_by,
            requested_by_name: row.requested_by_name,
            requested_at: row.requested_at,
            decided_by: row.decided_by,
            decided_by_name: row.decided_by_name,
            decided_at: row.decided_at,
            decision_note: row.decision_note,
            tx: row.tx_id,
            version: row.version,
        }
    }
}

impl From<debt::Model> for Debt {
    fn from(row: debt::Model) -> Self {
        Self {
            id: row.id,
            merchant_id: row.merchant_id,
            currency: row.currency,
            state: DebtState::parse(&row.state).unwrap_or(DebtState::Netting),
            is_critical: row.is_critical,
            amount_minor: row.amount_minor,
            since_at: row.since_at,
            requested_at: row.requested_at,
            claimed_at: row.claimed_at,
            settled_at: row.settled_at,
        }
    }
}

impl From<subscription::Model> for Subscription {
    fn from(row: subscription::Model) -> Self {
        Self {
            merchant_id: row.merchant_id,
            currency: row.currency,
            monthly_minor: row.monthly_minor,
            from_on: row.from_on,
            until_on: row.until_on,
            version: row.version,
        }
    }
}

/// What a merchant owes, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owed {
    /// By a negative balance.
    pub(crate) negative_minor: i64,
    /// By a claim of its own.
    pub(crate) claimed_minor: i64,
}

impl Owed {
    pub(crate) const fn total(self) -> i64 {
        self.negative_minor + self.claimed_minor
    }
}

/// What an account holds now, on its own side. The ledger is locked.
pub(crate) async fn held(tx: &WriteTx, account: &Account, currency: Currency) -> Result<i64, DbErr> {
    let row = balance::Entity::find_by_id(account.id(currency)).one(&**tx).await?;
    Ok(row.map_or(0, |row| row.posted_minor))
}

/// What a merchant owes now. The ledger is locked.
pub(crate) async fn owed(tx: &WriteTx, merchant: MerchantId, currency: Currency) -> Result<Owed, DbErr> {
    let available = held(tx, &Account::Available(merchant), currency).await?;
    let claimed_minor = held(tx, &Account::MerchantReceivable(merchant), currency).await?;
    Ok(Owed { negative_minor: (-available).max(0), claimed_minor })
}

pub(crate) async fn insert_entry(tx: &WriteTx, entry: &ManualEntry) -> Result<(), DbErr> {
    let row = manual_entry::Model {
        id: entry.id,
        idempotency_key: entry.idempotency_key.clone(),
        kind: entry.kind.as_str().to_owned(),
        merchant_id: entry.merchant_id,
        currency: entry.amount.currency,
        amount_minor: entry.amount.minor,
        tax_minor: entry.tax_minor,
        jurisdiction: entry.jurisdiction.clone(),
        reason: entry.reason.clone(),
        state: entry.state.as_str().to_owned(),
        requested_by: entry.requested_by.clone(),
        requested_by_name: entry.requested_by_name.clone(),
        requested_at: entry.requested_at,
        decided_by: entry.decided_by.clone(),
        decided_by_name: entry.decided_by_name.clone(),
        decided_at: entry.decided_at,
        decision_note: entry.decision_note.clone(),
        tx_id: entry.tx,
        version: entry.version,
    };
    manual_entry::Entity::insert(row.into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn save_entry(tx: &WriteTx, entry: &ManualEntry) -> Result<(), Error> {
    let change = manual_entry::ActiveModel {
        state: Set(entry.state.as_str().to_owned()),
        decided_by: Set(entry.decided_by.clone()),
        decided_by_name: Set(entry.decided_by_name.clone()),
        decided_at: Set(entry.decided_at),
        decision_note: Set(entry.decision_note.clone()),
        tx_id: Set(entry.tx),
        version: Set(entry.version + 1),
        ..Default::default()
    };
    let done = manual_entry::Entity::update_many()
        .set(change)
        .filter(manual_entry::Column::Id.eq(entry.id))
        .filter(manual_entry::Column::Version.eq(entry.version))
        .exec(&**tx)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(CoreError::Stale("manual entry").into()) }
}

pub(crate) async fn open_debt(tx: &WriteTx, merchant: MerchantId, currency: Currency) -> Result<Option<Debt>, DbErr> {
    let row = debt::Entity::find()
        .filter(debt::Column::MerchantId.eq(merchant))
        .filter(debt::Column::Currency.eq(currency))
        .filter(debt::Column::State.ne(DebtState::Settled.as_str()))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(row.map(Debt::from))
}

/// Writes a debt, new or known.
pub(crate) async fn save_debt(tx: &WriteTx, of: &Debt) -> Result<(), DbErr> {
    use debt::Column;
    let row = debt::Model {
        id: of.id,
        merchant_id: of.merchant_id,
        currency: of.currency,
        state: of.state.as_str().to_owned(),
        is_critical: of.is_critical,
        amount_minor: of.amount_minor,
        since_at: of.since_at,
        requested_at: of.requested_at,
        claimed_at: of.claimed_at,
        settled_at: of.settled_at,
    };
    let replace = OnConflict::column(Column::Id)
        .update_columns([
            Column::State,
            Column::IsCritical,
            Column::AmountMinor,
            Column::RequestedAt,
            Column::ClaimedAt,
            Column::SettledAt,
        ])
        .to_owned();
    debt::Entity::insert(row.into_active_model()).on_conflict(replace).exec_without_returning(&**tx).await?;
    Ok(())
}
