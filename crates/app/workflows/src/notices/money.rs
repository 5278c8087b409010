//! Mails about the money of an order.

use kernel::id::{OrderId, PaymentId};
use mail::Template;
use orders::event::{LatePaymentRefused, OrderRevived, RefundSettled};
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use payments::event::{PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentLinkMade, TransferArrived};
use serde_json::json;

use super::orders::{letter, mails_on};
use super::{amount, day, words};
use crate::post::leave;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_refund": RefundSettled => refund;
        "mail_payment_failed": PaymentFailed => payment_failed;
        "mail_payment_received": TransferArrived => transfer;
        "mail_link_authorized": PaymentAuthorized => authorized;
        "mail_link_captured": PaymentCaptured => captured;
        "mail_payment_link": PaymentLinkMade => payment_link;
        "mail_order_revived": OrderRevived => revived;
        "mail_payment_too_late": LatePaymentRefused => too_late;
    }
}

async fn refund(deps: &Deps, event: RefundSettled, _: &StoredEvent) -> HandlerResult {
    // Units that cost nothing came back: there is nothing to look for on an account.
    if event.gross_minor == 0 {
        return Ok(());
    }
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(event.gross_minor), "reason": null });
    leave(deps, vec![letter.to_buyer(Template::RefundIssued, event.refund, more)]).await
}

async fn payment_failed(deps: &Deps, event: PaymentFailed, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let payment = payments::query::payment(&deps.ctx(), event.payment).await.map_err(retry)?;
    let reason = words::decline(&event.reason, &letter.locale);
    let more = json!({ "amount": amount(payment.amount, &letter.locale), "reason": reason });
    leave(deps, vec![letter.to_buyer(Template::PaymentFailed, event.payment, more)]).await
}

/// Whoever has the link can pay; it is mailed once, however often the fact is told. A link that is made anew is another.
async fn payment_link(deps: &Deps, event: PaymentLinkMade, stored: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({
        "amount": amount(event.amount, &letter.locale),
        "pay_url": format!("{}/pay?secret={}", deps.public_url, event.secret.reveal()),
        "expires_on": event.expires_at.map(|at| day(at.date_naive(), &letter.locale)),
    });
    leave(deps, vec![letter.to_buyer(Template::PaymentLink, stored.id, more)]).await
}

/// Told when a transfer completes the payment. Who pays by card while ordering has seen that it was paid.
async fn transfer(deps: &Deps, event: TransferArrived, _: &StoredEvent) -> HandlerResult {
    let Some((payment, order)) = event.paid.filter(|_| event.fully_paid) else { return Ok(()) };
    received(deps, order, payment, event.applied_before_minor + event.applied_minor).await
}

async fn authorized(deps: &Deps, event: PaymentAuthorized, _: &StoredEvent) -> HandlerResult {
    paid_by_link(deps, event.order, event.payment).await
}

async fn captured(deps: &Deps, event: PaymentCaptured, _: &StoredEvent) -> HandlerResult {
    paid_by_link(deps, event.order, event.payment).await
}

/// Who pays by a link does it later than the order was placed, and hears that it worked.
async fn paid_by_link(deps: &Deps, order: OrderId, id: PaymentId) -> HandlerResult {
    let payment = payments::query::payment(&deps.ctx(), id).await.map_err(retry)?;
    if payment.is_by_link() { received(deps, order, id, payment.amount.minor).await } else { Ok(()) }
}

async fn received(deps: &Deps, order: OrderId, payment: PaymentId, minor: i64) -> HandlerResult {
    let letter = letter(deps, order).await?;
    let more = json!({ "amount": letter.money(minor) });
    leave(deps, vec![letter.to_buyer(Template::PaymentReceived, payment, more)]).await
}

/// The buyer had heard that the order was canceled; now it is paid and goes on.
async fn revived(deps: &Deps, event: OrderRevived, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(letter.order.total_minor) });
    leave(deps, vec![letter.to_buyer(Template::PaymentReceived, event.order, more)]).await
}

async fn too_late(deps: &Deps, event: LatePaymentRefused, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(event.amount_minor) });
    leave(deps, vec![letter.to_buyer(Template::PaymentTooLate, event.operation, more)]).await
}
