//! What became of payouts.

use chrono::{DateTime, Utc};
use context::{Ctx, Error as CoreError, WriteTx};
use history::Change;
use kernel::id::{PayoutId, PayoutRunId};
use kernel::text;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::actions::RUN_PAYOUT;
use crate::entity::{payout, payout_run};
use crate::error::Error;
use crate::event::{PayoutFailed, PayoutPaid, PayoutReturned};
use crate::model::build::{payout_failed, payout_paid, payout_returned};
use crate::model::{Payout, PayoutState};
use crate::post::Ledger;
use crate::repo;

/// Why nothing can become of a payout that was on hold.
const NEVER_SENT: &str = "the payout was never sent to the bank";
/// Payouts marked in one transaction.
const BATCH: u64 = 200;

/// The bank paid a payout.
#[derive(Debug, Clone)]
pub struct MarkPaid {
    /// The payout.
    pub payout_id: PayoutId,
    /// The bank's name of the transfer.
    pub bank_reference: Option<String>,
    /// When; now when the bank does not say.
    pub paid_at: Option<DateTime<Utc>>,
}

/// The bank sent a payout back.
#[derive(Debug, Clone)]
pub struct MarkReturned {
    /// The payout.
    pub payout_id: PayoutId,
    /// The bank's reason.
    pub reason: String,
}

/// The bank refused to execute a payout.
#[derive(Debug, Clone)]
pub struct MarkFailed {
    /// The payout.
    pub payout_id: PayoutId,
    /// The bank's reason.
    pub reason: String,
}

/// Says that the bank paid a payout. Saying it again does nothing.
///
/// # Errors
/// `NotFound`; [`Error::NotPossible`] when it came back.
pub async fn mark_paid(ctx: &Ctx, input: MarkPaid) -> Result<Payout, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let bank_reference =
        input.bank_reference.as_deref().map(|text| text::line("bankReference", text, 100)).transpose()?;
    let mut tx = ctx.begin_write().await?;
    let (mut ledger, mut payout) = locked(&tx, input.payout_id).await?;
    match payout.state {
        PayoutState::Paid => return Ok(payout),
        PayoutState::Returned => return Err(Error::NotPossible("the payout came back")),
        PayoutState::Failed => return Err(Error::NotPossible("the bank refused the payout")),
        PayoutState::OnHold | PayoutState::Canceled => return Err(Error::NotPossible(NEVER_SENT)),
        PayoutState::Initiated => {}
    }
    let at = input.paid_at.unwrap_or_else(|| tx.now());
    ledger.post(vec![payout_paid(&payout, at)?]).await?;
    settle_paid(&mut tx, &mut payout, bank_reference, at).await?;
    tx.commit().await?;
    Ok(payout)
}

/// Says that the bank paid everything of a run that is still on its way. Returns how many payouts that were.
///
/// # Errors
/// `NotFound`; the database error (what was marked before it stays marked; call again).
pub async fn mark_run_paid(ctx: &Ctx, run: PayoutRunId, bank_reference: Option<&str>) -> Result<usize, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let bank_reference = bank_reference.map(|text| text::line("bankReference", text, 100)).transpose()?;
    let found = payout_run::Entity::find_by_id(run).one(ctx.read()).await?;
    let currency = found.ok_or(CoreError::NotFound("payout run"))?.currency;
    let mut marked = 0;
    loop {
        let mut tx = ctx.begin_write().await?;
        let mut ledger = Ledger::lock(&tx, currency).await?;
        let rows = payout::Entity::find()
            .filter(payout::Column::RunId.eq(run))
            .filter(payout::Column::State.eq(PayoutState::Initiated.as_str()))
            .order_by_asc(payout::Column::Id)
            .limit(BATCH)
            .lock_exclusive()
            .all(&*tx)
            .await?;
        if rows.is_empty() {
            return Ok(marked);
        }
        let at = tx.now();
        let mut payouts: Vec<Payout> = rows.into_iter().map(Payout::from).collect();
        let postings = payouts.iter().map(|payout| payout_paid(payout, at)).collect::<Result<_, _>>()?;
        ledger.post(postings).await?;
        for payout in &mut payouts {
            settle_paid(&mut tx, payout, bank_reference.clone(), at).await?;
        }
        tx.commit().await?;
        marked += payouts.len();
    }
}

/// Says that the bank sent a payout back: the money is available to the merchant again, and the next run pays it
/// under a new name. Saying it again does nothing.
///
/// # Errors
/// `NotFound`; `Invalid` for `reason`.
pub async fn mark_returned(ctx: &Ctx, input: MarkReturned) -> Result<Payout, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let reason = text::line("reason", &input.reason, 300)?;
    let mut tx = ctx.begin_write().await?;
    let (mut ledger, mut payout) = locked(&tx, input.payout_id).await?;
    let was_paid = match payout.state {
        PayoutState::Returned => return Ok(payout),
        PayoutState::Paid => true,
        PayoutState::Initiated => false,
        PayoutState::Failed => return Err(Error::NotPossible("the bank refused the payout")),
        PayoutState::OnHold | PayoutState::Canceled => return Err(Error::NotPossible(NEVER_SENT)),
    };
    payout.return_reason = Some(reason.clone());
    ledger.post(vec![payout_returned(&payout, was_paid, tx.now())?]).await?;
    came_back(&mut tx, &mut payout, PayoutState::Returned, &reason).await?;
    let (merchant, amount) = (payout.merchant_id, payout.amount);
    tx.emit(&PayoutReturned { payout: payout.id, merchant, amount, reason });
    tx.commit().await?;
    Ok(payout)
}

/// Says that the bank refused to execute a payout: the money is available to the merchant again. Saying it again does
/// nothing.
///
/// # Errors
/// `NotFound`; `Invalid` for `reason`; [`Error::NotPossible`] when the bank paid it, or it was never sent.
pub async fn mark_failed(ctx: &Ctx, input: MarkFailed) -> Result<Payout, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let reason = text::line("reason", &input.reason, 300)?;
    let mut tx = ctx.begin_write().await?;
    let (mut ledger, mut payout) = locked(&tx, input.payout_id).await?;
    match payout.state {
        PayoutState::Failed => return Ok(payout),
        PayoutState::Initiated => {}
        PayoutState::Paid | PayoutState::Returned => return Err(Error::NotPossible("the bank paid it before")),
        PayoutState::OnHold | PayoutState::Canceled => return Err(Error::NotPossible(NEVER_SENT)),
    }
    payout.return_reason = Some(reason.clone());
    ledger.post(vec![payout_failed(&payout, tx.now())?]).await?;
    came_back(&mut tx, &mut payout, PayoutState::Failed, &reason).await?;
    let (merchant, amount) = (payout.merchant_id, payout.amount);
    tx.emit(&PayoutFailed { payout: payout.id, merchant, amount, reason });
    tx.commit().await?;
    Ok(payout)
}

/// A payout and the ledger of its currency, which is locked first.
async fn locked(tx: &WriteTx, id: PayoutId) -> Result<(Ledger<'_>, Payout), Error> {
    let seen = payout::Entity::find_by_id(id).one(&**tx).await?.ok_or(CoreError::NotFound("payout"))?;
    let ledger = Ledger::lock(tx, seen.currency).await?;
    Ok((ledger, repo::lock_payout(tx, id).await?))
}

/// Keeps that the bank did not pay in the end; `state` says how.
async fn came_back(tx: &mut WriteTx, payout: &mut Payout, state: PayoutState, reason: &str) -> Result<(), Error> {
    payout.state = state;
    payout.returned_at = Some(tx.now());
    repo::save_payout(tx, payout).await?;
    payout.version += 1;
    let change = Change::new("payout", payout.id, state.as_str()).of_merchant(payout.merchant_id);
    tx.record(change.because(reason));
    Ok(())
}

async fn settle_paid(
    tx: &mut WriteTx,
    payout: &mut Payout,
    bank_reference: Option<String>,
    paid_at: DateTime<Utc>,
) -> Result<(), Error> {
    payout.state = PayoutState::Paid;
    payout.bank_reference = bank_reference;
    payout.paid_at = Some(paid_at);
    repo::save_payout(tx, payout).await?;
    payout.version += 1;
    tx.record(Change::new("payout", payout.id, "paid").of_merchant(payout.merchant_id));
    tx.emit(&PayoutPaid { payout: payout.id, merchant: payout.merchant_id, amount: payout.amount, paid_at });
    Ok(())
}
