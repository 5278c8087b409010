//! Goods that came back are looked at unit by unit.

use std::collections::HashSet;

use context::Ctx;
use inventory::{Restock, restock_in_tx};
use kernel::Invalid;
use kernel::id::{LocationId, OrderLineId};
use serde_json::json;

use super::{Case, OfReturn, save_line};
use crate::Error;
use crate::actions::HANDLE_RETURN;
use crate::model::care::ReturnAction;
use crate::model::status::{BadReason, ReturnState};
use crate::query::ReturnDetail;

/// How the units of a line came back.
#[derive(Debug, Clone)]
pub struct InspectedUnits {
    /// The order line.
    pub line: OrderLineId,
    /// Units as they should be.
    pub ok: i64,
    /// Of these, units that go back to stock.
    pub restocked: i64,
    /// Units that are not as they should be, or did not come.
    pub bad: i64,
    /// What is wrong with them.
    pub bad_reason: Option<BadReason>,
}

/// How every unit of a return came back.
#[derive(Debug, Clone)]
pub struct InspectReturn {
    /// The return.
    pub of: OfReturn,
    /// Every line of it.
    pub lines: Vec<InspectedUnits>,
}

/// Says that the goods are there.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`].
pub async fn return_receive(ctx: &Ctx, of: OfReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let mut case = Case::open(ctx, &grant, of, ReturnAction::Receive).await?;
    case.row.received_at = Some(case.work.tx.now());
    case.go(ReturnState::Received, &json!({})).await
}

/// Says that the goods never came; the units may be asked for again.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`].
pub async fn return_report_no_reception(ctx: &Ctx, of: OfReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let mut case = Case::open(ctx, &grant, of, ReturnAction::ReportNoReception).await?;
    case.row.closed_at = Some(case.work.tx.now());
    case.give_units_back();
    case.go(ReturnState::NoReception, &json!({})).await
}

/// Says how every unit came back. What can be sold again goes back to stock.
///
/// # Errors
/// Not found for a foreign return or line, or when the location never had the article; stale version;
/// [`Error::InvalidTransition`]; [`Error::TooManyUnits`] for more than may come back; [`Error::LinesUndecided`] when
/// units are left out; [`Invalid`].
pub async fn return_inspect(ctx: &Ctx, input: InspectReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let mut case = Case::open(ctx, &grant, input.of, ReturnAction::Inspect).await?;
    let mut seen = HashSet::new();
    for (index, units) in input.lines.iter().enumerate() {
        if !seen.insert(units.line) {
            return Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is named twice").into());
        }
        inspect(&mut case, index, units)?;
    }
    let undecided = case.lines.iter().filter(|line| line.ok + line.bad < line.quantity).count();
    if undecided > 0 {
        return Err(Error::LinesUndecided(undecided));
    }
    restock(&mut case).await?;
    for line in &case.lines {
        save_line(&case.work, line).await?;
        let counted = case.work.book.lines.iter_mut().find(|counted| counted.id == line.order_line_id);
        if let Some(counted) = counted {
            counted.return_ok += line.ok;
            counted.return_bad += line.bad;
        }
    }
    case.row.inspected_at = Some(case.work.tx.now());
    let (ok, bad) = case.lines.iter().fold((0, 0), |(ok, bad), line| (ok + line.ok, bad + line.bad));
    case.go(ReturnState::Inspected, &json!({ "ok": ok, "bad": bad })).await
}

/// Puts a return away that is settled.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`].
pub async fn return_close(ctx: &Ctx, of: OfReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let mut case = Case::open(ctx, &grant, of, ReturnAction::Close).await?;
    case.row.closed_at = Some(case.work.tx.now());
    case.go(ReturnState::Closed, &json!({})).await
}

fn inspect(case: &mut Case, index: usize, units: &InspectedUnits) -> Result<(), Error> {
    let field = |name: &str| format!("lines.{index}.{name}");
    let line = case.lines.iter_mut().find(|line| line.order_line_id == units.line);
    let line = line.ok_or(context::Error::NotFound("order line"))?;
    if units.ok < 0 || units.bad < 0 {
        let name = if units.ok < 0 { "ok" } else { "bad" };
        return Err(Invalid::range(field(name), 0, line.quantity).into());
    }
    if units.ok + units.bad > line.quantity {
        return Err(Error::TooManyUnits {
            field: field("ok"),
            available: line.quantity - units.bad.min(line.quantity),
        });
    }
    if units.restocked < 0 || units.restocked > units.ok {
        return Err(Invalid::range(field("restocked"), 0, units.ok).into());
    }
    if units.bad > 0 && units.bad_reason.is_none() {
        return Err(Invalid::required(field("badReason")).into());
    }
    line.ok = units.ok;
    line.bad = units.bad;
    line.restocked = units.restocked;
    line.bad_reason = units.bad_reason.filter(|_| units.bad > 0);
    Ok(())
}

async fn restock(case: &mut Case) -> Result<(), Error> {
    let mut back = Vec::new();
    for line in case.lines.iter().filter(|line| line.restocked > 0) {
        let location_id = place(case, line.order_line_id)?;
        let sold = case.work.book.lines.iter().find(|sold| sold.id == line.order_line_id);
        let stock_item_id = sold.ok_or(context::Error::NotFound("order line"))?.stock_item_id;
        back.push(Restock { stock_item_id, location_id, quantity: line.restocked });
    }
    if !back.is_empty() {
        let reference = case.row.id.to_string();
        restock_in_tx(&mut case.work.tx, &back, &reference).await?;
    }
    Ok(())
}

/// Where units of a line come back to: the place that was named, or where they left from.
pub(super) fn place(case: &Case, line: OrderLineId) -> Result<LocationId, Error> {
    if let Some(location) = case.row.location_id {
        return Ok(location);
    }
    let book = &case.work.book;
    let sent = book.fulfillment_lines.iter().find(|sent| sent.order_line_id == line && sent.shipped > 0);
    let sent = sent.ok_or(context::Error::NotFound("fulfillment order"))?;
    Ok(book.fulfillment(sent.fulfillment_order_id)?.location_id)
}
