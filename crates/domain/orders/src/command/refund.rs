//! Paying shipped units, shipping and amounts back.

use std::collections::HashSet;

use context::{Ctx, Idempotent};
use kernel::id::{FulfillmentOrderId, MerchantOrderId, OrderLineId, RefundId};
use kernel::{Invalid, Money};
use sea_orm::{EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::cancel::note;
use super::money::refund_of;
use super::paying::{Asked, never_arrives, save_refund};
use super::reasons;
use super::returns::reopen;
use super::work::Work;
use crate::Error;
use crate::actions::{APPROVE_REFUND, GOODWILL, REFUND};
use crate::entity::{Refund, refund};
use crate::event::LineUnits;
use crate::model::care::{self, RefundAction};
use crate::model::state::MerchantOrderAction;
use crate::model::status::{Bearer, RefundKind, RefundReason, RefundState};
use crate::model::types::{FulfillmentOrderIds, StoredParts, Wanted};
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

/// An amount that is paid back although the buyer keeps the goods.
#[derive(Debug, Clone, Serialize)]
pub struct RefundAmount {
    /// Chosen by the client; the same key again gives the same answer.
    #[serde(skip)]
    pub idempotency_key: String,
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// How much.
    #[serde(serialize_with = "as_text")]
    pub amount: Money,
    /// Who pays it.
    pub bearer: Bearer,
    /// The lines it is for; with `shipping_of` empty too: everything.
    pub lines: Vec<OrderLineId>,
    /// The fulfillment orders whose shipping it is for.
    pub shipping_of: Vec<FulfillmentOrderId>,
    /// Why.
    pub reason: RefundReason,
    /// More words.
    pub note: Option<String>,
}

fn as_text<S: serde::Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(money)
}

/// What is kept under the key.
#[derive(Serialize, Deserialize)]
struct Answer {
    refund: RefundId,
}

/// Pays shipped units and shipping back: each unit gives back exactly what is left of it, no unit twice. Above the
/// marketplace's limit it waits until another person approves it.
///
/// # Errors
/// Not found for a foreign merchant order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::ReasonNotAllowed`]; [`Error::TooManyUnits`]; [`Error::NothingToRefund`].
pub async fn refund_units(ctx: &Ctx, input: RefundUnits) -> Result<Refund, Error> {
    let grant = ctx.authorize(REFUND)?;
    let note = note(input.note.as_deref())?;
    check_doubles("lines", ".lineId", input.lines.iter().map(|units| units.line))?;
    check_doubles("shippingOf", "", input.shipping_of.iter().copied())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = repo::order_of_part(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.expect(input.merchant_order, input.expected_version)?;
    work.book.require(input.merchant_order, MerchantOrderAction::Refund)?;
    reasons::check(&work, &grant, reasons::REFUND, input.reason.as_str())?;
    let asked = Asked {
        wanted: Wanted::Units { lines: input.lines, shipping_of: input.shipping_of, returned: false },
        kind: RefundKind::Refund,
        bearer: Bearer::Merchant,
        reason: input.reason.to_string(),
        note,
        goods_return: None,
    };
    let row = work.refund(input.merchant_order, asked).await?;
    work.finish().await?;
    Ok(row)
}

/// Pays an amount back, spread over what is left of lines and shipping, and says who pays it: the merchant with the
/// operator's commission on it, or the operator alone. Only the operator may let the operator pay. Above the
/// marketplace's limit it waits until another person approves it.
///
/// # Errors
/// Not found for a foreign merchant order or line; [`Error::InvalidTransition`]; [`Error::ReasonNotAllowed`];
/// [`Error::ExceedsRefundable`]; [`Invalid`] for another currency; `IDEMPOTENCY_KEY_REUSED`.
pub async fn refund_amount(ctx: &Ctx, input: RefundAmount) -> Result<Refund, Error> {
    let grant = ctx.authorize(if input.bearer == Bearer::Operator { GOODWILL } else { REFUND })?;
    let note = note(input.note.as_deref())?;
    check_doubles("lineIds", "", input.lines.iter().copied())?;
    check_doubles("shippingOf", "", input.shipping_of.iter().copied())?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let order = repo::order_of_part(&*tx, &grant, input.merchant_order).await?;
    match tx.idempotent::<Answer, _>(ctx.actor().id(), "refund_amount", &input.idempotency_key, &input).await? {
        Idempotent::Replay(answer) => {
            let found = refund::Entity::find_by_id(answer.refund).one(&*tx).await?;
            return Ok(found.ok_or(context::Error::NotFound("refund"))?);
        }
        Idempotent::Proceed => {}
    }
    let mut work = Work::open(ctx, tx, order).await?;
    work.book.require(input.merchant_order, MerchantOrderAction::Refund)?;
    reasons::check(&work, &grant, reasons::REFUND, input.reason.as_str())?;
    let currency = work.book.order.currency;
    if input.amount.currency != currency {
        let text = format!("must be in {currency}");
        return Err(Invalid::new("amount.currency", "CURRENCY_MISMATCH", text).into());
    }
    let asked = Asked {
        wanted: Wanted::Amount { amount_minor: input.amount.minor, lines: input.lines, shipping_of: input.shipping_of },
        kind: RefundKind::Goodwill,
        bearer: input.bearer,
        reason: input.reason.to_string(),
        note,
        goods_return: None,
    };
    let row = work.refund(input.merchant_order, asked).await?;
    work.finish_with(&Answer { refund: row.id }).await?;
    Ok(row)
}

/// Lets a refund happen that waits for approval. Whoever asked for it cannot.
///
/// # Errors
/// Not found; [`Error::InvalidTransition`]; [`Error::OwnRequest`]; [`Error::RequestOutdated`] when it would be another
/// amount now; [`Error::TooManyUnits`] and [`Error::ExceedsRefundable`] when less is left.
pub async fn refund_approve(ctx: &Ctx, id: RefundId) -> Result<Refund, Error> {
    let (mut work, mut row) = decided(ctx, id, RefundAction::Approve).await?;
    let wanted = row.wanted.clone().ok_or_else(|| context::Error::internal("a refund that waits wants nothing"))?;
    let with_fee = work.market.settings.refund_fixed_fee;
    let given = work.book.give_back(row.merchant_order_id, &wanted, row.bearer, with_fee)?;
    if given.step.cash != row.amount_minor {
        return Err(Error::RequestOutdated);
    }
    row.state = RefundState::Requested;
    row.parts = StoredParts(given.step.parts);
    row.shipping_of = FulfillmentOrderIds(given.shipping_of);
    save_refund(&work, &mut row).await?;
    work.note("refund_approved", Some(row.merchant_order_id), &json!({ "refund": id }));
    work.tell_approval(&row);
    work.carry_out(&row, &given.slots, never_arrives(&wanted)).await?;
    work.finish().await?;
    Ok(row)
}

/// Does not let a refund happen that waits for approval. A return that it is for can be decided anew.
///
/// # Errors
/// Not found; [`Error::InvalidTransition`]; [`Error::OwnRequest`].
pub async fn refund_reject(ctx: &Ctx, id: RefundId, text: Option<&str>) -> Result<Refund, Error> {
    ctx.authorize(APPROVE_REFUND)?;
    let text = note(text)?;
    let (mut work, mut row) = decided(ctx, id, RefundAction::Reject).await?;
    row.state = RefundState::Rejected;
    row.failure = text;
    save_refund(&work, &mut row).await?;
    if let Some(of) = row.return_id {
        reopen(&mut work, of).await?;
    }
    let said = ("note", row.failure.as_deref());
    work.note_saying("refund_rejected", Some(row.merchant_order_id), &json!({ "refund": id }), said);
    work.tell_approval(&row);
    work.finish().await?;
    Ok(row)
}

/// A refund that waits, under the lock of its order, with the decision of another person than who asked.
async fn decided(ctx: &Ctx, id: RefundId, action: RefundAction) -> Result<(Work, Refund), Error> {
    let grant = ctx.authorize(APPROVE_REFUND)?;
    let within = context::within_merchants(&grant, refund::Column::MerchantId);
    let reached = refund::Entity::find_by_id(id).filter(within).one(&ctx.read_for(&grant)).await?;
    reached.ok_or(context::Error::NotFound("refund"))?;
    let (work, mut row) = refund_of(ctx, id).await?;
    action.require(row.state.as_str(), &care::refund(row.state))?;
    let actor = ctx.actor().id();
    if actor == row.actor {
        return Err(Error::OwnRequest);
    }
    row.decided_by = Some(actor);
    row.decided_at = Some(work.tx.now());
    Ok((work, row))
}

fn check_doubles<T: std::hash::Hash + Eq>(
    field: &str,
    inner: &str,
    mut ids: impl Iterator<Item = T>,
) -> Result<(), Invalid> {
    let mut seen = HashSet::new();
    match ids.position(|id| !seen.insert(id)) {
        Some(index) => Err(Invalid::new(format!("{field}.{index}{inner}"), "DUPLICATE", "is named twice")),
        None => Ok(()),
    }
}
