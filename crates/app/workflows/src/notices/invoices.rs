//! Mails about what was bought on account.

use billing::event::SaleInvoiceIssued;
use mail::Template;
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use payments::event::{ReceivableOverdue, ReceivablePaid};
use serde_json::json;

use super::day;
use super::orders::{letter, mails_on};
use crate::post::leave;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_invoice_issued": SaleInvoiceIssued => issued;
        "mail_invoice_overdue": ReceivableOverdue => overdue;
        "mail_invoice_paid": ReceivablePaid => paid;
    }
}

/// A credit note has no mail: `refund_issued` tells of the money.
async fn issued(deps: &Deps, event: SaleInvoiceIssued, _: &StoredEvent) -> HandlerResult {
    if event.is_credit_note {
        return Ok(());
    }
    let letter = letter(deps, event.order).await?;
    let invoice = billing::query::sale_invoice(&deps.ctx(), event.invoice).await.map_err(retry)?;
    let more = json!({
        "merchant_name": invoice.content.seller.legal_name,
        "invoice_number": invoice.number,
        "amount": letter.money(invoice.payable_minor()),
        "due_on": invoice.content.due_on.map(|on| day(on, &letter.locale)),
        "payee_name": invoice.content.payee.legal_name,
    });
    leave(deps, vec![letter.to_buyer(Template::InvoiceIssued, event.invoice, more)]).await
}

/// What was paid before the mail was written needs none.
async fn overdue(deps: &Deps, event: ReceivableOverdue, _: &StoredEvent) -> HandlerResult {
    let ctx = deps.ctx();
    let owed = payments::query::receivable_on(ctx.read(), event.receivable).await.map_err(retry)?;
    if owed.settled_at.is_some() {
        return Ok(());
    }
    let letter = letter(deps, event.order).await?;
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let more = json!({
        "amount": letter.money(owed.open_minor()),
        "due_on": day(owed.due_on, &letter.locale),
        "step": event.step,
        "payee_name": market.settings.operator.legal_name,
    });
    let name = format!("{}:{}", event.receivable, event.step);
    leave(deps, vec![letter.to_buyer(Template::InvoiceOverdue, name, more)]).await
}

async fn paid(deps: &Deps, event: ReceivablePaid, _: &StoredEvent) -> HandlerResult {
    let owed = payments::query::receivable_on(deps.ctx().read(), event.receivable).await.map_err(retry)?;
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(owed.amount.minor) });
    leave(deps, vec![letter.to_buyer(Template::InvoicePaid, event.receivable, more)]).await
}
