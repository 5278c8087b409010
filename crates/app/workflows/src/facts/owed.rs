//! What buyers owe on account, carried to orders and to the ledger.

use billing::PauseReason;
use billing::command::post_invoice_paid;
use billing::model::build::{InvoicePaid as Paid, RecoveredPart};
use kernel::id::MerchantOrderId;
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use payments::event::{CompanyCreditReturned, CompanyCreditUsed, InvoicePaid, ReceivableChanged, Recovered};

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
    let builder = builder.on("ledger_company_credit_used", move |event: CompanyCreditUsed, stored| {
        let deps = at.clone();
        async move { credit_used(&deps, event, &stored).await }
    });
    let at = deps.clone();
    let builder = builder.on("ledger_company_credit_returned", move |event: CompanyCreditReturned, stored| {
        let deps = at.clone();
        async move { credit_returned(&deps, event, &stored).await }
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
        recovered: recovered(&event.recovered),
        credit: event.credit.map(|account| account.to_string()),
        credited_minor: event.credited_minor,
        at: stored.occurred_at,
    };
    post_invoice_paid(&deps.ctx(), input).await.map(drop).map_err(retry)
}

fn recovered(parts: &[Recovered]) -> Vec<RecoveredPart> {
    parts.iter().map(|part| RecoveredPart { receivable_id: part.receivable, minor: part.minor }).collect()
}

async fn credit_used(deps: &Deps, event: CompanyCreditUsed, stored: &StoredEvent) -> HandlerResult {
    let input = billing::CompanyCreditUsed {
        entry_id: event.entry,
        account: event.account.to_string(),
        order_id: event.order,
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        applied_minor: event.applied_minor,
        recovered: recovered(&event.recovered),
        at: stored.occurred_at,
    };
    billing::post_company_credit_used(&deps.ctx(), input).await.map(drop).map_err(retry)
}

async fn credit_returned(deps: &Deps, event: CompanyCreditReturned, stored: &StoredEvent) -> HandlerResult {
    let input = billing::CompanyCreditReturned {
        entry_id: event.entry,
        account: event.account.to_string(),
        currency: event.amount.currency,
        amount_minor: event.amount.minor,
        at: stored.occurred_at,
    };
    billing::post_company_credit_returned(&deps.ctx(), input).await.map(drop).map_err(retry)
}
