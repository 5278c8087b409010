//! What orders say of their merchants.

use std::future::Future;

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, MerchantOrderId};
use outbox::PendingJob;

use crate::actions::NOTE_CONDUCT;
use crate::job::RateMerchants;
use crate::model::rating::{Fact, RatedOrder};
use crate::{Error, repo};

/// What an order says of its merchant now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// Whose it is.
    pub merchant: MerchantId,
    /// Its number.
    pub number: String,
    /// When it was placed.
    pub ordered_at: DateTime<Utc>,
    /// What it adds to each metric.
    pub facts: Vec<Fact>,
}

/// Tells what orders say of their merchants. Orders stand above this crate.
pub trait ConductSource: Sync {
    /// Reads it anew, in the transaction that keeps it; `None` when there is no such order.
    fn conduct(
        &self,
        tx: &WriteTx,
        order: MerchantOrderId,
    ) -> impl Future<Output = Result<Option<Conduct>, context::Error>> + Send;
}

/// Reads anew what an order says of its merchant, and keeps it. Under the lock of the merchant's rating, so that of two
/// readings the later one stays. When it says something else than before, the rating is asked for, by one job however many
/// orders ask. Whether it does.
///
/// # Errors
/// Denied; the database error.
pub async fn note_conduct(
    ctx: &Ctx,
    merchant: MerchantId,
    order: MerchantOrderId,
    source: &impl ConductSource,
) -> Result<bool, Error> {
    let grant = ctx.authorize(NOTE_CONDUCT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::rating::lock(&tx, &grant, merchant).await?;
    let Some(conduct) = source.conduct(&tx, order).await?.filter(|conduct| conduct.merchant == merchant) else {
        return Ok(false);
    };
    let Conduct { number, ordered_at, facts, .. } = conduct;
    let known = RatedOrder { merchant_order: order, merchant, number, ordered_at, excluded: None, version: 1 };
    if !repo::rating::facts::note(&tx, &known, &facts).await? {
        return Ok(false);
    }
    if repo::rating::ask(&tx, merchant).await? {
        tx.enqueue(PendingJob::of(&RateMerchants { merchant: Some(merchant) }));
    }
    tx.commit().await?;
    Ok(true)
}

/// Asks for the rating of a merchant whose answers are counted anew, by one job however often it is asked.
///
/// # Errors
/// Denied; the database error.
pub async fn note_answers(ctx: &Ctx, merchant: MerchantId) -> Result<(), Error> {
    let grant = ctx.authorize(NOTE_CONDUCT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::rating::lock(&tx, &grant, merchant).await?;
    if repo::rating::ask(&tx, merchant).await? {
        tx.enqueue(PendingJob::of(&RateMerchants { merchant: Some(merchant) }));
    }
    Ok(tx.commit().await?)
}
