//! Payouts that Stripe carries: to the merchant's connected account, and from there to its bank.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, Error as CoreError};
use kernel::id::PayoutId;
use outbox::PendingJob;
use payments::provider::NoAnswer;
use payments::provider::stripe::{BankState, ConnectEvent, ConnectOrder, Moved, Stripe};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::payout::{MarkFailed, MarkPaid, MarkReturned, mark_failed, mark_paid, mark_returned};
use crate::actions::RUN_PAYOUT;
use crate::entity::payout;
use crate::error::Error;
use crate::model::{Payout, PayoutState, PayoutVia};
use crate::repo;
use crate::worker::{AskPayout, FetchPayout};

/// How long Stripe may take to tell by itself that the money arrived.
const TOLD_WITHIN: Duration = Duration::days(1);
/// Payouts asked for in one call.
const BATCH: u64 = 200;

/// How far a step with Stripe came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is left to do.
    Done,
    /// It has to be tried again, because of this.
    Later(String),
}

impl From<NoAnswer> for Progress {
    fn from(fault: NoAnswer) -> Self {
        Self::Later(fault.to_string())
    }
}

/// Sends a payout on its way. Calling it again goes on where it stopped and sends nothing twice: each step has a key
/// under which Stripe does it once.
///
/// # Errors
/// `NotFound`; denied; the database error.
pub async fn send_by_stripe(ctx: &Ctx, stripe: &Stripe, id: PayoutId) -> Result<Progress, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let payout = shown(ctx, id).await?;
    let (PayoutState::Initiated, Some(account)) = (payout.state, payout.provider_account.clone()) else {
        return Ok(Progress::Done);
    };
    let key = key_of(&payout);
    let order = ConnectOrder { key: &key, account: &account, amount: payout.amount };
    if payout.provider_transfer.is_none() {
        match stripe.transfer(order).await {
            Ok(Moved::Taken(name)) => change(ctx, id, |row| row.provider_transfer = Some(name)).await?,
            Ok(Moved::Short) => return short(ctx, id, "the operator's balance at Stripe is too small").await,
            Ok(Moved::Refused(reason)) => return failed(ctx, id, reason).await,
            Err(fault) => return Ok(fault.into()),
        }
        // The keys of the second step start with the first try of it.
        return Box::pin(send_by_stripe(ctx, stripe, id)).await;
    }
    if payout.bank_reference.is_some() {
        return Ok(Progress::Done);
    }
    match stripe.pay_out(order).await {
        Ok(Moved::Taken(name)) => {
            change(ctx, id, |row| row.bank_reference = Some(name)).await?;
            Ok(Progress::Done)
        }
        Ok(Moved::Short) => short(ctx, id, "the money is not in the merchant's account at Stripe yet").await,
        Ok(Moved::Refused(reason)) => match fetch(stripe, &payout).await {
            Progress::Done => failed(ctx, id, reason).await,
            later @ Progress::Later(_) => Ok(later),
        },
        Err(fault) => Ok(fault.into()),
    }
}

/// Takes what Stripe tells of a payout. Told twice, or of what is not ours, it changes nothing.
///
/// # Errors
/// Denied; the database error.
pub async fn payout_told(ctx: &Ctx, event: ConnectEvent) -> Result<(), Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let Ok(payout_id) = event.key.split(':').next().unwrap_or_default().parse::<PayoutId>() else { return Ok(()) };
    let found = payout::Entity::find_by_id(payout_id).one(ctx.read()).await?;
    let Some(payout) = found.map(Payout::from).filter(|payout| payout.via == PayoutVia::Stripe) else { return Ok(()) };
    match event.state {
        BankState::OnTheWay => {}
        BankState::Paid if payout.state == PayoutState::Initiated => {
            mark_paid(ctx, MarkPaid { payout_id, bank_reference: Some(event.name), paid_at: None }).await?;
        }
        BankState::Failed(reason) if matches!(payout.state, PayoutState::Initiated | PayoutState::Paid) => {
            let mut tx = ctx.begin_write().await?;
            let job = PendingJob::of(&FetchPayout { payout: payout_id, reason });
            tx.enqueue(job.once(format!("payout_fetch:{payout_id}")));
            tx.commit().await?;
        }
        BankState::Paid | BankState::Failed(_) => {
            tracing::warn!(payout = %payout_id, state = payout.state.as_str(), "Stripe told of a payout that is over");
        }
    }
    Ok(())
}

/// Takes the money of a payout that the merchant's bank refused back from the connected account; then it is available
/// to the merchant again.
///
/// # Errors
/// `NotFound`; denied; the database error.
pub async fn fetch_from_stripe(ctx: &Ctx, stripe: &Stripe, id: PayoutId, reason: &str) -> Result<Progress, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let payout = shown(ctx, id).await?;
    if !matches!(payout.state, PayoutState::Initiated | PayoutState::Paid) {
        return Ok(Progress::Done);
    }
    if let later @ Progress::Later(_) = fetch(stripe, &payout).await {
        return Ok(later);
    }
    mark_returned(ctx, MarkReturned { payout_id: id, reason: reason.to_owned() }).await?;
    Ok(Progress::Done)
}

/// Asks Stripe what became of a payout that it tells nothing about.
///
/// # Errors
/// `NotFound`; denied; the database error.
pub async fn ask_stripe(ctx: &Ctx, stripe: &Stripe, id: PayoutId) -> Result<Progress, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let payout = shown(ctx, id).await?;
    let (PayoutState::Initiated, Some(account), Some(name)) =
        (payout.state, &payout.provider_account, &payout.bank_reference)
    else {
        return Ok(Progress::Done);
    };
    match stripe.bank_state(account, name).await {
        Ok(state) => payout_told(ctx, ConnectEvent { key: id.to_string(), name: name.clone(), state }).await?,
        Err(fault) => return Ok(fault.into()),
    }
    Ok(Progress::Done)
}

/// Has every payout asked for that has been on its way for a day. Once a day each, however often it is called.
///
/// # Errors
/// Denied; the database error.
pub async fn chase_payouts(ctx: &Ctx, now: DateTime<Utc>) -> Result<usize, Error> {
    ctx.authorize(RUN_PAYOUT)?;
    let open: Vec<PayoutId> = payout::Entity::find()
        .select_only()
        .column(payout::Column::Id)
        .filter(payout::Column::State.eq(PayoutState::Initiated.as_str()))
        .filter(payout::Column::Via.eq(PayoutVia::Stripe.as_str()))
        .filter(payout::Column::InitiatedAt.lte(now - TOLD_WITHIN))
        .order_by_asc(payout::Column::Id)
        .limit(BATCH)
        .into_tuple()
        .all(ctx.read())
        .await?;
    if open.is_empty() {
        return Ok(0);
    }
    let mut tx = ctx.begin_write().await?;
    for id in &open {
        let job = PendingJob::of(&AskPayout { payout: *id });
        tx.enqueue(job.once(format!("payout_ask:{id}:{}", now.date_naive())));
    }
    tx.commit().await?;
    Ok(open.len())
}

/// The name of a step's try: Stripe answers a key that it refused for want of money with the same refusal for a day.
fn key_of(payout: &Payout) -> String {
    if payout.provider_tries == 0 { payout.id.to_string() } else { format!("{}:{}", payout.id, payout.provider_tries) }
}

async fn shown(ctx: &Ctx, id: PayoutId) -> Result<Payout, Error> {
    let row = payout::Entity::find_by_id(id).one(ctx.read()).await?;
    Ok(row.map(Payout::from).ok_or(CoreError::NotFound("payout"))?)
}

async fn change(ctx: &Ctx, id: PayoutId, what: impl FnOnce(&mut Payout)) -> Result<(), Error> {
    let tx = ctx.begin_write().await?;
    let mut payout = repo::lock_payout(&tx, id).await?;
    what(&mut payout);
    repo::save_payout(&tx, &payout).await?;
    Ok(tx.commit().await?)
}

/// Nothing moved; the next try is another one.
async fn short(ctx: &Ctx, id: PayoutId, why: &str) -> Result<Progress, Error> {
    change(ctx, id, |row| row.provider_tries += 1).await?;
    Ok(Progress::Later(why.to_owned()))
}

async fn failed(ctx: &Ctx, id: PayoutId, reason: String) -> Result<Progress, Error> {
    mark_failed(ctx, MarkFailed { payout_id: id, reason }).await?;
    Ok(Progress::Done)
}

/// Takes the transfer back. What cannot be taken back stays where it is, and the payout stays open: paying it again
/// would pay it twice.
async fn fetch(stripe: &Stripe, payout: &Payout) -> Progress {
    let (Some(account), Some(transfer)) = (&payout.provider_account, &payout.provider_transfer) else {
        return Progress::Done;
    };
    let key = payout.id.to_string();
    let order = ConnectOrder { key: &key, account, amount: payout.amount };
    match stripe.take_back(order, transfer).await {
        Ok(Moved::Taken(_)) => Progress::Done,
        Ok(Moved::Short) => Progress::Later("the merchant's account at Stripe is empty".to_owned()),
        Ok(Moved::Refused(reason)) => Progress::Later(format!("Stripe does not take the transfer back: {reason}")),
        Err(fault) => fault.into(),
    }
}
