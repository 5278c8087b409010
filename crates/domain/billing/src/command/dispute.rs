//! Disputes: what a merchant has is frozen as far as it may lose it, and given back or taken in the end.

use std::collections::BTreeMap;

use context::{Ctx, Error as CoreError, WriteTx};
use kernel::id::{DisputeId, MerchantId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

use crate::actions::POST;
use crate::entity::tx as tx_row;
use crate::error::Error;
use crate::model::build::{
    DisputeAbsorbed, DisputeLost, DisputeOpened, DisputeWon, Frozen, absorbed_key, dispute_absorbed, dispute_lost,
    dispute_opened, dispute_won, lost_key, opened_key,
};
use crate::model::{Account, Kind, Posted, Posting, input_hash};
use crate::post::Ledger;
use crate::repo;

/// A provider took money for a dispute: freezes what the exposed merchants have, as far as they would lose it.
///
/// # Errors
/// [`Error::KeyMismatch`], the database error.
pub async fn post_dispute_opened(ctx: &Ctx, input: DisputeOpened) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let hash = input_hash(Kind::DisputeOpened, input.currency, &input);
    // A retry must not freeze what came in meanwhile.
    if let Some(known) = ledger.known(&opened_key(input.dispute_id), &hash).await? {
        return Ok(known);
    }
    let mut wanted: BTreeMap<MerchantId, i64> = BTreeMap::new();
    for exposed in &input.exposed {
        *wanted.entry(exposed.merchant_id).or_default() += exposed.net_minor.max(0);
    }
    let mut frozen = Vec::new();
    for (merchant_id, wanted) in wanted {
        let available = repo::held(&tx, &Account::Available(merchant_id), input.currency).await?;
        let amount_minor = available.clamp(0, wanted);
        if amount_minor > 0 {
            frozen.push(Frozen { merchant_id, amount_minor });
        }
    }
    let posted = post(&mut ledger, dispute_opened(&input, &frozen)?).await?;
    tx.commit().await?;
    Ok(posted)
}

/// A dispute was won: what was frozen is available again.
///
/// # Errors
/// [`Error::FloorBroken`] while its beginning is not posted: try again later; [`Error::KeyMismatch`].
pub async fn post_dispute_won(ctx: &Ctx, input: DisputeWon) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let key = opened_key(input.dispute_id);
    if !begun(&tx, &key).await? {
        return Err(Error::NotPossible("the beginning of the dispute is not posted yet"));
    }
    let frozen = frozen(&tx, input.dispute_id).await?;
    let frozen: Vec<Frozen> =
        frozen.into_iter().map(|(merchant_id, amount_minor)| Frozen { merchant_id, amount_minor }).collect();
    let hash = input_hash(Kind::DisputeWon, input.currency, &input);
    let key = format!("dispute_won:{}", input.dispute_id);
    if let Some(known) = ledger.known(&key, &hash).await? {
        return Ok(known);
    }
    let posted = post(&mut ledger, dispute_won(&input, &frozen)?).await?;
    tx.commit().await?;
    Ok(posted)
}

/// A merchant lost its part of a dispute: from what is frozen first, then from what is available.
///
/// # Errors
/// [`Error::NotPossible`] while its beginning is not posted: try again later; [`Error::KeyMismatch`].
pub async fn post_dispute_lost(ctx: &Ctx, input: DisputeLost) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let hash = input_hash(Kind::DisputeLost, input.currency, &input);
    if let Some(known) = ledger.known(&lost_key(&input), &hash).await? {
        return Ok(known);
    }
    if !begun(&tx, &opened_key(input.dispute_id)).await? {
        return Err(Error::NotPossible("the beginning of the dispute is not posted yet"));
    }
    let frozen = frozen(&tx, input.dispute_id).await?.get(&input.merchant_id).copied().unwrap_or(0);
    let posted = post(&mut ledger, dispute_lost(&input, frozen)?).await?;
    tx.commit().await?;
    Ok(posted)
}

/// The operator bears what no merchant does, and what is still frozen comes free. Call it last, also when there is
/// nothing to bear; `None` when nothing is frozen then either.
///
/// # Errors
/// [`Error::NotPossible`] while its beginning is not posted: try again later; [`Error::KeyMismatch`].
pub async fn post_dispute_absorbed(ctx: &Ctx, input: DisputeAbsorbed) -> Result<Option<Posted>, Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let hash = input_hash(Kind::DisputeLost, input.currency, &input);
    if let Some(known) = ledger.known(&absorbed_key(input.dispute_id), &hash).await? {
        return Ok(Some(known));
    }
    if !begun(&tx, &opened_key(input.dispute_id)).await? {
        return Err(Error::NotPossible("the beginning of the dispute is not posted yet"));
    }
    let frozen: Vec<Frozen> = frozen(&tx, input.dispute_id)
        .await?
        .into_iter()
        .map(|(merchant_id, amount_minor)| Frozen { merchant_id, amount_minor })
        .collect();
    if input.amount_minor == 0 && frozen.is_empty() {
        return Ok(None);
    }
    let posted = post(&mut ledger, dispute_absorbed(&input, &frozen)?).await?;
    tx.commit().await?;
    Ok(Some(posted))
}

async fn post(ledger: &mut Ledger<'_>, posting: Posting) -> Result<Posted, Error> {
    let posted = ledger.post(vec![posting]).await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}

async fn begun(tx: &WriteTx, key: &str) -> Result<bool, Error> {
    let row = tx_row::Entity::find().filter(tx_row::Column::IdempotencyKey.eq(key)).one(&**tx).await?;
    Ok(row.is_some())
}

#[derive(FromQueryResult)]
struct Held {
    merchant_id: MerchantId,
    minor: i64,
}

/// What is still frozen for a dispute, by merchant: the fold of its entries.
async fn frozen(tx: &WriteTx, dispute: DisputeId) -> Result<BTreeMap<MerchantId, i64>, Error> {
    let sql = "SELECT a.merchant_id,
            CAST(SUM(CASE e.direction WHEN 'credit' THEN e.amount_minor ELSE -e.amount_minor END) AS bigint) AS minor
        FROM ledger_tx t JOIN ledger_entry e ON e.tx_id = t.id JOIN ledger_account a ON a.id = e.account_id
        WHERE t.source_type = 'dispute' AND t.source_id = ? AND a.role = 'liability:merchant:dispute_hold'
            AND a.merchant_id IS NOT NULL
        GROUP BY a.merchant_id";
    let statement = db::dialect::statement(&**tx, sql, [dispute.to_string().into()]);
    let rows = Held::find_by_statement(statement).all(&**tx).await?;
    Ok(rows.into_iter().filter(|row| row.minor > 0).map(|row| (row.merchant_id, row.minor)).collect())
}
