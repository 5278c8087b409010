//! Turning an offer into an order.

use access::Grant;
use context::{Ctx, Idempotent};
use kernel::Invalid;
use kernel::id::{CustomerId, QuoteId};
use serde::Serialize;

use super::{Said, buyer, newest, open, save};
use crate::Error;
use crate::actions::{ACCEPT_QUOTE_FOR, DECIDE_QUOTE};
use crate::command::cart::{CartDetails, DeliveryChoice, apply, check_points};
use crate::command::company::customers_fault;
use crate::command::place::{Answer, PayWith, Placement, place_in};
use crate::entity::Order;
use crate::model::cart::Cart;
use crate::model::quote::{Quote, QuoteAction, QuoteState, QuoteStepKind};
use crate::model::status::OrderSource;
use crate::model::types::Address;
use crate::query;

/// An offer to be accepted, with what the buyer saw.
#[derive(Debug, Clone)]
pub struct QuoteAccept {
    /// The quote.
    pub quote: QuoteId,
    /// Chosen by the client; the same key again gives the same answer.
    pub idempotency_key: String,
    /// The version of the offer that is accepted.
    pub offer_version: i64,
    /// The total that the buyer saw, in minor units.
    pub expected_total_minor: i64,
    /// The hash of the plan that the buyer saw.
    pub plan_hash: String,
    /// How it is paid.
    pub payment: PayWith,
    /// The ways of delivery, where the merchant left them to the buyer.
    pub choices: Vec<DeliveryChoice>,
    /// Where to write to; `None`: the address of who accepts.
    pub email: Option<String>,
    /// Where the bill goes; `None`: to the company, or where the goods go.
    pub bill_to: Option<Address>,
    /// The company's own number of the order; `None`: that of the request.
    pub po_number: Option<String>,
}

/// What tells a retry from a new request.
#[derive(Serialize)]
struct KeyedInput<'a> {
    quote: QuoteId,
    offer_version: i64,
    expected_total_minor: i64,
    plan_hash: &'a str,
    payment: &'a PayWith,
    email: Option<&'a str>,
    bill_to: Option<&'a Address>,
    po_number: Option<&'a str>,
}

/// Accepts a version of an offer: the same plan, checks and rows as any other order, with the prices that were offered.
/// Stock is reserved now. Coupons and the offers' own prices do not count.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`], also when the offer does not stand any more;
/// [`Error::OfferRevised`] for a former version; as [`crate::command::place()`].
pub async fn quote_accept(ctx: &Ctx, input: QuoteAccept) -> Result<Order, Error> {
    let grant = ctx.authorize(DECIDE_QUOTE)?;
    let customer = buyer(ctx, &grant)?;
    accept(ctx, grant, Some(customer), input).await
}

/// Accepts a version of an offer at the order desk, for the buyer who asked for it: with the same plan and checks, the
/// buyer's company and its limits included. The order says who placed it.
///
/// # Errors
/// As [`quote_accept`]; not found for everybody but the operator.
pub async fn quote_accept_for(ctx: &Ctx, input: QuoteAccept) -> Result<Order, Error> {
    let grant = ctx.authorize(ACCEPT_QUOTE_FOR)?;
    if !grant.is_wide() {
        return Err(context::Error::NotFound("quote").into());
    }
    accept(ctx, grant, None, input).await
}

/// `by`: the buyer who accepts; the buyer of the quote when the desk does it.
async fn accept(ctx: &Ctx, grant: Grant, by: Option<CustomerId>, input: QuoteAccept) -> Result<Order, Error> {
    let bill_to = input.bill_to.map(|address| address.checked("billTo")).transpose()?;
    let mut tx = ctx.begin_write().await?;
    let keyed = KeyedInput {
        quote: input.quote,
        offer_version: input.offer_version,
        expected_total_minor: input.expected_total_minor,
        plan_hash: &input.plan_hash,
        payment: &input.payment,
        email: input.email.as_deref(),
        bill_to: bill_to.as_ref(),
        po_number: input.po_number.as_deref(),
    };
    match tx.idempotent::<Answer, _>(ctx.actor().id(), "quote_accept", &input.idempotency_key, &keyed).await? {
        Idempotent::Replay(answer) => return query::order_on(&*tx, answer.order).await,
        Idempotent::Proceed => {}
    }
    let action = if by.is_some() { QuoteAction::Accept } else { QuoteAction::AcceptFor };
    let mut seen = open(&tx, &grant, input.quote, action, None).await?;
    newest(&seen.quote, input.offer_version)?;
    check_points(&tx, &input.choices).await?;
    let mut cart = chosen(&seen.quote, input.choices)?;
    let po_number = input.po_number.map(Some);
    apply(&mut cart, CartDetails { email: input.email, po_number, ..CartDetails::default() })?;
    let customer = by.unwrap_or(seen.quote.row.customer_id);
    let profile = customers::by_id_on(&*tx, customer).await.map_err(customers_fault)?;
    cart.email = cart.email.or(Some(profile.email));
    cart.locale = profile.locale;
    let placement = Placement {
        expected_total_minor: input.expected_total_minor,
        plan_hash: input.plan_hash,
        payment: input.payment,
        email: None,
        bill_to,
        source: OrderSource::Quote,
        token_hash: None,
        customer: Some(customer),
        grant,
    };
    let order = place_in(&mut tx, ctx, &cart, placement).await?;
    let before = seen.quote.row.state;
    seen.quote.row.state = QuoteState::Accepted;
    seen.quote.row.due_at = None;
    seen.quote.row.order_id = Some(order.id);
    save(&mut tx, ctx, before, &mut seen.quote, QuoteStepKind::Accepted, Said::default()).await?;
    tx.commit_with_answer(&Answer { order: order.id }).await?;
    Ok(order)
}

/// The newest offer as a cart, with the ways of delivery that the buyer chose.
///
/// # Errors
/// [`Invalid`] for a choice where the offer names the way of delivery or its price.
pub(crate) fn chosen(quote: &Quote, choices: Vec<DeliveryChoice>) -> Result<Cart, Invalid> {
    let mut cart = quote.cart();
    let terms = quote.offer.as_ref().map(|offer| &offer.terms);
    let settled = terms.is_some_and(|terms| terms.delivery_minor.is_some() || terms.method.is_some());
    if settled && !choices.is_empty() {
        return Err(Invalid::new("delivery", "NOT_CHOOSABLE", "the offer says how the goods are delivered"));
    }
    apply(&mut cart, CartDetails { choices, ..CartDetails::default() })?;
    Ok(cart)
}
