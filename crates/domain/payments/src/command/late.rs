//! Money that came after its order was given up for want of it: orders decides what becomes of it.

use context::WriteTx;
use kernel::id::PaymentId;

use super::plan::plan_voids;
use crate::error::Error;
use crate::model::Payment;
use crate::repo;

/// Takes a payment whose money came late as if it had come in time. `None` when there is no such money (any more).
/// The caller has authorized.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn accept_late_in_tx(tx: &mut WriteTx, id: PaymentId) -> Result<Option<Payment>, Error> {
    let mut payment = repo::lock_payment(tx, id).await?;
    if !payment.is_late() {
        return Ok(None);
    }
    payment.expired_at = None;
    repo::save_payment(tx, &payment).await?;
    Ok(Some(payment))
}

/// Closes a payment whose money came too late. What is held is given up; what was taken has to be refunded by the
/// caller. `None` when there is no such money (any more). The caller has authorized.
///
/// # Errors
/// `NotFound`; the database error.
pub async fn give_up_late_in_tx(tx: &mut WriteTx, id: PaymentId) -> Result<Option<Payment>, Error> {
    let mut payment = repo::lock_payment(tx, id).await?;
    if !payment.is_late() {
        return Ok(None);
    }
    payment.closed_at = Some(tx.now());
    plan_voids(tx, &mut payment).await?;
    repo::save_payment(tx, &payment).await?;
    Ok(Some(payment))
}
