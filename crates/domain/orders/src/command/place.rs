//! Turning a cart into an order: everything in one transaction, or nothing.

use std::collections::HashMap;

use access::Grant;
use chrono::Duration;
use context::{Ctx, Idempotent, WriteTx};
use inventory::{Reserve, Short, reserve_in_tx};
use kernel::id::{CartLineId, CustomerId, MerchantId, OrderId, OrderLineId};
use kernel::{Invalid, Money, text};
use payments::{CaptureMoment, Method, OpenPayment, UseCredit, open_in_tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::cart::{self, CartAccess};
use super::company::{billing_address, company_of, frozen};
use super::placement::{self, Frozen};
use super::plan::{Planned, merchants_fault, planned};
use super::work::market_fault;
use crate::actions::PLACE;
use crate::entity::{Order, cart as cart_row};
use crate::error::{Error, LeftOfLine, rejection_code};
use crate::model::cart::{Cart, token_hash};
use crate::model::plan::SplitPlan;
use crate::model::status::{CaptureTiming, CartState, OrderSource};
use crate::model::types::Address;
use crate::query;

/// How the buyer pays.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PayWith {
    /// Code of the payment method.
    pub method: String,
    /// The provider's token, for methods that need one.
    pub token: Option<String>,
    /// Where the buyer's browser returns when the provider wanted it to do something.
    pub return_url: Option<String>,
    /// Credit of the buyer that pays the order or a part of it.
    pub credit: Option<UseCredit>,
    /// The buyer pays later, by a link that is mailed: no token yet.
    pub by_link: bool,
}

/// What is placed.
#[derive(Debug, Clone)]
pub struct Place {
    /// The cart.
    pub cart: CartAccess,
    /// Chosen by the client; the same key again gives the same answer.
    pub idempotency_key: String,
    /// The total that the buyer saw, in minor units.
    pub expected_total_minor: i64,
    /// The hash of the plan that the buyer saw.
    pub plan_hash: String,
    /// How it is paid.
    pub payment: PayWith,
    /// Where to write to; `None`: the cart's.
    pub email: Option<String>,
    /// Where the bill goes; `None`: where the goods go.
    pub bill_to: Option<Address>,
}

/// What tells a retry from a new request.
#[derive(Serialize)]
struct KeyedInput<'a> {
    cart: String,
    expected_total_minor: i64,
    plan_hash: &'a str,
    payment: &'a PayWith,
    email: Option<&'a str>,
    bill_to: Option<&'a Address>,
}

/// What is kept under the key of whatever places an order.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) order: OrderId,
}

/// Places a cart: re-plans it, compares with what the buyer saw, reserves stock, freezes prices, tax, commission and
/// the plan, opens the payment.
///
/// # Errors
/// [`Error::PlanChanged`] with the new plan, [`Error::OutOfStock`] with what is left, [`Error::NotPlaceable`],
/// [`Error::CartOrdered`], [`Error::CartEmpty`], [`Error::CartIncomplete`], [`Error::CashNotAccepted`],
/// [`Error::NotInCompany`], [`Error::SpendingLimitExceeded`] for a company's cart; [`Error::CouponUsedUp`] when somebody was faster, the faults of payments; `IDEMPOTENCY_KEY_REUSED` for other input under the key; not found for a foreign cart. Nothing was
/// written then, the key included.
pub async fn place(ctx: &Ctx, input: Place) -> Result<Order, Error> {
    let grant = ctx.authorize(PLACE)?;
    let bill_to = input.bill_to.clone().map(|address| address.checked("billTo")).transpose()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    // Keys of people who did not sign in are kept apart by cart: they have no id of their own.
    let owner = if ctx.actor().is_anonymous() { input.cart.id.to_string() } else { ctx.actor().id() };
    let keyed = KeyedInput {
        cart: input.cart.id.to_string(),
        expected_total_minor: input.expected_total_minor,
        plan_hash: &input.plan_hash,
        payment: &input.payment,
        email: input.email.as_deref(),
        bill_to: bill_to.as_ref(),
    };
    // Whoever cannot open the cart learns nothing from its keys either, hence the lock and the look come first.
    let cart = cart::find(&*tx, ctx, &grant, &input.cart, true).await?;
    match tx.idempotent::<Answer, _>(owner, "order_place", &input.idempotency_key, &keyed).await? {
        Idempotent::Replay(answer) => return query::order_on(&*tx, answer.order).await,
        Idempotent::Proceed => {}
    }
    if cart.state == CartState::Ordered {
        return Err(Error::CartOrdered);
    }
    let placement = Placement {
        expected_total_minor: input.expected_total_minor,
        plan_hash: input.plan_hash,
        payment: input.payment,
        email: input.email,
        bill_to,
        source: if grant.is_wide() { OrderSource::Phone } else { OrderSource::Api },
        token_hash: input.cart.token.as_deref().map(token_hash),
        customer: ctx.actor().customer().or(cart.customer),
        grant,
    };
    let order = place_in(&mut tx, ctx, &cart, placement).await?;
    tx.commit_with_answer(&Answer { order: order.id }).await?;
    Ok(order)
}

/// What is agreed about a cart that becomes an order.
pub(super) struct Placement {
    pub(super) expected_total_minor: i64,
    pub(super) plan_hash: String,
    pub(super) payment: PayWith,
    pub(super) email: Option<String>,
    pub(super) bill_to: Option<Address>,
    pub(super) source: OrderSource,
    pub(super) token_hash: Option<String>,
    pub(super) customer: Option<CustomerId>,
    /// What lets it be placed: the operator's desk places in the buyer's stead.
    pub(super) grant: Grant,
}

/// Turns a locked cart into an order; the one way in which orders come to be, whoever takes them.
pub(super) async fn place_in(tx: &mut WriteTx, ctx: &Ctx, cart: &Cart, placement: Placement) -> Result<Order, Error> {
    let (email, method) = guard(cart, &placement)?;
    let market = marketplace::snapshot_on(&**tx).await.map_err(market_fault)?;
    let mut found = planned(&**tx, cart, &market, tx.now()).await?;
    // From here on nobody is blocked before this order is there; who was blocked meanwhile is seen by planning again.
    let sellers: Vec<MerchantId> = found.terms.keys().copied().collect();
    if !merchants::keep_selling_in_tx(tx, &sellers).await.map_err(merchants_fault)? {
        found = planned(&**tx, cart, &market, tx.now()).await?;
    }
    let planned = found;
    agree(&planned.plan, cart, &placement, method)?;
    if let Some(coupon) = &planned.plan.coupon
        && !marketplace::redeem_coupon_in_tx(tx, coupon.id).await.map_err(market_fault)?
    {
        return Err(Error::CouponUsedUp);
    }
    let company = company_of(tx, ctx, &placement.grant, cart, planned.plan.totals.total).await?;
    let of_desk = placement.grant.is_wide();
    let Placement { payment, bill_to, source, token_hash, customer, .. } = placement;
    let bill_to = bill_to.or_else(|| company.as_ref().and_then(billing_address));
    let business = company.map(|company| frozen(company, cart));
    let (capture, method) = (capture_of(method), method.code);
    let placed_by = of_desk.then(|| ctx.actor().name.clone());
    let terms =
        Frozen { placed_by, email, bill_to, source, capture, method, token_hash, customer, business, market: &market };
    write(tx, ctx, cart, planned, terms, payment).await
}

/// When the money of a method is captured.
pub(super) const fn capture_of(method: &Method) -> CaptureTiming {
    match method.capture {
        CaptureMoment::OnAcceptance => CaptureTiming::OnAcceptance,
        CaptureMoment::AtPlacement | CaptureMoment::OnReceipt => CaptureTiming::OnPayment,
        CaptureMoment::OnDelivery => CaptureTiming::OnDelivery,
        CaptureMoment::OnShipment => CaptureTiming::OnShipment,
    }
}

/// A payment method by the name that came in.
pub(super) fn method_of(payment: &PayWith) -> Result<&'static Method, Invalid> {
    let unknown = || Invalid::new("payment.method", "UNKNOWN_METHOD", "is not a payment method");
    payments::offered_method(&payment.method).ok_or_else(unknown)
}

fn guard(cart: &Cart, input: &Placement) -> Result<(String, &'static Method), Error> {
    if cart.lines.is_empty() {
        return Err(Error::CartEmpty);
    }
    if cart.ship_to.is_none() {
        return Err(Error::CartIncomplete("shipTo"));
    }
    let email = match &input.email {
        Some(email) => text::email("email", email)?,
        None => cart.email.clone().ok_or(Error::CartIncomplete("email"))?,
    };
    Ok((email, method_of(&input.payment)?))
}

/// Whether the plan can be placed and is what the buyer saw.
fn agree(plan: &SplitPlan, cart: &Cart, input: &Placement, method: &Method) -> Result<(), Error> {
    can_be_sent(plan, cart, method)?;
    if plan.totals.total != input.expected_total_minor || plan.hash != input.plan_hash {
        return Err(Error::PlanChanged(Box::new(plan.clone())));
    }
    Ok(())
}

/// Whether every line of the plan can be sold, sent, and paid like this.
pub(super) fn can_be_sent(plan: &SplitPlan, cart: &Cart, method: &Method) -> Result<(), Error> {
    let short: Vec<LeftOfLine> = plan
        .rejected
        .iter()
        .filter(|rejection| rejection.code == "OUT_OF_STOCK")
        .filter_map(|rejection| {
            let line = cart.lines.iter().find(|line| line.id.to_string() == rejection.id)?;
            let available = rejection.available.unwrap_or(0);
            Some(LeftOfLine { line: line.id, offer: line.offer, wanted: line.quantity, available })
        })
        .collect();
    if !short.is_empty() {
        return Err(Error::OutOfStock(short));
    }
    if let Some(first) = plan.rejected.iter().find(|rejection| rejection.blocking) {
        let (code, text) = (rejection_code(&first.code), first.text.clone());
        return Err(Error::NotPlaceable { code, text, plan: Box::new(plan.clone()) });
    }
    if method.capture == CaptureMoment::OnDelivery {
        let refused = plan.consignments.iter().filter_map(|c| c.choice()).find(|choice| !choice.cod_allowed);
        if let Some(choice) = refused {
            return Err(Error::CashNotAccepted(choice.name.clone()));
        }
    }
    Ok(())
}

async fn write(
    tx: &mut WriteTx,
    ctx: &Ctx,
    cart: &Cart,
    planned: Planned,
    terms: Frozen<'_>,
    pay: PayWith,
) -> Result<Order, Error> {
    let (method, total) = (terms.method, Money::new(planned.plan.totals.total, cart.currency));
    // How long a transfer may take is for the marketplace to say; the other methods know it themselves.
    let transfer_days = Duration::days(terms.market.settings.transfer_expires_days.into());
    let awaited = payments::method(method).is_some_and(|method| method.capture == CaptureMoment::OnReceipt);
    let expires_at = awaited.then(|| tx.now() + transfer_days);
    let time_zone = terms.market.settings.billing.time_zone;
    let mut rows = placement::rows(ctx, tx.now(), cart, planned, terms)?;
    reserve_in_tx(tx, &rows.reserves).await.map_err(|error| short_lines(error, cart, &rows.reserves, &rows.line_of))?;
    let payment = open_in_tx(
        tx,
        OpenPayment {
            order_id: rows.order.id,
            order_number: rows.order.number.clone(),
            method: method.to_owned(),
            amount: total,
            token: pay.token,
            return_url: pay.return_url,
            credit: pay.credit,
            customer_id: rows.order.customer_id,
            company_id: rows.order.company_id,
            time_zone,
            expires_at,
            by_link: pay.by_link,
        },
    )
    .await?;
    rows.paid_by(payment);
    let order = placement::insert(tx, ctx, rows).await?;
    close_cart(tx, cart, order.id).await?;
    Ok(order)
}

async fn close_cart(tx: &WriteTx, cart: &Cart, order: OrderId) -> Result<(), Error> {
    cart_row::Entity::update_many()
        .col_expr(cart_row::Column::State, Expr::value(CartState::Ordered))
        .col_expr(cart_row::Column::OrderId, Expr::value(order))
        .col_expr(cart_row::Column::Version, Expr::value(cart.version + 1))
        .col_expr(cart_row::Column::UpdatedAt, Expr::value(tx.now()))
        .filter(cart_row::Column::Id.eq(cart.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Somebody was faster between the plan and the reservation: what is left, by cart line.
pub(super) fn short_lines(
    error: inventory::Error,
    cart: &Cart,
    reserves: &[Reserve],
    line_of: &HashMap<OrderLineId, CartLineId>,
) -> Error {
    let inventory::Error::OutOfStock { short } = error else { return error.into() };
    let wanted = |short: &Short, line: OrderLineId| -> i64 {
        let same = |r: &&Reserve| r.order_line_id == line && r.location_id == short.location_id;
        reserves.iter().filter(same).map(|r| r.quantity).sum()
    };
    let lines = short.iter().flat_map(|short| {
        short.order_line_ids.iter().filter_map(|id| {
            let line = cart.lines.iter().find(|line| line_of.get(id) == Some(&line.id))?;
            let elsewhere = line.quantity - wanted(short, *id);
            let available = short.available + elsewhere;
            Some(LeftOfLine { line: line.id, offer: line.offer, wanted: line.quantity, available })
        })
    });
    Error::OutOfStock(lines.collect())
}
