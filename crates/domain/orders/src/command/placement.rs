//! The rows of a placed order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use inventory::Reserve;
use kernel::id::{CartLineId, CustomerId, OrderId, OrderLineId, PaymentId};
use marketplace::{Channel, Snapshot};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;

use super::company::Business;
use super::making::{Behind, Made, make};
use super::plan::Planned;
use super::release;
use super::work::timeline;
use crate::Error;
use crate::entity::{
    event, fulfillment_line, fulfillment_order, merchant_order, order, order_line, plan as order_plan,
};
use crate::event::OrderPlaced;
use crate::model::book::Book;
use crate::model::cart::Cart;
use crate::model::number::order_number;
use crate::model::plan::SplitPlan;
use crate::model::status::{CaptureTiming, FulfillmentState, OrderSource, OrderState, PaymentState};
use crate::model::types::{Address, StoredPlan};
use crate::repo::CHUNK;

/// What is frozen beside the plan.
pub(super) struct Frozen<'a> {
    pub(super) email: String,
    pub(super) bill_to: Option<Address>,
    pub(super) source: OrderSource,
    /// The person of the order desk who places it.
    pub(super) placed_by: Option<String>,
    pub(super) capture: CaptureTiming,
    pub(super) method: &'static str,
    pub(super) token_hash: Option<String>,
    pub(super) customer: Option<CustomerId>,
    pub(super) business: Option<Business>,
    pub(super) market: &'a Snapshot,
}

/// Everything that placement inserts.
pub(super) struct Rows {
    pub(super) order: order::Model,
    plan: SplitPlan,
    pub(super) book: Book,
    pub(super) reserves: Vec<Reserve>,
    pub(super) line_of: HashMap<OrderLineId, CartLineId>,
    accept_within_hours: u32,
}

impl Rows {
    /// The payment that the order was opened with.
    pub(super) fn paid_by(&mut self, payment: PaymentId) {
        self.order.payment_id = payment;
        for part in &mut self.book.parts {
            part.payment_id = payment;
        }
    }
}

/// Makes the rows. The payment's id is filled in when it is opened.
pub(super) fn rows(
    ctx: &Ctx,
    now: DateTime<Utc>,
    cart: &Cart,
    planned: Planned,
    frozen: Frozen<'_>,
) -> Result<Rows, Error> {
    let (market, accept_within_hours) = (frozen.market, frozen.market.settings.accept_within_hours);
    let order = order_row(ctx, now, cart, &planned.plan, &planned.channel, frozen);
    let made = make(ctx, now, cart, &planned, &order, market, Behind::default())?;
    let Made { parts, lines, fulfillments, fulfillment_lines, reserves, line_of } = made;
    let book = Book { order: order.clone(), parts, lines, fulfillments, fulfillment_lines };
    Ok(Rows { order, plan: planned.plan, book, reserves, line_of, accept_within_hours })
}

fn order_row(
    ctx: &Ctx,
    now: DateTime<Utc>,
    cart: &Cart,
    plan: &SplitPlan,
    channel: &Channel,
    frozen: Frozen<'_>,
) -> order::Model {
    let id: OrderId = ctx.new_id();
    order::Model {
        id,
        number: order_number(id, now),
        cart_id: cart.id,
        channel_id: channel.id,
        source: frozen.source,
        placed_by: frozen.placed_by,
        currency: cart.currency,
        prices_include_tax: channel.prices_include_tax,
        rounding: channel.rounding.as_str().to_owned(),
        locale: cart.locale.clone().unwrap_or_else(|| channel.default_locale.clone()),
        customer_id: frozen.customer,
        company_id: frozen.business.as_ref().map(|company| company.id),
        company_name: frozen.business.as_ref().map(|company| company.name.clone()),
        company_vat_id: frozen.business.as_ref().and_then(|company| company.vat_id.clone()),
        approved_by: frozen.business.as_ref().and_then(|company| company.approved_by),
        po_number: cart.po_number.clone(),
        token_hash: frozen.token_hash,
        email: frozen.email,
        ship_to: cart.ship_to.clone().unwrap_or_default(),
        bill_to: frozen.bill_to,
        goods_minor: plan.totals.goods,
        delivery_minor: plan.totals.delivery,
        discount_minor: plan.totals.discount,
        coupon_id: plan.coupon.as_ref().map(|coupon| coupon.id),
        coupon_code: plan.coupon.as_ref().map(|coupon| coupon.code.clone()),
        tax_minor: plan.totals.tax,
        total_minor: plan.totals.total,
        payment_id: PaymentId(uuid::Uuid::nil()),
        payment_method: frozen.method.to_owned(),
        capture: frozen.capture,
        authorized_minor: 0,
        captured_minor: 0,
        refund_minor: 0,
        owed_minor: 0,
        state: OrderState::Placed,
        fulfillment_state: FulfillmentState::Unfulfilled,
        payment_state: PaymentState::Unpaid,
        plan_hash: plan.hash.clone(),
        placed_at: now,
        released_at: None,
        erase_wanted_at: None,
        erased_at: None,
        version: 1,
    }
}

/// Inserts the rows, one statement a table, and tells of the order. Where nothing is to be paid beforehand the
/// merchants get it at once.
pub(super) async fn insert(tx: &mut WriteTx, ctx: &Ctx, rows: Rows) -> Result<order::Model, Error> {
    let Rows { order, plan, mut book, accept_within_hours, .. } = rows;
    book.order = order;
    let mut steps = vec![timeline(
        ctx,
        ctx.new_id(),
        book.order.id,
        None,
        "placed",
        &json!({ "total_minor": book.order.total_minor, "plan_hash": book.order.plan_hash }),
        tx.now(),
    )];
    tx.emit(&OrderPlaced {
        order: book.order.id,
        payment: book.order.payment_id,
        capture: book.order.capture,
        currency: book.order.currency,
        total_minor: book.order.total_minor,
    });
    if book.order.capture == CaptureTiming::OnDelivery {
        let payment = book.order.payment_id;
        steps.extend(release::hand_over(ctx, tx, &mut book, payment, accept_within_hours, &[]));
    }
    book.derive(tx.now(), chrono::Duration::zero());
    insert_all(tx, &book, plan).await?;
    event::Entity::insert_many(steps).exec_without_returning(&**tx).await?;
    let change = Change::new("order", book.order.id, "placed").field("number", (), &book.order.number);
    tx.record(change.field("totalMinor", (), book.order.total_minor));
    Ok(book.order)
}

macro_rules! insert_rows {
    ($tx:expr, $module:ident, $rows:expr) => {
        for chunk in $rows.chunks(CHUNK) {
            let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
            $module::Entity::insert_many(rows).exec_without_returning(&**$tx).await?;
        }
    };
}

async fn insert_all(tx: &WriteTx, book: &Book, plan: SplitPlan) -> Result<(), Error> {
    order::Entity::insert(book.order.clone().into_active_model()).exec_without_returning(&**tx).await?;
    let plan = order_plan::Model { order_id: book.order.id, plan: StoredPlan(plan) };
    order_plan::Entity::insert(plan.into_active_model()).exec_without_returning(&**tx).await?;
    insert_rows!(tx, merchant_order, book.parts);
    insert_rows!(tx, order_line, book.lines);
    insert_rows!(tx, fulfillment_order, book.fulfillments);
    insert_rows!(tx, fulfillment_line, book.fulfillment_lines);
    Ok(())
}
