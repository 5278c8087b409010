//! Handing an order to its merchants.

use chrono::Duration;
use context::{Ctx, WriteTx};
use kernel::id::{MerchantId, OrderId, PaymentId};
use serde_json::json;

use super::money::capture_gift;
use super::standing;
use super::work::{Work, timeline};
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::{Order, event};
use crate::event::{MerchantOrderAccepted, MerchantOrderReleased};
use crate::model::book::Book;
use crate::model::status::{CaptureTiming, MerchantOrderState, Outcome};

/// Hands an order to its merchants; called when the condition of its payment method is met. Merchants that accept
/// by themselves have accepted afterwards. Calling it again, or for a canceled order, does nothing.
///
/// # Errors
/// Not found; the database error.
pub async fn release(ctx: &Ctx, order: OrderId) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let payment = work.book.order.payment_id;
    release_in(&mut work, payment).await?;
    Ok(work.finish().await?.order)
}

/// The same inside a command on the order, for the merchant orders that one payment is for.
pub(super) async fn release_in(work: &mut Work, payment: PaymentId) -> Result<(), Error> {
    if !waits(&work.book, payment) {
        return Ok(());
    }
    promise_anew(work, payment);
    let hours = work.market.settings.accept_within_hours;
    let barred = standing::barred(work).await?;
    let steps = hand_over(&work.ctx, &mut work.tx, &mut work.book, payment, hours, &barred);
    work.add_steps(steps);
    let accepted: Vec<_> =
        work.book.parts_of(payment).filter(|p| p.outcome.is_some() && p.captured_minor == 0).collect();
    let accepted: Vec<_> =
        accepted.into_iter().filter(|p| p.capture == CaptureTiming::OnAcceptance).map(|p| p.id).collect();
    for part in accepted {
        work.request_capture(part).await?;
    }
    let paid: Vec<_> =
        work.book.parts_of(payment).filter(|p| p.capture == CaptureTiming::OnPayment).map(|p| p.id).collect();
    for part in paid {
        capture_gift(work, part).await?;
    }
    Ok(())
}

/// Whether a merchant order waits for this payment.
pub(super) fn waits(book: &Book, payment: PaymentId) -> bool {
    let waits = |part: &crate::MerchantOrder| part.released_at.is_none() && part.state != MerchantOrderState::Canceled;
    book.parts_of(payment).any(waits)
}

/// The money of a merchant order may come so much later without moving what was promised.
const PROMPT: Duration = Duration::hours(1);

/// A merchant can send nothing before the money is there: when it came late, the promise counts from now on. It is made
/// of what was frozen at placement, and never becomes earlier.
fn promise_anew(work: &mut Work, payment: PaymentId) {
    let now = work.tx.now();
    let late = |part: &&crate::MerchantOrder| part.released_at.is_none() && now - part.placed_at > PROMPT;
    let parts: Vec<_> = work.book.parts_of(payment).filter(late).map(|part| part.id).collect();
    for id in parts {
        for row in work.book.fulfillments.iter_mut().filter(|row| row.merchant_order_id == id) {
            let promise = row.promise_terms.promise(now);
            if promise.ship_by > row.ship_by {
                (row.ship_by, row.deliver_from) = (promise.ship_by, promise.deliver_from);
                row.deliver_to = promise.deliver_to;
            }
        }
        let own = || work.book.fulfillments.iter().filter(|row| row.merchant_order_id == id);
        let ship_by = own().map(|row| row.ship_by).max();
        let deliver_from = own().map(|row| row.deliver_from).min();
        let deliver_to = own().map(|row| row.deliver_to).max();
        let Some(part) = work.book.parts.iter_mut().find(|part| part.id == id) else { continue };
        part.ship_by = ship_by.unwrap_or(part.ship_by);
        part.deliver_from = deliver_from.unwrap_or(part.deliver_from);
        part.deliver_to = deliver_to.unwrap_or(part.deliver_to);
        let placed_at = part.placed_at;
        work.note("promise_moved", Some(id), &json!({ "from": placed_at, "to": now }));
    }
}

/// Releases every part of a payment that is not canceled, in memory, and tells of it. `barred` merchants accept nothing
/// by themselves.
pub(super) fn hand_over(
    ctx: &Ctx,
    tx: &mut WriteTx,
    book: &mut Book,
    payment: PaymentId,
    hours: u32,
    barred: &[MerchantId],
) -> Vec<event::ActiveModel> {
    let now = tx.now();
    let accept_by = now + Duration::hours(hours.into());
    let order = book.order.id;
    book.order.released_at = book.order.released_at.or(Some(now));
    let mut steps = Vec::new();
    for index in 0..book.parts.len() {
        let (part, merchant) = (book.parts[index].id, book.parts[index].merchant_id);
        let row = &book.parts[index];
        let waits = row.payment_id == payment && row.released_at.is_none();
        if !waits || row.state == MerchantOrderState::Canceled {
            continue;
        }
        let accepted_minor = book.due(part);
        let row = &mut book.parts[index];
        row.released_at = Some(now);
        row.accept_by = Some(accept_by);
        tx.emit(&MerchantOrderReleased { order, merchant_order: part, merchant, accept_by });
        steps.push(timeline(ctx, ctx.new_id(), order, Some(part), "released", &json!({ "accept_by": accept_by }), now));
        if row.auto_accept && !barred.contains(&merchant) {
            row.outcome = Some(Outcome::Accepted);
            row.decided_at = Some(now);
            tx.emit(&MerchantOrderAccepted { order, merchant_order: part, merchant, accepted_minor, automatic: true });
            let data = json!({ "automatic": true, "accepted_minor": accepted_minor });
            steps.push(timeline(ctx, ctx.new_id(), order, Some(part), "accepted", &data, now));
        }
    }
    steps
}
