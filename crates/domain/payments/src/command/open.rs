//! Opens the payment of an order.

use chrono::{DateTime, Utc};
use context::WriteTx;
use kernel::id::{OrderId, PaymentId};
use kernel::{Invalid, Money};

use super::plan::{Wanted, plan};
use crate::error::Error;
use crate::event::PaymentAuthorized;
use crate::model::{Amounts, OperationKind, Payment, method, token_line};
use crate::repo;

/// The payment to open. The order is written in the same transaction.
#[derive(Debug, Clone)]
pub struct OpenPayment {
    /// The order to be paid.
    pub order_id: OrderId,
    /// The number the buyer writes into a bank transfer.
    pub order_number: String,
    /// Code of the method; see [`crate::methods`].
    pub method: String,
    /// What the order costs.
    pub amount: Money,
    /// The card as a token of the provider, for methods that need one.
    pub token: Option<String>,
    /// Until when it must be completed; `None` takes the method's own time.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Opens the payment and plans the authorization where the method has one. The caller has authorized.
///
/// # Errors
/// [`Invalid`] for `payment.method` or `payment.token`; the database error.
pub async fn open_in_tx(tx: &mut WriteTx, input: OpenPayment) -> Result<PaymentId, Error> {
    let unknown = || Invalid::new("payment.method", "UNKNOWN_METHOD", "is not a payment method");
    let method = method(&input.method).ok_or_else(unknown)?;
    if input.amount.minor < 0 {
        return Err(Invalid::new("amount", "OUT_OF_RANGE", "must not be negative").into());
    }
    let token = if method.needs_token() { Some(token_line(input.token.as_deref())?) } else { None };
    let nothing_to_pay = input.amount.minor == 0;
    let expires_at = input.expires_at.or_else(|| method.expires_after.map(|after| tx.now() + after));
    let mut payment = Payment {
        id: tx.new_id(),
        order_id: input.order_id,
        order_number: input.order_number,
        method: method.code.to_owned(),
        amount: input.amount,
        amounts: Amounts::default(),
        failure: None,
        expires_at: expires_at.filter(|_| !nothing_to_pay),
        expired_at: None,
        closed_at: None,
        created_at: tx.now(),
        provider: method.provider.map(str::to_owned),
        token,
        charge: None,
        version: 1,
    };
    repo::insert_payment(tx, &payment).await?;
    if nothing_to_pay {
        tx.emit(&PaymentAuthorized { payment: payment.id, order: payment.order_id, amount: payment.amount });
    } else if payment.provider.is_some() {
        let wanted = Wanted::of(OperationKind::Authorize, payment.amount.minor);
        plan(tx, &mut payment, wanted).await?;
        repo::save_payment(tx, &payment).await?;
    }
    Ok(payment.id)
}

/// Tries a refused authorization again with another token. The caller has authorized.
///
/// # Errors
/// [`Error::NotPossible`] unless the last try was refused and the payment is open; `Invalid` for `payment.token`.
pub async fn authorize_again_in_tx(tx: &mut WriteTx, id: PaymentId, token: &str) -> Result<(), Error> {
    let token = token_line(Some(token))?;
    let mut payment = repo::lock_payment(tx, id).await?;
    let idle = payment.amounts == Amounts::default();
    if payment.failure.is_none() || payment.closed_at.is_some() || payment.provider.is_none() || !idle {
        return Err(Error::NotPossible("only a refused card payment can be tried again"));
    }
    payment.failure = None;
    payment.token = Some(token);
    let wanted = Wanted::of(OperationKind::Authorize, payment.amount.minor);
    plan(tx, &mut payment, wanted).await?;
    repo::save_payment(tx, &payment).await
}
