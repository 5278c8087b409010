//! Recognizes sales.

use context::{Ctx, Error as CoreError};

use crate::actions::POST;
use crate::error::Error;
use crate::model::build::{SaleRecognized, sale_recognized};
use crate::model::{Hold, HoldKind, Posted};
use crate::post::Ledger;
use crate::repo::{self, NewHold};

/// A part of an order was earned: posts it and keeps the net on hold until it is released.
///
/// # Errors
/// [`Error::FloorBroken`] while the capture is not posted yet: try again later; [`Error::KeyMismatch`].
pub async fn post_recognized(ctx: &Ctx, input: SaleRecognized) -> Result<Posted, Error> {
    ctx.authorize(POST)?;
    let posting = sale_recognized(&input)?;
    let tx = ctx.begin_write().await?;
    let posted = Ledger::lock(&tx, input.currency).await?.post(vec![posting]).await?;
    let posted = *posted.first().ok_or_else(|| CoreError::internal("a posting got no answer"))?;
    let net = input.components.net_minor();
    if !posted.replayed && net > 0 {
        let hold = Hold {
            id: tx.new_id(),
            kind: HoldKind::Sale,
            merchant_id: input.merchant_id,
            merchant_order_id: input.merchant_order_id,
            currency: input.currency,
            amount_minor: net,
            drawn_minor: 0,
            release_at: input.release_at,
        };
        repo::insert_holds(&tx, vec![NewHold { hold, source_id: input.source_id }]).await?;
    }
    tx.commit().await?;
    Ok(posted)
}
