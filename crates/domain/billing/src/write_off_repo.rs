//! Load and save of what companies owe and is given up.

use context::{Error as CoreError, WriteTx};
use kernel::Money;
use kernel::id::{MerchantId, MerchantOrderId, ReceivableId, WriteOffId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::entity::{buyer_write_off as row, hold};
use crate::error::Error;
use crate::model::{EntryState, HoldKind, WriteOff};

impl From<row::Model> for WriteOff {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id,
            receivable_id: row.receivable_id,
            order_id: row.order_id,
            order_number: row.order_number,
            merchant_order_id: row.merchant_order_id,
            merchant_id: row.merchant_id,
            company_id: row.company_id,
            amount: Money::new(row.amount_minor, row.currency),
            merchant_minor: row.merchant_minor,
            recovered_minor: row.recovered_minor,
            recovered_merchant_minor: row.recovered_merchant_minor,
            blocks_credit: row.blocks_credit,
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

fn model(of: &WriteOff) -> row::Model {
    row::Model {
        id: of.id,
        receivable_id: of.receivable_id,
        order_id: of.order_id,
        order_number: of.order_number.clone(),
        merchant_order_id: of.merchant_order_id,
        merchant_id: of.merchant_id,
        company_id: of.company_id,
        currency: of.amount.currency,
        amount_minor: of.amount.minor,
        merchant_minor: of.merchant_minor,
        recovered_minor: of.recovered_minor,
        recovered_merchant_minor: of.recovered_merchant_minor,
        blocks_credit: of.blocks_credit,
        reason: of.reason.clone(),
        state: of.state.as_str().to_owned(),
        requested_by: of.requested_by.clone(),
        requested_by_name: of.requested_by_name.clone(),
        requested_at: of.requested_at,
        decided_by: of.decided_by.clone(),
        decided_by_name: of.decided_by_name.clone(),
        decided_at: of.decided_at,
        decision_note: of.decision_note.clone(),
        tx_id: of.tx,
        version: of.version,
    }
}

pub(crate) async fn insert(tx: &WriteTx, of: &WriteOff) -> Result<(), Error> {
    row::Entity::insert(model(of).into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes a decision; what is owed is locked.
pub(crate) async fn save_decision(tx: &WriteTx, of: &WriteOff) -> Result<(), Error> {
    let all = model(of).into_active_model().reset_all();
    row::Entity::update_many().set(all).filter(row::Column::Id.eq(of.id)).exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn by_id<C: ConnectionTrait>(conn: &C, id: WriteOffId) -> Result<WriteOff, Error> {
    let row = row::Entity::find_by_id(id).one(conn).await?;
    Ok(row.ok_or(CoreError::NotFound("write-off"))?.into())
}

/// Whether somebody asked for it and it was not rejected.
pub(crate) async fn under_way(tx: &WriteTx, receivable: ReceivableId) -> Result<bool, Error> {
    let found = row::Entity::find()
        .filter(row::Column::ReceivableId.eq(receivable))
        .filter(row::Column::State.ne(EntryState::Rejected.as_str()))
        .one(&**tx)
        .await?;
    Ok(found.is_some())
}

/// The write-off of a receivable, locked.
pub(crate) async fn posted_of(tx: &WriteTx, receivable: ReceivableId) -> Result<WriteOff, Error> {
    let found = row::Entity::find()
        .filter(row::Column::ReceivableId.eq(receivable))
        .filter(row::Column::State.eq(EntryState::Posted.as_str()))
        .lock_exclusive()
        .one(&**tx)
        .await?;
    Ok(found.ok_or_else(|| CoreError::internal("what is paid after all was never written off"))?.into())
}

pub(crate) async fn save_recovered(tx: &WriteTx, of: &WriteOff) -> Result<(), Error> {
    row::Entity::update_many()
        .col_expr(row::Column::RecoveredMinor, Expr::value(of.recovered_minor))
        .col_expr(row::Column::RecoveredMerchantMinor, Expr::value(of.recovered_merchant_minor))
        .filter(row::Column::Id.eq(of.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Who earned by a merchant order, and how much, in minor units. The ledger is locked.
pub(crate) async fn earned(tx: &WriteTx, part: MerchantOrderId) -> Result<Option<(MerchantId, i64)>, Error> {
    let rows = hold::Entity::find()
        .filter(hold::Column::MerchantOrderId.eq(part))
        .filter(hold::Column::Kind.eq(HoldKind::Sale.as_str()))
        .all(&**tx)
        .await?;
    Ok(rows.first().map(|first| (first.merchant_id, rows.iter().map(|hold| hold.amount_minor).sum())))
}
