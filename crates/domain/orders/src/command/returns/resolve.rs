//! How a return is settled: money, other goods, or the same goods.

use context::Ctx;
use inventory::{Issue, Reserve, issue_in_tx, reserve_in_tx};
use kernel::id::{FulfillmentOrderId, LocationId};
use serde_json::json;

use super::super::paying::Asked;
use super::answer::line;
use super::receive::place;
use super::{Case, OfReturn};
use crate::Error;
use crate::actions::{HANDLE_RETURN, REFUND_RETURN};
use crate::entity::GoodsReturnLine;
use crate::event::LineUnits;
use crate::model::care::ReturnAction;
use crate::model::status::{Bearer, RefundKind, RefundReason, ReturnMethod, ReturnState};
use crate::model::types::Wanted;
use crate::query::ReturnDetail;

/// What is paid back for a return.
#[derive(Debug, Clone)]
pub struct RefundReturn {
    /// The return.
    pub of: OfReturn,
    /// Whether units that are not as they should be are paid back too.
    pub with_bad: bool,
    /// The fulfillment orders whose shipping is paid back with them.
    pub shipping_of: Vec<FulfillmentOrderId>,
}

/// Goods that go to the buyer for a return.
#[derive(Debug, Clone)]
pub struct SendGoods {
    /// The return.
    pub of: OfReturn,
    /// Where they leave from; where the returned ones went to if absent.
    pub location: Option<LocationId>,
    /// The carrier.
    pub carrier: Option<String>,
    /// Its number.
    pub tracking_number: Option<String>,
}

/// Pays the units of a return back. Above the marketplace's limit the money waits until another person approves it.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; [`Error::NothingToRefund`];
/// [`Error::TooManyUnits`] when they were paid back meanwhile.
pub async fn return_refund(ctx: &Ctx, input: RefundReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(REFUND_RETURN)?;
    let mut case = Case::open(ctx, &grant, input.of, ReturnAction::Refund).await?;
    let kept = case.row.method == Some(ReturnMethod::Returnless);
    let units = |line: &GoodsReturnLine| match kept {
        true => line.quantity,
        false => line.ok + if input.with_bad { line.bad } else { 0 },
    };
    let lines = case.lines.iter().map(|line| LineUnits { line: line.order_line_id, quantity: units(line) });
    let lines: Vec<LineUnits> = lines.filter(|units| units.quantity > 0).collect();
    if lines.is_empty() {
        return Err(Error::NothingToRefund);
    }
    let asked = Asked {
        wanted: Wanted::Units { lines, shipping_of: input.shipping_of, returned: true },
        kind: RefundKind::Refund,
        bearer: Bearer::Merchant,
        reason: RefundReason::Returned.to_string(),
        note: case.row.note.clone(),
        goods_return: Some(case.row.id),
    };
    let refund = case.work.refund(case.row.merchant_order_id, asked).await?;
    case.row.refund_id = Some(refund.id);
    case.row.resolved_at = Some(case.work.tx.now());
    case.settle_units();
    case.go(ReturnState::Refunded, &json!({ "refund": refund.id, "amount_minor": refund.amount_minor })).await
}

/// Sends other units of the same articles: they leave the stock, no money moves.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; out of stock; `Invalid`.
pub async fn return_replace(ctx: &Ctx, input: SendGoods) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    send(Case::open(ctx, &grant, input.of, ReturnAction::Replace).await?, input, ReturnState::Replaced).await
}

/// Sends the same units back to the buyer; those that went to stock leave it again.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; out of stock; `Invalid`.
pub async fn return_send_back(ctx: &Ctx, input: SendGoods) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    send(Case::open(ctx, &grant, input.of, ReturnAction::SendBack).await?, input, ReturnState::SentBack).await
}

async fn send(mut case: Case, input: SendGoods, to: ReturnState) -> Result<ReturnDetail, Error> {
    let carrier = line("carrier", input.carrier.as_deref(), 120)?;
    let number = line("trackingNumber", input.tracking_number.as_deref(), 100)?;
    let mut out = Vec::new();
    for line in &case.lines {
        let quantity = if to == ReturnState::Replaced { line.quantity } else { line.restocked };
        if quantity == 0 {
            continue;
        }
        let location_id = match input.location {
            Some(location) => location,
            None => place(&case, line.order_line_id)?,
        };
        let sold = case.work.book.lines.iter().find(|sold| sold.id == line.order_line_id);
        let stock_item_id = sold.ok_or(context::Error::NotFound("order line"))?.stock_item_id;
        out.push(Reserve { order_line_id: line.order_line_id, stock_item_id, location_id, quantity });
    }
    if !out.is_empty() {
        reserve_in_tx(&mut case.work.tx, &out).await?;
        let issues: Vec<Issue> = out
            .iter()
            .map(|r| Issue { order_line_id: r.order_line_id, location_id: r.location_id, quantity: r.quantity })
            .collect();
        let reference = case.row.id.to_string();
        issue_in_tx(&mut case.work.tx, &issues, &reference).await?;
    }
    case.row.resolved_at = Some(case.work.tx.now());
    case.settle_units();
    case.go(to, &json!({ "carrier": carrier, "tracking_number": number })).await
}
