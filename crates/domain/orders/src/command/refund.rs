//! Paying shipped units back.

use std::collections::HashSet;

use context::Ctx;
use kernel::Invalid;
use kernel::id::{FulfillmentOrderId, MerchantOrderId};
use sea_orm::EntityTrait;

use super::cancel::note;
use super::work::{NewRefund, Work};
use crate::Error;
use crate::actions::REFUND;
use crate::entity::{Refund, refund};
use crate::event::LineUnits;
use crate::model::state::MerchantOrderAction;
use crate::model::status::{RefundKind, RefundReason};
use crate::model::types::FulfillmentOrderIds;
use crate::repo;

/// What is paid back. The amount follows from it; nobody types one in.
#[derive(Debug, Clone)]
pub struct RefundUnits {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// The version the decision was made on.
    pub expected_version: Option<i64>,
    /// Shipped units.
    pub lines: Vec<LineUnits>,
    /// The fulfillment orders whose shipping is paid back.
    pub shipping_of: Vec<FulfillmentOrderId>,
    /// Why.
    pub reason: RefundReason,
    /// More words.
    pub note: Option<String>,
}

/// Pays shipped units and shipping back: each unit gives back exactly what it cost, no unit twice.
///
/// # Errors
/// Not found for a foreign merchant order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::TooManyUnits`]; [`Error::NothingToRefund`].
pub async fn refund_units(ctx: &Ctx, input: RefundUnits) -> Result<Refund, Error> {
    let grant = ctx.authorize(REFUND)?;
    let note = note(input.note.as_deref())?;
    check_doubles(&input)?;
    let tx = ctx.begin_write().await?;
    let order = repo::order_of_part(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.expect(input.merchant_order, input.expected_version)?;
    work.book.require(input.merchant_order, MerchantOrderAction::Refund)?;
    let with_fee = work.market.settings.refund_fixed_fee;
    let refunded = work.book.refund(input.merchant_order, &input.lines, &input.shipping_of, with_fee)?;
    let new = NewRefund {
        kind: RefundKind::Refund,
        reason: input.reason.to_string(),
        note,
        parts: refunded.parts,
        slots: refunded.slots,
        shipping_of: FulfillmentOrderIds(input.shipping_of),
    };
    let id = work.give_back(input.merchant_order, new).await?.ok_or(Error::NothingToRefund)?;
    let row = refund::Entity::find_by_id(id).one(&*work.tx).await?;
    work.finish().await?;
    Ok(row.ok_or(context::Error::NotFound("refund"))?)
}

fn check_doubles(input: &RefundUnits) -> Result<(), Invalid> {
    let mut lines = HashSet::new();
    if let Some(index) = input.lines.iter().position(|units| !lines.insert(units.line)) {
        return Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is named twice"));
    }
    let mut shipping = HashSet::new();
    match input.shipping_of.iter().position(|id| !shipping.insert(*id)) {
        Some(index) => Err(Invalid::new(format!("shippingOf.{index}"), "DUPLICATE", "is named twice")),
        None => Ok(()),
    }
}
