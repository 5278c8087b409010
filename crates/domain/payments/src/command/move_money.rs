//! Captures, voids and refunds, as orders wants them.

use context::WriteTx;
use kernel::id::{MerchantOrderId, PaymentId, PaymentOperationId, RefundId};

use super::covered::{self, disputed};
use super::owed;
use super::plan::{Wanted, plan, plan_voids};
use crate::error::Error;
use crate::model::{CaptureMoment, Method, OperationKind, Payment, Source, sources, spread};
use crate::provider::INVOICE;
use crate::repo;

/// The money of a merchant order to be taken.
#[derive(Debug, Clone)]
pub struct CapturePart {
    /// The payment of the order.
    pub payment_id: PaymentId,
    /// How much, in minor units of the payment's currency.
    pub amount_minor: i64,
    /// The merchant order it is for.
    pub merchant_order_id: MerchantOrderId,
}

/// Money to be given back to the buyer.
#[derive(Debug, Clone)]
pub struct RefundPart {
    /// The payment of the order.
    pub payment_id: PaymentId,
    /// How much, in minor units of the payment's currency.
    pub amount_minor: i64,
    /// The refund of the order; comes back with the event.
    pub refund_id: RefundId,
    /// The merchant order whose goods are paid back.
    pub merchant_order_id: Option<MerchantOrderId>,
    /// Whether the goods did not leave or will not arrive: what is disputed of their money is not refused, it follows
    /// the dispute.
    pub undone: bool,
}

/// Plans the capture of a merchant order's part; [`crate::event::PaymentCaptured`] tells when it happened, once for
/// each source that gives money (the buyer's credit, the card). Empty when there is nothing to take. The caller has
/// authorized.
///
/// # Errors
/// [`Error::ExceedsAuthorized`]; [`Error::NotPossible`] when the method captures otherwise or the payment is closed.
pub async fn capture_in_tx(tx: &mut WriteTx, input: CapturePart) -> Result<Vec<PaymentOperationId>, Error> {
    if input.amount_minor == 0 {
        return Ok(Vec::new());
    }
    let mut payment = repo::lock_payment(tx, input.payment_id).await?;
    if !payment.method().is_some_and(Method::holds) {
        return Err(Error::NotPossible("this payment method is not captured on request"));
    }
    if payment.closed_at.is_some() {
        return Err(Error::NotPossible("the payment is closed"));
    }
    let sources = repo::sources_of(tx, payment.id).await?;
    let capturable_minor = sources.iter().map(Source::capturable_minor).sum();
    let exceeds = Error::ExceedsAuthorized { capturable_minor };
    if input.amount_minor < 0 {
        return Err(exceeds);
    }
    let shares = spread(&sources, &payment.capture_order, input.amount_minor, Source::capturable_minor);
    let mut planned = Vec::new();
    for (source, share) in shares.ok_or(exceeds)? {
        let mut wanted = Wanted::at(source, OperationKind::Capture, share);
        wanted.merchant_order_id = Some(input.merchant_order_id);
        planned.push(plan(tx, &mut payment, wanted).await?.id);
    }
    repo::save_payment(tx, &payment).await?;
    Ok(planned)
}

/// The order wants no more money: closes the payment and gives up what is held and neither taken nor about to be.
/// What is authorized only later is given up at once. Calling it again does nothing, nor does it touch money that came
/// too late and waits for a decision. The caller has authorized.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn void_rest_in_tx(tx: &mut WriteTx, payment_id: PaymentId) -> Result<(), Error> {
    let mut payment = repo::lock_payment(tx, payment_id).await?;
    if payment.closed_at.is_some() || payment.is_late() {
        return Ok(());
    }
    payment.closed_at = Some(tx.now());
    plan_voids(tx, &mut payment).await?;
    repo::save_payment(tx, &payment).await
}

/// Plans a refund; [`crate::event::PaymentRefunded`] tells when the buyer has the money, once for each source it goes
/// back to. Where no provider moves money, the operator pays by hand and confirms it ([`crate::confirm_refund`]).
/// What a bank disputes of what is undone waits for its decision; what it took for good is with the buyer already. Empty
/// when there is nothing to give back. The caller has authorized.
///
/// # Errors
/// [`Error::ExceedsCaptured`].
pub async fn refund_in_tx(tx: &mut WriteTx, input: RefundPart) -> Result<Vec<PaymentOperationId>, Error> {
    if input.amount_minor == 0 {
        return Ok(Vec::new());
    }
    let mut payment = repo::lock_payment(tx, input.payment_id).await?;
    let operations = repo::operations_of(tx, payment.id).await?;
    let mut sources = sources(&operations);
    // What a bank disputes is gone already, or may be gone tomorrow.
    let disputes = disputed(tx, payment.id, &operations).await?;
    // Nor does anybody get back what was written off and never paid.
    let on_account = payment.method().is_some_and(|method| method.capture == CaptureMoment::OnShipment);
    let lost = if on_account { owed::lost_minor(tx, &[payment.id]).await? } else { 0 };
    let refundable_minor = payment.amounts.refundable_minor() - covered::sum(&disputes) - lost;
    let exceeds = || Error::ExceedsCaptured { refundable_minor };
    let by_bank = if input.undone { covered::shares(&disputes, &input, refundable_minor) } else { Vec::new() };
    let now = input.amount_minor - by_bank.iter().map(|(_, share)| share).sum::<i64>();
    if input.amount_minor < 0 || now > refundable_minor {
        return Err(exceeds());
    }
    if on_account {
        return credit_note(tx, payment, &input).await;
    }
    let wanted = |source: &Source, share: i64| {
        let mut wanted = Wanted::at(source, OperationKind::Refund, share);
        wanted.refund_id = Some(input.refund_id);
        wanted.refund_total_minor = Some(input.amount_minor);
        wanted
    };
    let mut planned = Vec::new();
    for (dispute, share) in by_bank {
        for (source, share) in covered::take(&mut sources, &payment, share).ok_or_else(exceeds)? {
            let mut wanted = wanted(&source, share);
            wanted.dispute = Some((dispute.id, dispute.state));
            planned.push(plan(tx, &mut payment, wanted).await?.id);
        }
    }
    let shares = spread(&sources, &payment.refund_order, now, Source::refundable_minor);
    for (source, share) in shares.ok_or_else(exceeds)? {
        planned.push(plan(tx, &mut payment, wanted(source, share)).await?.id);
    }
    repo::save_payment(tx, &payment).await?;
    Ok(planned)
}

/// A refund on account: less is owed as far as something is open, the rest was paid and is transferred back by hand.
async fn credit_note(
    tx: &mut WriteTx,
    mut payment: Payment,
    input: &RefundPart,
) -> Result<Vec<PaymentOperationId>, Error> {
    let owed = owed::open_minor(tx, &[payment.id]).await?.min(input.amount_minor);
    let line = owed::agreed(tx, payment.id).await?.line_id;
    let mut planned = Vec::new();
    for (provider, share) in [(Some(INVOICE), owed), (None, input.amount_minor - owed)] {
        if share > 0 {
            let mut wanted = Wanted::of(OperationKind::Refund, share, provider.map(str::to_owned));
            wanted.charge = provider.map(|_| line.to_string());
            wanted.merchant_order_id = input.merchant_order_id;
            wanted.refund_id = Some(input.refund_id);
            wanted.refund_total_minor = Some(input.amount_minor);
            planned.push(plan(tx, &mut payment, wanted).await?.id);
        }
    }
    repo::save_payment(tx, &payment).await?;
    Ok(planned)
}

/// The order wants at most `keep_minor` more of what is held; the rest is given up. For methods that take the money when
/// the goods leave. The caller has authorized.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn hold_at_most_in_tx(tx: &mut WriteTx, payment_id: PaymentId, keep_minor: i64) -> Result<(), Error> {
    let mut payment = repo::lock_payment(tx, payment_id).await?;
    let mut keep = keep_minor;
    for source in repo::sources_of(tx, payment.id).await? {
        let held = source.capturable_minor();
        let over = held - keep.min(held);
        keep -= held - over;
        if over > 0 {
            plan(tx, &mut payment, Wanted::at(&source, OperationKind::Void, over)).await?;
        }
    }
    repo::save_payment(tx, &payment).await
}
