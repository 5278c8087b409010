//! Something is wrong with a merchant order: its money waits until it is right again.

use access::Grant;
use context::Ctx;
use history::Change;
use kernel::id::{IncidentId, MerchantOrderId, OrderId};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::cancel::note;
use super::work::Work;
use crate::Error;
use crate::actions::INCIDENT;
use crate::entity::{Incident, incident, merchant_order};
use crate::event::IncidentChanged;
use crate::model::state::MerchantOrderAction;
use crate::model::status::IncidentReason;
use crate::repo;

/// An incident to be opened.
#[derive(Debug, Clone)]
pub struct OpenIncident {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// What is wrong.
    pub reason: IncidentReason,
    /// More words.
    pub note: Option<String>,
}

/// An incident to be closed.
#[derive(Debug, Clone)]
pub struct CloseIncident {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// How it ended.
    pub outcome: Option<String>,
}

/// Opens an incident: the merchant order is not closed and its money is not released while it is open. There is one at
/// a time.
///
/// # Errors
/// Not found for a foreign merchant order; [`Error::InvalidTransition`]; `Invalid` for a note that is too long.
pub async fn incident_open(ctx: &Ctx, input: OpenIncident) -> Result<Incident, Error> {
    let grant = ctx.authorize(INCIDENT)?;
    let note = note(input.note.as_deref())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = order_of(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.book.require(input.merchant_order, MerchantOrderAction::OpenIncident)?;
    let id: IncidentId = ctx.new_id();
    let row = incident::Model {
        id,
        order_id: order,
        merchant_order_id: input.merchant_order,
        merchant_id: work.book.part(input.merchant_order)?.merchant_id,
        reason: input.reason,
        note,
        outcome: None,
        opened_by: ctx.actor().name.clone(),
        opened_at: work.tx.now(),
        closed_by: None,
        closed_at: None,
    };
    incident::Entity::insert(row.clone().into_active_model()).exec_without_returning(&*work.tx).await?;
    tell(&mut work, &row, true)?;
    work.finish().await?;
    Ok(row)
}

/// Closes the open incident of a merchant order: its money goes on.
///
/// # Errors
/// Not found for a foreign merchant order; [`Error::InvalidTransition`]; `Invalid` for an outcome that is too long.
pub async fn incident_close(ctx: &Ctx, input: CloseIncident) -> Result<Incident, Error> {
    let grant = ctx.authorize(INCIDENT)?;
    let outcome = note(input.outcome.as_deref())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = order_of(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.book.require(input.merchant_order, MerchantOrderAction::CloseIncident)?;
    let open = incident::Entity::find()
        .filter(incident::Column::MerchantOrderId.eq(input.merchant_order))
        .filter(incident::Column::ClosedAt.is_null())
        .one(&*work.tx)
        .await?;
    let mut row = open.ok_or(context::Error::NotFound("incident"))?;
    row.closed_by = Some(ctx.actor().name.clone());
    row.closed_at = Some(work.tx.now());
    row.outcome = outcome;
    let all = row.clone().into_active_model().reset_all();
    incident::Entity::update_many().set(all).filter(incident::Column::Id.eq(row.id)).exec(&*work.tx).await?;
    tell(&mut work, &row, false)?;
    work.finish().await?;
    Ok(row)
}

fn tell(work: &mut Work, row: &Incident, open: bool) -> Result<(), Error> {
    let part = work.book.part_mut(row.merchant_order_id)?;
    part.incident_open = open;
    part.incident_steps += 1;
    let step = part.incident_steps;
    work.tx.emit(&IncidentChanged {
        order: row.order_id,
        merchant_order: row.merchant_order_id,
        merchant: row.merchant_id,
        incident: row.id,
        open,
        step,
    });
    let action = if open { "opened" } else { "closed" };
    let change = Change::new("incident", row.id, action).of_merchant(row.merchant_id);
    work.tx.record(change.field("open", !open, open));
    let data = json!({ "incident": row.id, "reason": row.reason, "outcome": row.outcome });
    let kind = if open { "incident_opened" } else { "incident_closed" };
    work.note_saying(kind, Some(row.merchant_order_id), &data, ("note", row.note.as_deref()));
    Ok(())
}

/// The order of a merchant order that the grant reaches: the operator's, or the buyer's own.
async fn order_of<C: ConnectionTrait>(conn: &C, grant: &Grant, part: MerchantOrderId) -> Result<OrderId, Error> {
    let row = merchant_order::Entity::find_by_id(part).filter(repo::parts_within(grant)).one(conn).await?;
    Ok(row.ok_or(context::Error::NotFound("merchant order"))?.order_id)
}
