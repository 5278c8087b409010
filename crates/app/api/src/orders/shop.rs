//! What buyers do: fill a cart, place it, cancel an order.

use async_graphql::{Context, Object};
use orders::command::{self, ApproveCart, CancelOrder, CartCreate, CartDetails, Place, QuantityChange};

use super::cart::CartWithToken;
use super::input::{
    BuyingCompany, CartApproveInput, CartCreateInput, CartEditInput, CartLinesAddInput, CartLinesSetInput,
    OrderCancelInput, OrderPlaceInput, access, address, details, new_lines,
};
use super::{Cart, Order, SplitPlan};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `cartCreate`.
    CartCreatePayload { /// The cart and its secret.
        created: CartWithToken }
    /// What became of `cartLinesAdd`.
    CartLinesAddPayload { /// The cart.
        cart: Cart }
    /// What became of `cartLinesSet`.
    CartLinesSetPayload { /// The cart.
        cart: Cart }
    /// What became of `cartEdit`.
    CartEditPayload { /// The cart.
        cart: Cart }
    /// What became of `cartApprove`.
    CartApprovePayload { /// The cart.
        cart: Cart }
    /// What became of `orderCancel`.
    OrderCancelPayload { /// The order.
        order: Order }
}

placed_payload! {
    /// What became of `orderPlace`.
    OrderPlacePayload {
        /// What the cart would become now, where that is why nothing was placed: `PLAN_CHANGED`, or a line that cannot be
        /// sold or sent. Whoever agrees places again with its hash and total.
        plan }
}

/// What buyers do.
#[derive(Default)]
pub struct CheckoutMutation;

#[Object]
impl CheckoutMutation {
    /// Makes a cart. Everybody may; the token opens it again.
    async fn cart_create(&self, gql: &Context<'_>, input: CartCreateInput) -> Gql<CartCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let currency = input.currency.map(|currency| currency.0);
            let lines = new_lines(input.lines)?;
            let business = BuyingCompany { company: input.company_id.map(Some), po_number: input.po_number.map(Some) };
            let details = details(input.email, input.ship_to, Vec::new(), input.coupon_code.map(Some), business)?;
            let details = CartDetails { locale: input.locale, ..details };
            command::cart_create(ctx, CartCreate { channel: input.channel, currency, lines, details }).await
        };
        let done = done.await.map(|made| {
            let (cart, token) = (Cart { cart: made.cart }, made.token);
            CartWithToken { cart, token }
        });
        respond(gql, done)
    }

    /// Adds lines to a cart; all of them or none.
    async fn cart_lines_add(&self, gql: &Context<'_>, input: CartLinesAddInput) -> Gql<CartLinesAddPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let (access, lines) = (access(&input.cart_id, input.token)?, new_lines(input.lines)?);
            command::cart_lines_add(ctx, &access, lines).await
        };
        respond(gql, Box::pin(done).await.map(|cart| Cart { cart }))
    }

    /// Sets the units of lines of a cart; 0 takes a line out.
    async fn cart_lines_set(&self, gql: &Context<'_>, input: CartLinesSetInput) -> Gql<CartLinesSetPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let access = access(&input.cart_id, input.token)?;
            let change = |(index, line): (usize, &super::input::CartLineQuantityInput)| {
                let id = input::id(&format!("lines.{index}.lineId"), &line.line_id)?;
                Ok::<_, orders::Error>(QuantityChange { line: id, quantity: line.quantity })
            };
            let changes = input.lines.iter().enumerate().map(change).collect::<Result<_, _>>()?;
            command::cart_lines_set(ctx, &access, changes).await
        };
        respond(gql, Box::pin(done).await.map(|cart| Cart { cart }))
    }

    /// Sets address, e-mail and delivery choices of a cart.
    async fn cart_edit(&self, gql: &Context<'_>, input: CartEditInput) -> Gql<CartEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let access = access(&input.cart_id, input.token)?;
            let coupon = input.coupon_code.into();
            let business = BuyingCompany { company: input.company_id.into(), po_number: input.po_number.into() };
            let details = details(input.email, input.ship_to, input.delivery, coupon, business)?;
            command::cart_edit(ctx, &access, CartDetails { locale: input.locale, ..details }).await
        };
        respond(gql, done.await.map(|cart| Cart { cart }))
    }

    /// Approves a cart of somebody else of one's company that is above the spending limit. It counts for this version of
    /// the cart, as long as the order costs no more.
    async fn cart_approve(&self, gql: &Context<'_>, input: CartApproveInput) -> Gql<CartApprovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let cart = access(&input.cart_id, None)?;
            let (expected_version, total) = (input.expected_version, input.total.parse("total")?);
            command::cart_approve(ctx, ApproveCart { cart, expected_version, expected_total_minor: total.minor }).await
        };
        respond(gql, Box::pin(done).await.map(|cart| Cart { cart }))
    }

    /// Places a cart: reserves stock, freezes prices and plan, opens the payment; or does nothing and says why.
    async fn order_place(&self, gql: &Context<'_>, input: OrderPlaceInput) -> Gql<OrderPlacePayload> {
        let (ctx, token) = (ctx(gql)?, input.cart_token.clone());
        let done = async { command::place(ctx, placement(input)?).await };
        let guest = |row: &orders::Order| {
            let token = token.filter(|_| ctx.actor().is_anonymous() || row.customer_id.is_none())?;
            Some(orders::query::GuestOrder { number: row.number.clone(), token })
        };
        let done = done.await;
        let plan = done.as_ref().err().and_then(orders::Error::plan).cloned().map(SplitPlan::from);
        let payload: OrderPlacePayload = respond(gql, done.map(|row| Order { guest: guest(&row), row }))?;
        Ok(OrderPlacePayload { plan, ..payload })
    }

    /// Cancels every open unit of an order; a buyer as long as no merchant has accepted.
    async fn order_cancel(&self, gql: &Context<'_>, input: OrderCancelInput) -> Gql<OrderCancelPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let order = input::id("id", &input.id)?;
            command::cancel_order(ctx, CancelOrder { order, reason: input.reason.into(), note: input.note }).await
        };
        respond(gql, Box::pin(done).await.map(|book| Order::from(book.order)))
    }
}

fn placement(input: OrderPlaceInput) -> Result<Place, orders::Error> {
    let total = input.total.parse("total")?;
    Ok(Place {
        cart: access(&input.cart_id, input.cart_token)?,
        idempotency_key: input.idempotency_key,
        expected_total_minor: total.minor,
        plan_hash: input.plan_hash,
        payment: input.payment.read(total.currency)?,
        email: input.email,
        bill_to: input.bill_to.map(address),
    })
}
