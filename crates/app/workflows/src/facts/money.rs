//! What payments tell, carried to orders.

use orders::command::{LatePayment, MoneyArrived, PaymentAuthorized};
use outbox::{DispatcherBuilder, HandlerResult};
use payments::event::{
    CaptureFailed, PaymentAuthorized as Authorized, PaymentCaptured, PaymentExpired, PaymentFailed, PaymentLate,
    PaymentRefunded, RefundFailed, TransferArrived,
};

use crate::{Deps, retry};

/// Why an order is given up when its payment did not come in time.
const EXPIRED: &str = "payment_expired";

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("order_authorized", move |event: Authorized, _| {
        let ctx = at.ctx();
        async move {
            let input =
                PaymentAuthorized { order: event.order, payment: event.payment, amount_minor: event.amount.minor };
            orders::command::payment_authorized(&ctx, input).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    let builder = builder.on("order_payment_failed", move |event: PaymentFailed, _| {
        let ctx = at.ctx();
        async move {
            let (order, payment) = (event.order, event.payment);
            orders::command::payment_failed(&ctx, order, payment, &event.reason).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    let builder = builder.on("order_payment_expired", move |event: PaymentExpired, _| {
        let ctx = at.ctx();
        async move {
            let (order, payment) = (event.order, event.payment);
            orders::command::payment_failed(&ctx, order, payment, EXPIRED).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    let builder = builder.on("order_payment_late", move |event: PaymentLate, _| {
        let ctx = at.ctx();
        async move {
            let late = LatePayment {
                order: event.order,
                payment: event.payment,
                operation: event.operation,
                amount_minor: event.amount.minor,
            };
            orders::command::late_payment(&ctx, late).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    let builder = builder.on("order_captured", move |event: PaymentCaptured, _| {
        let deps = at.clone();
        async move { captured(&deps, event).await }
    });
    let at = deps.clone();
    let builder = builder.on("order_transfer", move |event: TransferArrived, _| {
        let deps = at.clone();
        async move { transfer(&deps, event).await }
    });
    let at = deps.clone();
    let builder = builder.on("order_capture_failed", move |event: CaptureFailed, _| {
        let ctx = at.ctx();
        async move {
            let Some(part) = event.merchant_order else { return Ok(()) };
            orders::command::capture_failed(&ctx, event.order, part).await.map(drop).map_err(retry)
        }
    });
    refunds(builder, deps)
}

fn refunds(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("order_refunded", move |event: PaymentRefunded, _| {
        let ctx = at.ctx();
        async move {
            // A refund may take several ways; the order hears of it when the last one is done.
            if !event.complete {
                return Ok(());
            }
            orders::command::refund_settled(&ctx, event.refund).await.map(drop).map_err(retry)
        }
    });
    let at = deps.clone();
    builder.on("order_refund_failed", move |event: RefundFailed, _| {
        let ctx = at.ctx();
        async move { orders::command::refund_failed(&ctx, event.refund, &event.reason).await.map(drop).map_err(retry) }
    })
}

async fn captured(deps: &Deps, event: PaymentCaptured) -> HandlerResult {
    let arrived = MoneyArrived {
        order: event.order,
        payment: event.payment,
        merchant_order: event.merchant_order,
        operation: event.operation,
        amount_minor: event.amount.minor,
    };
    orders::command::money_arrived(&deps.ctx(), arrived).await.map(drop).map_err(retry)
}

/// A receipt that no order was found for stays unapplied; somebody matches it by hand.
async fn transfer(deps: &Deps, event: TransferArrived) -> HandlerResult {
    let (Some((payment, order)), Some(operation)) = (event.paid, event.operation) else { return Ok(()) };
    let amount_minor = event.applied_minor;
    let arrived = MoneyArrived { order, payment, merchant_order: None, operation, amount_minor };
    orders::command::money_arrived(&deps.ctx(), arrived).await.map(drop).map_err(retry)
}
