//! Payments that wait for their buyer to open a link.

use context::{Ctx, Error as CoreError, WriteTx};
use kernel::id::PaymentId;

use super::open::opening;
use super::plan::{Wanted, plan};
use crate::actions::{MAKE_LINK, PAY_BY_LINK};
use crate::error::Error;
use crate::event::PaymentLinkMade;
use crate::model::{LinkSecret, Payment, return_line, token_line};
use crate::repo;

/// Pays by a link.
#[derive(Debug, Clone)]
pub struct PayByLink {
    /// The secret of the link.
    pub secret: String,
    /// The card or wallet as a token of the provider.
    pub token: String,
    /// Where the buyer's browser returns after the provider sent it to a page of its own.
    pub return_url: Option<String>,
}

/// Hands over what the buyer pays with. Whoever has the link may, until it is paid or its time is over; refused money
/// can be tried again. While a try is on its way, another one does nothing.
///
/// # Errors
/// `NotFound` for a link that does not work (any more); `Invalid` for `payment.token` and `payment.returnUrl`;
/// [`Error::NotPossible`] when it is closed.
pub async fn pay_by_link(ctx: &Ctx, input: PayByLink) -> Result<Payment, Error> {
    ctx.authorize(PAY_BY_LINK)?;
    let (token, return_url) = (token_line(Some(&input.token))?, return_line(input.return_url.as_deref())?);
    let mut tx = ctx.begin_write().await?;
    let found = repo::payment_by_link(&*tx, &input.secret).await?;
    let mut payment = repo::lock_payment(&tx, found.id).await?;
    if payment.link_hash != found.link_hash {
        return Err(CoreError::NotFound("payment").into());
    }
    if payment.closed_at.is_some() {
        return Err(Error::NotPossible("the payment is closed"));
    }
    if !payment.waits_for_buyer() {
        return Ok(payment);
    }
    let method = payment.method().ok_or(Error::NotPossible("this payment method is not offered any more"))?;
    payment.failure = None;
    payment.token = Some(token);
    payment.return_url = return_url;
    let (minor, provider) = (payment.by_method_minor(), payment.provider.clone());
    plan(&mut tx, &mut payment, Wanted::of(opening(method), minor, provider)).await?;
    repo::save_payment(&tx, &payment).await?;
    tx.commit().await?;
    Ok(payment)
}

/// Makes a new link for a payment that waits for one to be used; the former one stops working. It is mailed, and
/// answered for whoever has the buyer on the phone.
///
/// # Errors
/// `NotFound`; [`Error::NotPossible`] for a payment that is not paid by a link, is paid or closed.
pub async fn make_link(ctx: &Ctx, id: PaymentId) -> Result<LinkSecret, Error> {
    let grant = ctx.authorize(MAKE_LINK)?;
    if !grant.is_wide() {
        return Err(CoreError::NotFound("payment").into());
    }
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut payment = repo::lock_payment(&tx, id).await?;
    if !payment.is_by_link() || !payment.waits_for_buyer() {
        return Err(Error::NotPossible("this payment does not wait for a link"));
    }
    let secret = LinkSecret::random();
    payment.link_hash = Some(secret.digest());
    repo::save_payment(&tx, &payment).await?;
    tell_link(&mut tx, &payment, secret.clone());
    tx.commit().await?;
    Ok(secret)
}

pub(super) fn tell_link(tx: &mut WriteTx, payment: &Payment, secret: LinkSecret) {
    tx.emit(&PaymentLinkMade {
        payment: payment.id,
        order: payment.order_id,
        amount: payment.amount,
        secret,
        expires_at: payment.expires_at,
    });
}
