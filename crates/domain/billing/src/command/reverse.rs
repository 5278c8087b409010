//! Undoing by hand: it adds, it never edits.

use context::{Ctx, Error as CoreError};
use history::Change;
use kernel::id::LedgerTxId;
use kernel::text;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::actions::ADJUST;
use crate::entity::{account, entry, tx as tx_row};
use crate::error::Error;
use crate::model::{Account, Component, Direction, Draft, Entry, Kind, Posted, Source};
use crate::post::Ledger;

/// Undoes a transaction by its mirror image, once.
///
/// # Errors
/// `NotFound`, [`Error::AlreadyReversed`], [`Error::ReversalOfReversal`], [`Error::NotPossible`] for kinds that are
/// undone otherwise, [`Error::FourEyes`] for more than one person may move alone, by who wrote it,
/// [`Error::FloorBroken`] when the money has moved on.
pub async fn reverse(ctx: &Ctx, id: LedgerTxId, reason: &str) -> Result<Posted, Error> {
    ctx.authorize(ADJUST)?;
    let reason = text::line("reason", reason, 500)?;
    let mut tx = ctx.begin_write().await?;
    let original = tx_row::Entity::find_by_id(id).one(&*tx).await?.ok_or(CoreError::NotFound("ledger transaction"))?;
    if original.reverses_tx_id.is_some() {
        return Err(Error::ReversalOfReversal);
    }
    if !Kind::parse(&original.kind).is_some_and(Kind::is_reversible) {
        return Err(Error::NotPossible("this kind of transaction has an event of its own for the way back"));
    }
    let market = marketplace::snapshot_on(&*tx).await.map_err(CoreError::internal)?;
    let alone = market.settings.single_handed_minor(original.currency);
    if original.total_minor > alone && original.actor == ctx.actor().id() {
        return Err(Error::FourEyes);
    }
    let mut ledger = Ledger::lock(&tx, original.currency).await?;
    if tx_row::Entity::find().filter(tx_row::Column::ReversesTxId.eq(id)).one(&*tx).await?.is_some() {
        return Err(Error::AlreadyReversed);
    }
    let rows =
        entry::Entity::find().filter(entry::Column::TxId.eq(id)).order_by_asc(entry::Column::LineNo).all(&*tx).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.account_id).collect();
    let accounts = account::Entity::find().filter(account::Column::Id.is_in(db::dialect::pad(ids))).all(&*tx).await?;
    let source = Source::new("ledger_tx", id);
    let key = format!("reversal:{id}");
    let mut draft = Draft::new(Kind::Reversal, key, original.currency, tx.now(), source, &id.to_string())
        .memo(&reason)
        .reversing(id);
    for row in rows {
        let entry = mirrored(&row, accounts.iter().find(|account| account.id == row.account_id));
        draft = draft.with(entry.ok_or_else(|| CoreError::internal(format!("{id} has an unreadable entry")))?);
    }
    let posted = ledger.post(vec![draft.seal()?]).await?;
    tx.record(Change::new("ledger_tx", id, "reversed").because(reason));
    tx.commit().await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}

fn mirrored(row: &entry::Model, account: Option<&account::Model>) -> Option<Entry> {
    let account = account?;
    Some(Entry {
        account: Account::parse(&account.path, account.merchant_id)?,
        direction: Direction::parse(&row.direction)?.mirrored(),
        amount_minor: row.amount_minor,
        component: Component::parse(&row.component)?,
        merchant: row.merchant_id,
        merchant_order: row.merchant_order_id,
    })
}
