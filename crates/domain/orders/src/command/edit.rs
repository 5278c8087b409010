//! Changing an order that was placed.
//!
//! What is taken out is canceled by its unit slots, so that nothing of the rest moves. What is added is planned and
//! frozen like an order of its own, as new merchant orders with a payment of their own: prices and commissions that
//! were agreed to earlier stay as they are.

use access::Grant;
use context::{Ctx, Idempotent};
use history::Change;
use inventory::reserve_in_tx;
use kernel::id::{CartLineId, OrderId};
use kernel::{Invalid, Money, text};
use payments::{OpenPayment, open_in_tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::cart::{DeliveryChoice, check_offers};
use super::draft::{new_line, with_lines};
use super::edit_parts::{NewDelivery, readdress, redeliver, shrink};
use super::making::{Behind, make};
use super::place::{PayWith, can_be_sent, capture_of, method_of, short_lines};
use super::plan::{Planned, planned};
use super::release::release_in;
use super::work::Work;
use crate::Error;
use crate::actions::EDIT_ORDER;
use crate::entity::Order;
use crate::event::{LineUnits, OrderEdited};
use crate::model::cart::Cart;
use crate::model::draft::DraftLine;
use crate::model::edit::{EditPreview, can_be_edited};
use crate::model::pickup::PickupChoices;
use crate::model::status::{CaptureTiming, CartState};
use crate::model::types::{Address, DeliveryChoices};
use crate::query;

/// A set of changes of a placed order, made on a version of it.
#[derive(Debug, Clone, Default)]
pub struct EditOrder {
    /// How many units lines have from now on, not counting those that were canceled; 0 takes a line out. More than
    /// before are added like new lines, for what the offer costs now.
    pub quantities: Vec<LineUnits>,
    /// More lines.
    pub add: Vec<DraftLine>,
    /// Where everything goes that has not left yet; in the same country, whose taxes were agreed to.
    pub ship_to: Option<Address>,
    /// Other delivery methods for fulfillment orders of which nothing has left.
    pub delivery: Vec<NewDelivery>,
    /// Delivery methods for the consignments of what is added.
    pub choices: Vec<DeliveryChoice>,
}

/// A change that is agreed to.
#[derive(Debug, Clone)]
pub struct EditConfirm {
    /// The order.
    pub order: OrderId,
    /// The version the change was made on.
    pub base_version: i64,
    /// The change.
    pub change: EditOrder,
    /// The hash of the preview that was agreed to.
    pub preview_hash: String,
    /// Chosen by the client; the same key again gives the same answer.
    pub idempotency_key: String,
    /// Why, for the history.
    pub reason: String,
    /// How what is added is paid; `None` when nothing is.
    pub payment: Option<PayWith>,
}

/// What tells a retry from a new request: the hash stands for the change.
#[derive(Serialize)]
struct KeyedInput<'a> {
    order: OrderId,
    base_version: i64,
    preview_hash: &'a str,
    reason: &'a str,
    payment: Option<&'a PayWith>,
}

/// What is kept under the key.
#[derive(Serialize, Deserialize)]
struct Answer {
    order: OrderId,
}

/// What is added, as a cart and its plan.
struct Addition {
    cart: Cart,
    planned: Planned,
}

/// What a change would do: totals, stock, what is to be paid or goes back, and each merchant order concerned. Nothing is
/// written.
///
/// # Errors
/// Not found; stale version; [`Error::InvalidTransition`] for an order that its merchants do not have yet or that is at
/// its end, and for units that left; `Invalid` naming the field; [`Error::DeliveryDearer`].
pub async fn order_edit_preview(
    ctx: &Ctx,
    order: OrderId,
    base_version: i64,
    change: &EditOrder,
) -> Result<EditPreview, Error> {
    wide(&ctx.authorize(EDIT_ORDER)?)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    // The very commands are carried out, and the transaction is dropped: a preview cannot differ from what it shows.
    let (preview, _) = apply(&mut work, base_version, change).await?;
    Ok(preview)
}

/// Changes a placed order as its preview said.
///
/// # Errors
/// As the preview; [`Error::EditChanged`] with the new preview when it would do something else now;
/// [`Error::OutOfStock`] and [`Error::NotPlaceable`] for what is added; the faults of payments.
pub async fn order_edit(ctx: &Ctx, input: EditConfirm) -> Result<Order, Error> {
    wide(&ctx.authorize(EDIT_ORDER)?)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write().await?;
    let keyed = KeyedInput {
        order: input.order,
        base_version: input.base_version,
        preview_hash: &input.preview_hash,
        reason: &reason,
        payment: input.payment.as_ref(),
    };
    match tx.idempotent::<Answer, _>(ctx.actor().id(), "order_edit", &input.idempotency_key, &keyed).await? {
        Idempotent::Replay(answer) => return query::order_on(&*tx, answer.order).await,
        Idempotent::Proceed => {}
    }
    let mut work = Work::open(ctx, tx, input.order).await?;
    let (preview, addition) = apply(&mut work, input.base_version, &input.change).await?;
    let payment = match addition {
        Some(addition) => {
            let pay = input.payment.ok_or_else(|| Invalid::required("payment"))?;
            let method = method_of(&pay)?;
            can_be_sent(&addition.planned.plan, &addition.cart, method)?;
            agree(&preview, &input.preview_hash)?;
            Some(add(&mut work, addition, pay).await?)
        }
        None => {
            agree(&preview, &input.preview_hash)?;
            None
        }
    };
    tell(&mut work, &preview, payment, &reason);
    Ok(work.finish_with(&Answer { order: input.order }).await?.order)
}

fn agree(preview: &EditPreview, hash: &str) -> Result<(), Error> {
    if preview.hash == hash { Ok(()) } else { Err(Error::EditChanged(Box::new(preview.clone()))) }
}

fn wide(grant: &Grant) -> Result<(), Error> {
    if grant.is_wide() { Ok(()) } else { Err(context::Error::NotFound("order").into()) }
}

/// Takes out and changes what there is, and plans what is added.
async fn apply(
    work: &mut Work,
    base_version: i64,
    change: &EditOrder,
) -> Result<(EditPreview, Option<Addition>), Error> {
    if work.book.order.version != base_version {
        return Err(context::Error::Stale("order").into());
    }
    if !can_be_edited(&work.book.order) {
        let order = &work.book.order;
        let state = if order.released_at.is_none() { "staging" } else { order.state.as_str() };
        return Err(Error::InvalidTransition { action: "EDIT", state, allowed: Vec::new() });
    }
    let before = work.book.clone();
    let ship_to = change.ship_to.clone().map(|address| address.checked("change.shipTo")).transpose()?;
    let mut more = change.add.clone();
    more.extend(shrink(work, &change.quantities).await?);
    if let Some(address) = &ship_to {
        readdress(work, address)?;
    }
    redeliver(work, &change.delivery).await?;
    let addition = addition(work, more, &change.choices).await?;
    let plan = addition.as_ref().map(|addition| addition.planned.plan.clone());
    let preview = EditPreview::of(&before, &work.book, ship_to.as_ref(), plan);
    if preview.parts.is_empty() && preview.added.is_none() {
        return Err(Invalid::new("change", "EMPTY", "nothing would change").into());
    }
    Ok((preview, addition))
}

async fn addition(work: &Work, more: Vec<DraftLine>, choices: &[DeliveryChoice]) -> Result<Option<Addition>, Error> {
    if more.is_empty() {
        return Ok(None);
    }
    let order = &work.book.order;
    let channel = work.market.channel(order.channel_id).ok_or_else(|| context::Error::internal("channel is gone"))?;
    let wanted: Vec<_> = more.iter().map(new_line).collect();
    check_offers(&work.tx, &wanted, channel, order.currency)
        .await
        .map_err(|error| super::draft::named(error, "change.add"))?;
    // Ids that only the plan uses; the same change gives the same plan.
    let mut next = 0_u128;
    let mut id = || {
        next += 1;
        CartLineId(Uuid::from_u128(next))
    };
    let cart = Cart {
        id: order.cart_id,
        channel: order.channel_id,
        currency: order.currency,
        customer: order.customer_id,
        email: Some(order.email.clone()),
        ship_to: Some(order.ship_to.clone()),
        choices: DeliveryChoices(choices.iter().map(|c| (c.consignment.clone(), c.method)).collect()),
        pickups: PickupChoices::default(),
        locale: Some(order.locale.clone()),
        company: order.company_id,
        po_number: order.po_number.clone(),
        approval: None,
        coupon_code: None,
        state: CartState::Draft,
        order: Some(order.id),
        version: 1,
        updated_at: work.tx.now(),
        lines: with_lines(&work.ctx, &[], more, order.currency, "change.add", &mut id)?,
    };
    let planned = planned(&*work.tx, &cart, &work.market, work.tx.now()).await?;
    Ok(Some(Addition { cart, planned }))
}

/// Writes what is added as merchant orders of their own, with a payment of their own.
async fn add(work: &mut Work, addition: Addition, pay: PayWith) -> Result<kernel::id::PaymentId, Error> {
    let Addition { cart, planned } = addition;
    let method = method_of(&pay)?;
    let totals = planned.plan.totals;
    let order = &work.book.order;
    let frozen = Order { payment_method: method.code.to_owned(), capture: capture_of(method), ..order.clone() };
    let behind = Behind {
        parts: work.book.parts.len(),
        lines: work.book.lines.iter().map(|line| line.line_no).max().unwrap_or(0),
        fulfillments: work.book.fulfillments.iter().map(|row| row.position).max().unwrap_or(0),
    };
    let mut made = make(&work.ctx, work.tx.now(), &cart, &planned, &frozen, &work.market, behind)?;
    let short = |error| short_lines(error, &cart, &made.reserves, &made.line_of);
    reserve_in_tx(&mut work.tx, &made.reserves).await.map_err(short)?;
    let count = work.book.payments().len() + 1;
    let opened = OpenPayment {
        order_id: order.id,
        order_number: format!("{}-P{count}", order.number),
        method: method.code.to_owned(),
        amount: Money::new(totals.total, order.currency),
        token: pay.token,
        return_url: pay.return_url,
        credit: pay.credit,
        customer_id: order.customer_id,
        company_id: order.company_id,
        time_zone: work.market.settings.billing.time_zone,
        expires_at: None,
        by_link: pay.by_link,
    };
    let payment = open_in_tx(&mut work.tx, opened).await?;
    for part in &mut made.parts {
        part.payment_id = payment;
        // The fixed fee is taken once of a merchant and an order.
        if work.book.parts.iter().any(|old| old.merchant_id == part.merchant_id && old.fixed_fee_minor > 0) {
            part.commission_vat_minor -= part.fixed_fee_vat_minor;
            (part.fixed_fee_minor, part.fixed_fee_vat_minor) = (0, 0);
        }
    }
    work.book.parts.append(&mut made.parts);
    work.book.lines.append(&mut made.lines);
    work.book.fulfillments.append(&mut made.fulfillments);
    work.book.fulfillment_lines.append(&mut made.fulfillment_lines);
    let order = &mut work.book.order;
    order.goods_minor += totals.goods;
    order.delivery_minor += totals.delivery;
    order.discount_minor += totals.discount;
    order.tax_minor += totals.tax;
    order.total_minor += totals.total;
    if capture_of(method) == CaptureTiming::OnDelivery {
        release_in(work, payment).await?;
    }
    Ok(payment)
}

fn tell(work: &mut Work, preview: &EditPreview, payment: Option<kernel::id::PaymentId>, reason: &str) {
    let order = work.book.order.id;
    work.tx.emit(&OrderEdited {
        order,
        base_version: preview.base_version,
        parts: preview.parts.clone(),
        payment,
        extra_minor: preview.extra_minor,
        refund_minor: preview.refund_minor,
    });
    for part in preview.parts.iter().filter(|part| part.address_changed || part.delivery_changed) {
        let data = json!({ "address": part.address_changed, "delivery": part.delivery_changed });
        work.note("changed", Some(part.merchant_order), &data);
    }
    let data = json!({
        "extra_minor": preview.extra_minor, "refund_minor": preview.refund_minor,
        "due_before_minor": preview.due_before_minor, "due_after_minor": preview.due_after_minor,
        "payment": payment,
    });
    // Why is for people to say, and may name people: it stands with the timeline, where it can be erased.
    work.note_saying("edited", None, &data, ("reason", Some(reason)));
    let change = Change::new("order", order, "edited");
    let change = change.field("dueMinor", preview.due_before_minor, preview.due_after_minor);
    // The history is append-only: an address could not be erased from it.
    let moved = preview.parts.iter().any(|part| part.address_changed);
    work.tx.record(change.field("addressChanged", false, moved));
}
