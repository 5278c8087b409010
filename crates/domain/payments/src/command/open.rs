//! Opens the payment of an order.

use chrono::{DateTime, Duration, Utc};
use context::WriteTx;
use kernel::id::{CompanyId, CustomerId, OrderId, PaymentId};
use kernel::{Invalid, Money, Zone};
use serde::Serialize;

use super::link::tell_link;
use super::plan::{Wanted, plan};
use super::{credit, invoice};
use crate::error::Error;
use crate::event::PaymentAuthorized;
use crate::model::{Amounts, CaptureMoment, LinkSecret, Method, Needs, OperationKind, Payment, offered_method};
use crate::model::{return_line, token_line};
use crate::provider::CREDIT;
use crate::repo;

/// Credit of the buyer that pays an order, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UseCredit {
    /// The code of a gift card; the buyer's own store credit when absent.
    pub gift_card_code: Option<String>,
    /// How much of it, in minor units; as much as there is and is needed when absent.
    pub amount_minor: Option<i64>,
}

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
    /// Where the buyer's browser returns after it was sent to the provider.
    pub return_url: Option<String>,
    /// Credit that pays all or a part.
    pub credit: Option<UseCredit>,
    /// The buyer's account, whose store credit may be used.
    pub customer_id: Option<CustomerId>,
    /// The company that buys, which may owe; the caller has shown that the buyer may use it.
    pub company_id: Option<CompanyId>,
    /// Where the days of the terms begin and end: that of the marketplace.
    pub time_zone: Zone,
    /// Until when it must be completed; `None` takes the method's own time.
    pub expires_at: Option<DateTime<Utc>>,
    /// The buyer pays later, by a link that is made now: no token yet.
    pub by_link: bool,
}

/// How long a link can be paid by.
const LINK_DAYS: i64 = 7;

/// Opens the payment, reserves credit and plans what the method asks of its provider at once. The caller has
/// authorized.
///
/// # Errors
/// [`Invalid`] for `payment.method`, `payment.token`, `payment.returnUrl` or `payment.credit`;
/// [`Error::CreditTooLow`]; [`Error::CreditLimitExceeded`]; [`Error::NotPossible`] when the method takes no credit; the database error.
pub async fn open_in_tx(tx: &mut WriteTx, input: OpenPayment) -> Result<PaymentId, Error> {
    let unknown = || Invalid::new("payment.method", "UNKNOWN_METHOD", "is not a payment method");
    let method = offered_method(&input.method).ok_or_else(unknown)?;
    if input.amount.minor < 0 {
        return Err(Invalid::new("amount", "OUT_OF_RANGE", "must not be negative").into());
    }
    let return_url = return_line(input.return_url.as_deref())?;
    let credit = reserve(tx, method, &input).await?;
    let line = invoice::reserved_line(tx, method, &input).await?;
    let credit_minor = credit.map_or(0, |(_, minor)| minor);
    let by_method_minor = input.amount.minor - credit_minor;
    let by_link = by_link(method, &input)? && by_method_minor > 0;
    let wants_token = method.needs_token() && !by_link;
    let token = if wants_token { Some(token_line(input.token.as_deref())?) } else { None };
    let expires_at = input.expires_at.or_else(|| own_time(method, by_link).map(|after| tx.now() + after));
    let link = by_link.then(LinkSecret::random);
    let main = method.provider.map(str::to_owned);
    let (capture_order, refund_order) = tender_orders(main.as_deref());
    let time_zone = input.time_zone;
    let mut payment = Payment {
        id: tx.new_id(),
        order_id: input.order_id,
        order_number: input.order_number,
        method: method.code.to_owned(),
        amount: input.amount,
        amounts: Amounts::default(),
        credit_minor,
        excess_minor: 0,
        action_url: None,
        held_until: None,
        capture_order,
        refund_order,
        failure: None,
        expires_at: expires_at.filter(|_| by_method_minor != 0),
        expired_at: None,
        closed_at: None,
        created_at: tx.now(),
        provider: main.clone(),
        token: token.filter(|_| by_method_minor > 0),
        charge: None,
        credit_account: credit.map(|(account, _)| account),
        return_url,
        link_hash: link.as_ref().map(LinkSecret::digest),
        version: 1,
    };
    repo::insert_payment(tx, &payment).await?;
    if let Some(line) = &line {
        invoice::freeze_terms(tx, &payment, line, time_zone).await?;
    }
    if input.amount.minor == 0 {
        tx.emit(&PaymentAuthorized { payment: payment.id, order: payment.order_id, amount: payment.amount });
        return Ok(payment.id);
    }
    if let Some(secret) = link {
        tell_link(tx, &payment, secret);
    } else if by_method_minor > 0 && main.is_some() {
        let mut wanted = Wanted::of(opening(method), by_method_minor, main);
        wanted.charge = line.map(|line| line.id.to_string());
        plan(tx, &mut payment, wanted).await?;
    }
    if let Some((account, minor)) = credit {
        // After the provider's part, so that credit alone never tells that all is authorized.
        let mut wanted = Wanted::of(OperationKind::Authorize, minor, Some(CREDIT.to_owned()));
        wanted.charge = Some(account.to_string());
        plan(tx, &mut payment, wanted).await?;
    }
    if payment.amounts != Amounts::default() {
        repo::save_payment(tx, &payment).await?;
    }
    Ok(payment.id)
}

/// How long the buyer has to pay when nobody says otherwise.
fn own_time(method: &Method, by_link: bool) -> Option<Duration> {
    if by_link { Some(Duration::days(LINK_DAYS)) } else { method.expires_after }
}

/// From where money is taken first, and to where it goes back first: credit is taken first and given back last.
fn tender_orders(main: Option<&str>) -> (Vec<String>, Vec<String>) {
    let others: Vec<String> = main.into_iter().filter(|code| *code != CREDIT).map(str::to_owned).collect();
    let (mut capture_order, mut refund_order) = (vec![CREDIT.to_owned()], others.clone());
    capture_order.extend(others);
    refund_order.push(CREDIT.to_owned());
    (capture_order, refund_order)
}

/// What opens a charge of a method.
pub(super) fn opening(method: &Method) -> OperationKind {
    match method.capture {
        CaptureMoment::AtPlacement => OperationKind::Capture,
        _ => OperationKind::Authorize,
    }
}

/// Whether it is paid by a link; refuses methods that need none, and credit that would have to wait with it.
fn by_link(method: &Method, input: &OpenPayment) -> Result<bool, Error> {
    if !input.by_link {
        return Ok(false);
    }
    if !method.needs_token() {
        return Err(Invalid::new("payment.byLink", "NOT_WITH_METHOD", "this method is not paid by a link").into());
    }
    if input.credit.is_some() {
        return Err(Invalid::new("payment.credit", "NOT_TOGETHER", "credit cannot wait for a link").into());
    }
    Ok(true)
}

type Reserved = (kernel::id::CreditAccountId, i64);

/// What the buyer's credit is to pay, and of which account. Locks the account.
async fn reserve(tx: &mut WriteTx, method: &Method, input: &OpenPayment) -> Result<Option<Reserved>, Error> {
    let Some(wanted) = &input.credit else {
        return match method.needs {
            Needs::Credit if input.amount.minor > 0 => Err(Invalid::required("payment.credit").into()),
            _ => Ok(None),
        };
    };
    if !method.takes_credit {
        return Err(Error::NotPossible("this payment method cannot be combined with credit"));
    }
    let account = credit::usable(tx, wanted, input.customer_id, input.amount.currency).await?;
    let usable_minor = account.usable_minor(tx.now());
    let whole = method.needs == Needs::Credit;
    let most = input.amount.minor;
    let asked = if whole { most } else { wanted.amount_minor.unwrap_or_else(|| usable_minor.min(most)) };
    if asked < 0 || asked > most {
        return Err(Invalid::range("payment.credit.amount", 0, most).into());
    }
    if asked > usable_minor {
        return Err(Error::CreditTooLow { usable_minor });
    }
    Ok((asked > 0).then_some((account.id, asked)))
}

/// Tries a refused authorization again with another token. The caller has authorized.
///
/// # Errors
/// [`Error::NotPossible`] unless the last try was refused and the payment is open; `Invalid` for `payment.token`.
pub async fn authorize_again_in_tx(tx: &mut WriteTx, id: PaymentId, token: &str) -> Result<(), Error> {
    let token = token_line(Some(token))?;
    let mut payment = repo::lock_payment(tx, id).await?;
    let idle = payment.amounts.authorized.pending_minor == 0 && payment.amounts.captured == Amounts::default().captured;
    let holds = payment.method().is_some_and(Method::holds);
    if payment.failure.is_none() || payment.closed_at.is_some() || payment.provider.is_none() || !idle || !holds {
        return Err(Error::NotPossible("only a refused card payment can be tried again"));
    }
    payment.failure = None;
    payment.token = Some(token);
    let (minor, provider) = (payment.by_method_minor(), payment.provider.clone());
    plan(tx, &mut payment, Wanted::of(OperationKind::Authorize, minor, provider)).await?;
    repo::save_payment(tx, &payment).await
}
