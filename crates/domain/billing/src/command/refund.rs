//! Refunds of what was earned.

use context::{Ctx, Error as CoreError};

use crate::actions::POST;
use crate::error::Error;
use crate::model::build::{RefundRequested, refund_requested};
use crate::model::{Kind, Posted, draw, input_hash};
use crate::post::Ledger;
use crate::repo;

/// An earned part is to be given back. The merchant's share comes from what is pending of the same merchant order,
/// then from what is available (which may go negative).
///
/// # Errors
/// [`Error::FloorBroken`], [`Error::KeyMismatch`].
pub async fn post_refund_requested(ctx: &Ctx, input: RefundRequested) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let tx = ctx.begin_write().await?;
    let mut ledger = Ledger::lock(&tx, input.currency).await?;
    let key = format!("refund:{}:{}", input.refund_id, input.merchant_order_id);
    let hash = input_hash(Kind::RefundRequested, input.currency, &input);
    // A retry must not draw again.
    if let Some(known) = ledger.known(&key, &hash).await? {
        return Ok(known);
    }
    let holds = repo::open_sales(&tx, input.merchant_order_id).await?;
    let drawn = draw(&holds, input.components.net_minor());
    let from_pending = drawn.iter().map(|(_, share)| share).sum();
    let posted = ledger.post(vec![refund_requested(&input, from_pending)?]).await?;
    for (hold, share) in drawn {
        repo::draw_hold(&tx, hold, share).await?;
    }
    tx.commit().await?;
    Ok(posted.first().copied().ok_or_else(|| CoreError::internal("a posting got no answer"))?)
}
