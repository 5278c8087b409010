//! Money that came after the order was given up for want of it.

use context::Ctx;
use inventory::{Reserve, reserve_in_tx};
use kernel::id::{OrderId, PaymentId, PaymentOperationId};
use payments::{accept_late_in_tx, give_up_late_in_tx};
use serde_json::json;

use super::money::{MoneyArrived, arrived_in};
use super::release::release_in;
use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::Order;
use crate::event::{LatePaymentRefused, OrderRevived};
use crate::model::status::{CaptureTiming, OrderState};

/// Money that came late.
#[derive(Debug, Clone, Copy)]
pub struct LatePayment {
    /// The order.
    pub order: OrderId,
    /// The payment.
    pub payment: PaymentId,
    /// The operation that brought it.
    pub operation: PaymentOperationId,
    /// How much, in minor units.
    pub amount_minor: i64,
}

impl LatePayment {
    fn arrived(self) -> MoneyArrived {
        let Self { order, payment, operation, amount_minor } = self;
        MoneyArrived { order, payment, merchant_order: None, operation, amount_minor }
    }
}

/// What became of an order whose money came late.
#[derive(Debug, Clone, PartialEq)]
pub enum Late {
    /// Its stock could be reserved again: it goes on as if the money had come in time.
    Revived(Order),
    /// Its stock is gone, or it had been canceled for another reason: the money goes back.
    GivenUp(Order),
    /// That was decided before.
    Settled(Order),
}

/// Decides what becomes of an order whose money came late. Saying it again changes nothing.
///
/// # Errors
/// Not found; the database error.
pub async fn late_payment(ctx: &Ctx, input: LatePayment) -> Result<Late, Error> {
    ctx.authorize(DRIVE)?;
    match revive(ctx, input).await {
        Ok(Some(order)) => return Ok(Late::Revived(order)),
        // Somebody else has the goods by now. Nothing was written.
        Ok(None) | Err(Error::OutOfStock(_)) => {}
        Err(error) => return Err(error),
    }
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, input.order).await?;
    if give_up_late_in_tx(&mut work.tx, input.payment).await?.is_none() {
        return Ok(Late::Settled(work.book.order));
    }
    work.note("payment_too_late", None, &json!({ "amount_minor": input.amount_minor }));
    let (order, operation, amount_minor) = (input.order, input.operation, input.amount_minor);
    work.tx.emit(&LatePaymentRefused { order, operation, amount_minor });
    if work.book.parts_of(input.payment).all(|part| part.capture == CaptureTiming::OnPayment) {
        arrived_in(&mut work, &input.arrived()).await?;
    }
    Ok(Late::GivenUp(work.finish().await?.order))
}

/// Takes the money and, where the order was canceled for want of it, reserves its stock again. `None` when that is
/// not possible.
async fn revive(ctx: &Ctx, input: LatePayment) -> Result<Option<Order>, Error> {
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, input.order).await?;
    // What was added to an order later is not brought back: its goods were taken out long ago.
    if work.book.order.released_at.is_some() || input.payment != work.book.order.payment_id {
        return Ok(None);
    }
    if accept_late_in_tx(&mut work.tx, work.book.order.payment_id).await?.is_none() {
        return Ok(None);
    }
    if work.book.order.state == OrderState::Canceled {
        let wanted = work.book.revive();
        let reserves: Vec<Reserve> = wanted
            .into_iter()
            .filter_map(|promised| {
                let line = work.book.lines.iter().find(|line| line.id == promised.line)?;
                Some(Reserve {
                    order_line_id: promised.line,
                    stock_item_id: line.stock_item_id,
                    location_id: promised.location,
                    quantity: promised.quantity,
                })
            })
            .collect();
        match reserve_in_tx(&mut work.tx, &reserves).await {
            Ok(()) => {}
            Err(inventory::Error::OutOfStock { .. }) => return Err(Error::OutOfStock(Vec::new())),
            Err(error) => return Err(error.into()),
        }
        work.book.order.state = OrderState::Placed;
        work.tx.emit(&OrderRevived { order: input.order });
        work.note("revived", None, &json!({}));
    }
    work.note("payment_late", None, &json!({ "amount_minor": input.amount_minor }));
    if work.book.order.capture == CaptureTiming::OnPayment {
        arrived_in(&mut work, &input.arrived()).await?;
    } else {
        work.book.order.authorized_minor = input.amount_minor;
        release_in(&mut work, input.payment).await?;
    }
    Ok(Some(work.finish().await?.order))
}
