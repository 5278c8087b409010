//! What payments tell, carried to orders by `workflows`. Every command here may be called again with the same fact.

use context::Ctx;
use kernel::allocate;
use kernel::id::{MerchantOrderId, OrderId, PaymentId, PaymentOperationId, RefundId, ShipmentId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use super::cancel::cancel_parts;
use super::paying::{NewRefund, save_refund};
use super::release::{release_in, waits};
use super::work::Work;
use crate::Error;
use crate::actions::DRIVE;
use crate::entity::{MerchantOrder, Order, Refund, capture, refund};
use crate::event::{PartCaptured, RefundFailed, RefundSettled};
use crate::model::given::Step;
use crate::model::giving::GivenUnits;
use crate::model::money::Parts;
use crate::model::status::{Bearer, CancelReason, CaptureTiming, RefundKind, RefundState};

/// The provider holds the money of an order.
#[derive(Debug, Clone, Copy)]
pub struct PaymentAuthorized {
    /// The order.
    pub order: OrderId,
    /// The payment.
    pub payment: PaymentId,
    /// What is held, in minor units.
    pub amount_minor: i64,
}

/// Money of an order came.
#[derive(Debug, Clone, Copy)]
pub struct MoneyArrived {
    /// The order.
    pub order: OrderId,
    /// The payment.
    pub payment: PaymentId,
    /// The merchant order it is for; `None`: all that the payment is for (a bank transfer).
    pub merchant_order: Option<MerchantOrderId>,
    /// The operation that brought it.
    pub operation: PaymentOperationId,
    /// How much, in minor units.
    pub amount_minor: i64,
}

/// Takes an order as authorized and hands it to its merchants.
///
/// # Errors
/// Not found; the database error.
pub async fn payment_authorized(ctx: &Ctx, input: PaymentAuthorized) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, input.order).await?;
    if !waits(&work.book, input.payment) {
        return Ok(work.book.order);
    }
    work.book.order.authorized_minor += input.amount_minor;
    work.note("payment_authorized", None, &json!({ "amount_minor": input.amount_minor }));
    release_in(&mut work, input.payment).await?;
    Ok(work.finish().await?.order)
}

/// Takes money as captured. A bank transfer is spread over the merchant orders by what they still want; when all of
/// it is there, the order is handed to its merchants.
///
/// # Errors
/// Not found; the database error.
pub async fn money_arrived(ctx: &Ctx, input: MoneyArrived) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, input.order).await?;
    arrived_in(&mut work, &input).await?;
    Ok(work.finish().await?.order)
}

/// The same inside a command on the order. Money that was counted before is not counted again.
pub(super) async fn arrived_in(work: &mut Work, input: &MoneyArrived) -> Result<(), Error> {
    let operation = input.operation;
    let known =
        capture::Entity::find().filter(capture::Column::OperationId.eq(operation)).limit(1).one(&*work.tx).await?;
    if known.is_some() {
        return Ok(());
    }
    for (part, amount) in shares(work, input)? {
        let before = work.book.part(part)?;
        let discount = work.book.discount_due(part, before.captured_minor + amount) - before.captured_discount_minor;
        capture_part(work, operation, part, Captured { amount, discount: discount.max(0), shipment: None }).await?;
    }
    give_surplus_back(work).await?;
    let on_payment = |part: &MerchantOrder| part.capture == CaptureTiming::OnPayment;
    let paid = |part: &MerchantOrder| on_payment(part) && part.captured_minor >= part.total_minor;
    if work.book.parts_of(input.payment).all(paid) {
        release_in(work, input.payment).await?;
    }
    Ok(())
}

/// What came for units that were canceled while it was on its way goes back.
async fn give_surplus_back(work: &mut Work) -> Result<(), Error> {
    let surplus = |part: &MerchantOrder| {
        let held = part.captured_minor - part.refund_minor;
        (part.id, held - work.book.due(part.id).min(held))
    };
    let canceled = |part: &&MerchantOrder| {
        let units = work.book.units(part.id);
        part.capture != CaptureTiming::OnDelivery && units.canceled == units.ordered
    };
    let surplus: Vec<_> = work.book.parts.iter().filter(canceled).map(surplus).filter(|(_, over)| *over > 0).collect();
    for (part, over) in surplus {
        let refund = NewRefund {
            kind: RefundKind::Cancellation,
            bearer: Bearer::Merchant,
            reason: "canceled_before_payment".to_owned(),
            note: None,
            given: GivenUnits {
                step: Step { cash: over, parts: Parts { gross: over, goods: over, ..Parts::default() } },
                ..GivenUnits::default()
            },
            goods_return: None,
            undone: true,
        };
        work.give_back(part, refund).await?;
    }
    Ok(())
}

/// How much of the money is for which merchant order.
fn shares(work: &Work, input: &MoneyArrived) -> Result<Vec<(MerchantOrderId, i64)>, Error> {
    if let Some(part) = input.merchant_order {
        return Ok(vec![(part, input.amount_minor)]);
    }
    let parts: Vec<&MerchantOrder> = work.book.parts_of(input.payment).collect();
    let open: Vec<u64> = parts.iter().map(|p| (p.total_minor - p.captured_minor).max(0).unsigned_abs()).collect();
    let shares = allocate(input.amount_minor, &open)
        .map_err(|_| context::Error::internal("money arrived for an order that is paid"))?;
    Ok(parts.iter().map(|part| part.id).zip(shares).filter(|(_, share)| *share > 0).collect())
}

/// Money that came for a merchant order, in minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Captured {
    /// From the buyer.
    pub(super) amount: i64,
    /// From the marketplace, in the buyer's place.
    pub(super) discount: i64,
    /// The parcel it is for, on account.
    pub(super) shipment: Option<ShipmentId>,
}

/// Counts captured money of a merchant order and tells of it; the row makes sure that it is counted once.
pub(super) async fn capture_part(
    work: &mut Work,
    operation: PaymentOperationId,
    part: MerchantOrderId,
    captured: Captured,
) -> Result<(), Error> {
    let row = capture::ActiveModel {
        operation_id: Set(operation),
        merchant_order_id: Set(part),
        order_id: Set(work.book.order.id),
        amount_minor: Set(captured.amount),
        discount_minor: Set(captured.discount),
        shipment_id: Set(captured.shipment),
        captured_at: Set(work.tx.now()),
    };
    capture::Entity::insert(row).exec_without_returning(&*work.tx).await?;
    let owner = work.book.part_mut(part)?;
    owner.captured_minor += captured.amount;
    owner.captured_discount_minor += captured.discount;
    owner.capture_requested_minor = owner.capture_requested_minor.max(owner.captured_minor);
    let (merchant, payment, method) = (owner.merchant_id, owner.payment_id, owner.payment_method.clone());
    let order = &work.book.order;
    let fact = PartCaptured {
        order: order.id,
        merchant_order: part,
        merchant,
        payment,
        operation,
        method,
        currency: order.currency,
        gross_minor: captured.amount,
        discount_minor: captured.discount,
        shipment: captured.shipment,
    };
    work.tx.emit(&fact);
    let data = json!({ "operation": operation, "amount_minor": captured.amount, "discount_minor": captured.discount });
    work.note("captured", Some(part), &data);
    Ok(())
}

/// A part that a coupon pays in full: nobody is asked for money, the marketplace's share comes by itself.
pub(super) async fn capture_gift(work: &mut Work, part: MerchantOrderId) -> Result<(), Error> {
    let owner = work.book.part(part)?;
    let discount = work.book.discount(part);
    if work.book.due(part) > 0 || discount <= owner.captured_discount_minor {
        return Ok(());
    }
    let discount = discount - owner.captured_discount_minor;
    let operation: PaymentOperationId = work.ctx.new_id();
    capture_part(work, operation, part, Captured { amount: 0, discount, shipment: None }).await
}

/// What the buyer owes for an order has changed: looks at what is owed now.
///
/// # Errors
/// Not found; the database error.
pub async fn owed_changed(ctx: &Ctx, order: OrderId) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let owed = payments::query::open_of_order_on(&*work.tx, order).await?;
    if owed == work.book.order.owed_minor {
        return Ok(work.book.order);
    }
    work.book.order.owed_minor = owed;
    work.note("owed_changed", None, &json!({ "owed_minor": owed }));
    Ok(work.finish().await?.order)
}

/// Takes a capture as failed for good: the open units of the merchant order are canceled, nothing was taken.
///
/// # Errors
/// Not found; the database error.
pub async fn capture_failed(ctx: &Ctx, order: OrderId, merchant_order: MerchantOrderId) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    let part = work.book.part_mut(merchant_order)?;
    if part.capture_requested_minor <= part.captured_minor {
        return Ok(work.book.order);
    }
    part.capture_requested_minor = part.captured_minor;
    let lines = work.book.open_units(merchant_order);
    if !lines.is_empty() {
        work.cancel(merchant_order, &lines, CancelReason::PaymentFailed, None, false).await?;
    }
    Ok(work.finish().await?.order)
}

/// Takes a payment as failed or expired before the merchants were told: what it was to pay is canceled, its stock is
/// free, a part of a transfer that came goes back.
///
/// # Errors
/// Not found; the database error.
pub async fn payment_failed(ctx: &Ctx, order: OrderId, payment: PaymentId, reason: &str) -> Result<Order, Error> {
    ctx.authorize(DRIVE)?;
    let tx = ctx.begin_write().await?;
    let mut work = Work::open(ctx, tx, order).await?;
    if !waits(&work.book, payment) {
        return Ok(work.book.order);
    }
    work.note("payment_failed", None, &json!({ "reason": reason }));
    let parts: Vec<MerchantOrderId> = work.book.parts_of(payment).map(|part| part.id).collect();
    cancel_parts(&mut work, parts, CancelReason::PaymentFailed, Some(reason)).await?;
    Ok(work.finish().await?.order)
}

/// The buyer has the money of a refund.
///
/// # Errors
/// Not found; the database error.
pub async fn refund_settled(ctx: &Ctx, id: RefundId) -> Result<Refund, Error> {
    ctx.authorize(DRIVE)?;
    let (mut work, mut row) = refund_of(ctx, id).await?;
    if row.state == RefundState::Settled {
        return Ok(row);
    }
    row.state = RefundState::Settled;
    row.settled_at = Some(work.tx.now());
    row.failure = None;
    save_refund(&work, &mut row).await?;
    work.tx.emit(&RefundSettled {
        order: row.order_id,
        merchant_order: row.merchant_order_id,
        refund: id,
        currency: row.currency,
        gross_minor: row.amount_minor,
    });
    work.note(
        "refund_settled",
        Some(row.merchant_order_id),
        &json!({ "refund": id, "amount_minor": row.amount_minor }),
    );
    work.finish().await?;
    Ok(row)
}

/// The provider did not give the money of a refund back. The debt to the buyer stays.
///
/// # Errors
/// Not found; the database error.
pub async fn refund_failed(ctx: &Ctx, id: RefundId, reason: &str) -> Result<Refund, Error> {
    ctx.authorize(DRIVE)?;
    let (mut work, mut row) = refund_of(ctx, id).await?;
    if row.state != RefundState::Requested {
        return Ok(row);
    }
    row.state = RefundState::Failed;
    row.failure = Some(reason.to_owned());
    save_refund(&work, &mut row).await?;
    work.tx.emit(&RefundFailed { order: row.order_id, refund: id, reason: reason.to_owned() });
    work.note("refund_failed", Some(row.merchant_order_id), &json!({ "refund": id, "reason": reason }));
    work.finish().await?;
    Ok(row)
}

pub(super) async fn refund_of(ctx: &Ctx, id: RefundId) -> Result<(Work, Refund), Error> {
    let missing = || context::Error::NotFound("refund");
    let tx = ctx.begin_write().await?;
    let found = refund::Entity::find_by_id(id).one(&*tx).await?.ok_or_else(missing)?;
    let work = Work::open(ctx, tx, found.order_id).await?;
    let row = refund::Entity::find_by_id(id).one(&*work.tx).await?.ok_or_else(missing)?;
    Ok((work, row))
}
