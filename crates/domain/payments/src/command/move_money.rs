//! Captures, voids and refunds, as orders wants them.

use context::WriteTx;
use kernel::id::{MerchantOrderId, PaymentId, PaymentOperationId, RefundId};

use super::dispute::disputed;
use super::plan::{Wanted, plan};
use crate::error::Error;
use crate::model::{CaptureMoment, OperationKind};
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
}

/// Plans the capture of a merchant order's part; [`crate::event::PaymentCaptured`] tells when it happened.
/// `None` when there is nothing to take. The caller has authorized.
///
/// # Errors
/// [`Error::ExceedsAuthorized`]; [`Error::NotPossible`] when the method captures otherwise or the payment is closed.
pub async fn capture_in_tx(tx: &mut WriteTx, input: CapturePart) -> Result<Option<PaymentOperationId>, Error> {
    if input.amount_minor == 0 {
        return Ok(None);
    }
    let mut payment = repo::lock_payment(tx, input.payment_id).await?;
    let on_acceptance = payment.method().is_some_and(|method| method.capture == CaptureMoment::OnAcceptance);
    if !on_acceptance {
        return Err(Error::NotPossible("this payment method is not captured on request"));
    }
    if payment.closed_at.is_some() {
        return Err(Error::NotPossible("the payment is closed"));
    }
    let capturable_minor = payment.amounts.capturable_minor();
    if input.amount_minor < 0 || input.amount_minor > capturable_minor {
        return Err(Error::ExceedsAuthorized { capturable_minor });
    }
    let mut wanted = Wanted::of(OperationKind::Capture, input.amount_minor);
    wanted.merchant_order_id = Some(input.merchant_order_id);
    let operation = plan(tx, &mut payment, wanted).await?;
    repo::save_payment(tx, &payment).await?;
    Ok(Some(operation.id))
}

/// The order wants no more money: closes the payment and gives up what is held and neither taken nor about to be.
/// What is authorized only later is given up at once. Calling it again does nothing. The caller has authorized.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn void_rest_in_tx(tx: &mut WriteTx, payment_id: PaymentId) -> Result<(), Error> {
    let mut payment = repo::lock_payment(tx, payment_id).await?;
    if payment.closed_at.is_some() {
        return Ok(());
    }
    payment.closed_at = Some(tx.now());
    let rest = payment.amounts.capturable_minor();
    if rest > 0 && payment.provider.is_some() {
        plan(tx, &mut payment, Wanted::of(OperationKind::Void, rest)).await?;
    }
    repo::save_payment(tx, &payment).await
}

/// Plans a refund; [`crate::event::PaymentRefunded`] tells when the buyer has the money. Where no provider moves
/// money, the operator pays by hand and confirms it ([`crate::confirm_refund`]). `None` when there is nothing to
/// give back. The caller has authorized.
///
/// # Errors
/// [`Error::ExceedsCaptured`].
pub async fn refund_in_tx(tx: &mut WriteTx, input: RefundPart) -> Result<Option<PaymentOperationId>, Error> {
    if input.amount_minor == 0 {
        return Ok(None);
    }
    let mut payment = repo::lock_payment(tx, input.payment_id).await?;
    // What a bank disputes is gone already, or may be gone tomorrow.
    let refundable_minor = payment.amounts.refundable_minor() - disputed(tx, payment.id).await?;
    if input.amount_minor < 0 || input.amount_minor > refundable_minor {
        return Err(Error::ExceedsCaptured { refundable_minor });
    }
    let mut wanted = Wanted::of(OperationKind::Refund, input.amount_minor);
    wanted.refund_id = Some(input.refund_id);
    let operation = plan(tx, &mut payment, wanted).await?;
    repo::save_payment(tx, &payment).await?;
    Ok(Some(operation.id))
}
