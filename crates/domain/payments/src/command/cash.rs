//! Cash on delivery.

use context::WriteTx;
use kernel::Money;
use kernel::id::{MerchantOrderId, PaymentId, PaymentOperationId};

use super::bank::record_done;
use crate::error::Error;
use crate::event::{MoneyPlace, PaymentCaptured};
use crate::model::{CaptureMoment, CollectedBy};
use crate::repo;

/// Cash that was taken at the door.
#[derive(Debug, Clone)]
pub struct CodCollected {
    /// The payment of the order.
    pub payment_id: PaymentId,
    /// The merchant order that was delivered.
    pub merchant_order_id: MerchantOrderId,
    /// How much, in minor units of the payment's currency.
    pub amount_minor: i64,
    /// Who has the cash now.
    pub collected_by: CollectedBy,
}

/// Writes down cash taken at the door and tells it as [`PaymentCaptured`]. `None` when nothing was due.
/// The caller has authorized and calls it once per delivery.
///
/// # Errors
/// [`Error::NotPossible`] for another method; [`Error::ExceedsAuthorized`] when more than is due was taken.
pub async fn cod_collected_in_tx(tx: &mut WriteTx, input: CodCollected) -> Result<Option<PaymentOperationId>, Error> {
    if input.amount_minor == 0 {
        return Ok(None);
    }
    let mut payment = repo::lock_payment(tx, input.payment_id).await?;
    if !payment.method().is_some_and(|method| method.capture == CaptureMoment::OnDelivery) {
        return Err(Error::NotPossible("this payment method takes no cash"));
    }
    let due = payment.outstanding_minor();
    if input.amount_minor < 0 || input.amount_minor > due {
        return Err(Error::ExceedsAuthorized { capturable_minor: due });
    }
    let operation = record_done(tx, &mut payment, input.amount_minor, Some(input.merchant_order_id)).await?;
    repo::save_payment(tx, &payment).await?;
    tx.emit(&PaymentCaptured {
        payment: payment.id,
        order: payment.order_id,
        operation,
        merchant_order: Some(input.merchant_order_id),
        amount: Money::new(input.amount_minor, payment.amount.currency),
        place: match input.collected_by {
            CollectedBy::Merchant => MoneyPlace::Merchant,
            CollectedBy::Carrier(code) => MoneyPlace::Carrier(code),
        },
    });
    Ok(Some(operation))
}
