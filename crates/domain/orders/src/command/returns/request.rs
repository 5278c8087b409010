//! Asking to send goods back.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use context::Ctx;
use kernel::Invalid;
use kernel::id::{MerchantOrderId, OrderId, OrderLineId, ReturnId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::json;

use super::super::cancel::note;
use super::super::reasons;
use super::super::work::Work;
use super::Case;
use crate::Error;
use crate::actions::{REQUEST_RETURN, REQUEST_RETURN_BY_TOKEN};
use crate::entity::{goods_return, goods_return_line, merchant_order, shipment, shipment_line};
use crate::event::LineUnits;
use crate::model::book::of_line;
use crate::model::state::MerchantOrderAction;
use crate::model::status::{ReturnReason, ReturnState, ShipmentState};
use crate::query::{self, GuestOrder, ReturnDetail};
use crate::repo;

/// The most lines of one return.
const LINES_MAX: usize = 200;

/// Goods that a buyer wants to send back.
#[derive(Debug, Clone)]
pub struct RequestReturn {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// What opens the order to somebody who did not sign in.
    pub guest: Option<GuestOrder>,
    /// Delivered units.
    pub lines: Vec<LineUnits>,
    /// Why.
    pub reason: ReturnReason,
    /// More words.
    pub note: Option<String>,
}

/// Asks to send goods back. What may be asked for are units that were delivered and never asked for before; a buyer
/// may ask within the marketplace's time, the operator always.
///
/// # Errors
/// Not found for a foreign merchant order or line; [`Error::InvalidTransition`]; [`Error::ReasonNotAllowed`];
/// [`Error::TooManyUnits`]; [`Error::ReturnWindowClosed`]; [`Invalid`].
pub async fn return_request(ctx: &Ctx, input: RequestReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(if input.guest.is_some() { REQUEST_RETURN_BY_TOKEN } else { REQUEST_RETURN })?;
    let note = note(input.note.as_deref())?;
    check(&input.lines)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = match &input.guest {
        Some(guest) => query::guest_order_on(&*tx, guest).await?.id,
        None => order_of(&*tx, &grant, input.merchant_order).await?,
    };
    let mut work = Work::open(ctx, tx, order).await?;
    work.book.require(input.merchant_order, MerchantOrderAction::RequestReturn)?;
    reasons::check(&work, &grant, reasons::RETURN, input.reason.as_str())?;
    let days = work.market.settings.return_window_days;
    let fresh = if grant.is_wide() { None } else { Some(delivered_lately(&work, days).await?) };
    for (index, units) in input.lines.iter().enumerate() {
        take(&mut work, input.merchant_order, (index, units), fresh.as_ref(), days)?;
    }
    let case = insert(work, &input, note).await?;
    case.go(ReturnState::Requested, &json!({ "reason": input.reason, "lines": input.lines })).await
}

fn check(lines: &[LineUnits]) -> Result<(), Invalid> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(Invalid::range("lines", 1, 200));
    }
    let mut seen = HashSet::new();
    match lines.iter().position(|units| !seen.insert(units.line)) {
        Some(index) => Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is named twice")),
        None => Ok(()),
    }
}

async fn order_of<C: ConnectionTrait>(
    conn: &C,
    grant: &access::Grant,
    part: MerchantOrderId,
) -> Result<OrderId, Error> {
    let row = merchant_order::Entity::find_by_id(part).filter(repo::parts_within(grant)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("merchant order"))?.order_id)
}

/// Units of each line that arrived within the time to send them back.
async fn delivered_lately(work: &Work, days: u32) -> Result<HashMap<OrderLineId, i64>, Error> {
    let since = work.tx.now() - Duration::days(days.into());
    let parcels: Vec<_> = shipment::Entity::find()
        .filter(shipment::Column::OrderId.eq(work.book.order.id))
        .filter(shipment::Column::State.eq(ShipmentState::Delivered))
        .filter(shipment::Column::DeliveredAt.gte(since))
        .all(&*work.tx)
        .await?;
    let ids = db::dialect::pad(parcels.iter().map(|parcel| parcel.id).collect::<Vec<_>>());
    let lines =
        shipment_line::Entity::find().filter(shipment_line::Column::ShipmentId.is_in(ids)).all(&*work.tx).await?;
    let mut units = HashMap::new();
    for line in lines {
        *units.entry(line.order_line_id).or_default() += line.quantity;
    }
    Ok(units)
}

fn take(
    work: &mut Work,
    part: MerchantOrderId,
    (index, units): (usize, &LineUnits),
    fresh: Option<&HashMap<OrderLineId, i64>>,
    days: u32,
) -> Result<(), Error> {
    let own = |line: &&mut crate::OrderLine| line.id == units.line && line.merchant_order_id == part;
    let line = work.book.lines.iter_mut().find(own).ok_or(context::Error::NotFound("order line"))?;
    let available = of_line(line).returnable;
    let field = format!("lines.{index}.quantity");
    if units.quantity < 1 {
        return Err(Invalid::range(field, 1, available.max(1)).into());
    }
    if units.quantity > available {
        return Err(Error::TooManyUnits { field, available });
    }
    if fresh.is_some_and(|fresh| fresh.get(&line.id).copied().unwrap_or(0) < units.quantity) {
        return Err(Error::ReturnWindowClosed { days });
    }
    line.return_requested += units.quantity;
    Ok(())
}

async fn insert(work: Work, input: &RequestReturn, note: Option<String>) -> Result<Case, Error> {
    let id: ReturnId = work.ctx.new_id();
    let part = work.book.part(input.merchant_order)?;
    // The order is locked, so nobody else counts at the same time.
    let of_part = goods_return::Column::MerchantOrderId.eq(part.id);
    let count = goods_return::Entity::find().filter(of_part).count(&*work.tx).await?;
    let row = goods_return::Model {
        id,
        order_id: part.order_id,
        merchant_order_id: part.id,
        merchant_id: part.merchant_id,
        customer_id: work.book.order.customer_id,
        number: format!("{}-R{}", part.number, count + 1),
        // Not counted as open before it goes to its first state.
        state: ReturnState::Canceled,
        reason: input.reason,
        note,
        method: None,
        label: None,
        location_id: None,
        rejection: None,
        answer: None,
        carrier: None,
        tracking_number: None,
        refund_id: None,
        requested_by: work.ctx.actor().name.clone(),
        requested_at: work.tx.now(),
        decided_at: None,
        received_at: None,
        inspected_at: None,
        resolved_at: None,
        closed_at: None,
        version: 0,
    };
    goods_return::Entity::insert(row.clone().into_active_model()).exec_without_returning(&*work.tx).await?;
    let lines = input.lines.iter().map(|units| goods_return_line::ActiveModel {
        return_id: Set(id),
        order_line_id: Set(units.line),
        quantity: Set(units.quantity),
        ok: Set(0),
        bad: Set(0),
        restocked: Set(0),
        bad_reason: Set(None),
    });
    goods_return_line::Entity::insert_many(lines).exec_without_returning(&*work.tx).await?;
    let lines = repo::goods_return_lines(&*work.tx, id).await?;
    Ok(Case { work, row, lines })
}
