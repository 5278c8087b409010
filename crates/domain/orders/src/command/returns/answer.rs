//! What is answered to a buyer who wants to send goods back, and what the buyer does then.

use context::Ctx;
use kernel::id::LocationId;
use kernel::{Invalid, text};
use serde_json::json;

use super::super::cancel::note;
use super::{Case, OfReturn};
use crate::Error;
use crate::actions::{HANDLE_RETURN, REQUEST_RETURN};
use crate::model::care::ReturnAction;
use crate::model::status::{ReturnMethod, ReturnRejection, ReturnState};
use crate::query::ReturnDetail;

/// The answer that a buyer may send the goods.
#[derive(Debug, Clone)]
pub struct ApproveReturn {
    /// The return.
    pub of: OfReturn,
    /// How they come back.
    pub method: ReturnMethod,
    /// Where the buyer finds the label: an address or a reference.
    pub label: Option<String>,
    /// Where they come back to; where they left from if absent.
    pub location: Option<LocationId>,
    /// A word to the buyer.
    pub note: Option<String>,
}

/// The answer that a buyer may not send the goods.
#[derive(Debug, Clone)]
pub struct RejectReturn {
    /// The return.
    pub of: OfReturn,
    /// Why.
    pub rejection: ReturnRejection,
    /// A word to the buyer.
    pub note: Option<String>,
}

/// The goods were handed to a carrier.
#[derive(Debug, Clone)]
pub struct SendReturn {
    /// The return.
    pub of: OfReturn,
    /// The carrier.
    pub carrier: Option<String>,
    /// Its number.
    pub tracking_number: Option<String>,
}

/// Lets the buyer send the goods.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; [`Invalid`].
pub async fn return_approve(ctx: &Ctx, input: ApproveReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let (note, label) = (note(input.note.as_deref())?, line("label", input.label.as_deref(), 500)?);
    let mut case = Case::open(ctx, &grant, input.of, ReturnAction::Approve).await?;
    case.row.method = Some(input.method);
    case.row.label = label;
    case.row.location_id = input.location;
    case.row.answer = note;
    case.row.decided_at = Some(case.work.tx.now());
    case.go(ReturnState::Approved, &json!({ "method": input.method })).await
}

/// Refuses a return; the units may be asked for again.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; [`Invalid`].
pub async fn return_reject(ctx: &Ctx, input: RejectReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(HANDLE_RETURN)?;
    let note = note(input.note.as_deref())?;
    let mut case = Case::open(ctx, &grant, input.of, ReturnAction::Reject).await?;
    case.row.rejection = Some(input.rejection);
    case.row.answer = note;
    case.row.decided_at = Some(case.work.tx.now());
    case.give_units_back();
    case.go(ReturnState::Rejected, &json!({ "reason": input.rejection })).await
}

/// Says that the goods are on their way back.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`]; [`Invalid`].
pub async fn return_send(ctx: &Ctx, input: SendReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(REQUEST_RETURN)?;
    let carrier = line("carrier", input.carrier.as_deref(), 120)?;
    let number = line("trackingNumber", input.tracking_number.as_deref(), 100)?;
    let mut case = Case::open(ctx, &grant, input.of, ReturnAction::Send).await?;
    let data = json!({ "carrier": carrier, "tracking_number": number });
    case.row.carrier = carrier;
    case.row.tracking_number = number;
    case.go(ReturnState::InTransit, &data).await
}

/// Gives a return up before the goods were sent.
///
/// # Errors
/// Not found for a foreign return; stale version; [`Error::InvalidTransition`].
pub async fn return_cancel(ctx: &Ctx, of: OfReturn) -> Result<ReturnDetail, Error> {
    let grant = ctx.authorize(REQUEST_RETURN)?;
    let mut case = Case::open(ctx, &grant, of, ReturnAction::Cancel).await?;
    case.row.closed_at = Some(case.work.tx.now());
    case.give_units_back();
    case.go(ReturnState::Canceled, &json!({})).await
}

pub(super) fn line(field: &str, value: Option<&str>, max: usize) -> Result<Option<String>, Invalid> {
    match value {
        Some(value) if !value.trim().is_empty() => text::line(field, value, max).map(Some),
        _ => Ok(None),
    }
}
