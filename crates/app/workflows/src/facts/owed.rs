//! What buyers owe on account, carried to orders and to the ledger.

use billing::PauseReason;
use billing::command::post_invoice_paid;
use billing::model::build::InvoicePaid as Paid;
use kernel::id::MerchantOrderId;
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use payments::event::{InvoicePaid, ReceivableChanged};

use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let at = deps.clone();
    let builder = builder.on("order_owed", move |event: ReceivableChanged, _| {
        let ctx = at.ctx();
        async move { orders::command::owed_changed(&ctx, event.order).await.map(drop).map_err(retry) }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_owed", move |event: ReceivableChanged, _| {
        let deps = at.clone();
        async move {
            let Some(part) = event.merchant_order else { return Ok(()) };
            wait_for_buyer(&deps, part).await
        }
    });
    let at = deps.clone();
    builder.on("ledger_invoice_paid", move |event: InvoicePaid, stored| {
        let deps = at.clone();
        async move { paid(&deps, event, &stored).await }
    })
}

/// Earnings of what was bought on account wait until the buyer has paid, unless the operator guarantees them.
pub(super) async fn wait_for_buyer(deps: &Deps, part: MerchantOrderId) -> HandlerResult {
    let ctx = deps.ctx();
    let Some(owed) = payments::query::owed_on(ctx.read(), part).await.map_err(retry)? else { return Ok(()) };
    if owed.waits {
        billing::pause(&ctx, part, PauseReason::Unpaid, owed.step).await.map_err(retry)
    } else {
        billing::resume(&ctx, part, PauseReason::Unpaid, owed.step).await.map_err(retry)
    }
}

async fn paid(deps: &Deps, event: InvoicePaid, stored: &StoredEvent) -> HandlerResult {
    let input = Paid {
        receipt_id: event.receipt,
        order_id: event.order,
        currency: event.amount.currency,
        received_minor: if event.matched_later { 0 } else { event.amount.minor },
        applied_minor: event.applied_minor,
        at: stored.occurred_at,
    };
    post_invoice_paid(&deps.ctx(), input).await.map(drop).map_err(retry)
}
