//! Accepting and refusing lines.

use std::collections::HashSet;

use context::Ctx;
use kernel::Invalid;
use kernel::id::{MerchantOrderId, OrderLineId};
use serde_json::json;

use super::standing;
use super::work::Work;
use crate::Error;
use crate::actions::DECIDE;
use crate::event::{LineUnits, LinesRefused, MerchantOrderAccepted};
use crate::model::book::Book;
use crate::model::state::MerchantOrderAction;
use crate::model::status::{CancelReason, Outcome};
use crate::repo;

/// The decision about one line.
#[derive(Debug, Clone)]
pub struct LineDecision {
    /// The line.
    pub line: OrderLineId,
    /// Accepted or refused.
    pub accept: bool,
    /// Why it is refused.
    pub reason: Option<CancelReason>,
}

/// The decision about a merchant order.
#[derive(Debug, Clone)]
pub enum Decision {
    /// Every line is accepted.
    AcceptAll,
    /// Every line is decided on its own; all must be named.
    Lines(Vec<LineDecision>),
}

/// A merchant order to be decided.
#[derive(Debug, Clone)]
pub struct Decide {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// The version the decision was made on.
    pub expected_version: Option<i64>,
    /// The decision.
    pub decision: Decision,
}

/// Accepts or refuses the lines of a merchant order. Refused lines give their stock free and their money back; the
/// money of the accepted ones is captured where the payment method says so.
///
/// # Errors
/// Not found for a foreign merchant order; stale version; [`Error::InvalidTransition`];
/// [`Error::LinesUndecided`] when a line with open units is not named.
pub async fn decide(ctx: &Ctx, input: Decide) -> Result<Book, Error> {
    let grant = ctx.authorize(DECIDE)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = repo::order_of_part(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.expect(input.merchant_order, input.expected_version)?;
    work.book.require(input.merchant_order, MerchantOrderAction::Decide)?;
    let refused = refused_lines(&work.book, &input)?;
    refuse(&mut work, input.merchant_order, &refused, false).await?;
    let now = work.tx.now();
    let left = !work.book.open_units(input.merchant_order).is_empty();
    let part = work.book.part_mut(input.merchant_order)?;
    part.decided_at = Some(now);
    part.outcome = Some(if left { Outcome::Accepted } else { Outcome::Refused });
    let merchant = part.merchant_id;
    if left {
        standing::may_accept(&work, &grant, merchant).await?;
        let accepted_minor = work.request_capture(input.merchant_order).await?;
        let (order, merchant_order) = (order, input.merchant_order);
        work.tx.emit(&MerchantOrderAccepted { order, merchant_order, merchant, accepted_minor, automatic: false });
        work.note("accepted", Some(merchant_order), &json!({ "accepted_minor": accepted_minor }));
    }
    work.finish().await
}

fn refused_lines(book: &Book, input: &Decide) -> Result<Vec<(LineUnits, CancelReason)>, Error> {
    let open = book.open_units(input.merchant_order);
    let Decision::Lines(decisions) = &input.decision else { return Ok(Vec::new()) };
    let mut seen = HashSet::new();
    let mut refused = Vec::new();
    for (index, decision) in decisions.iter().enumerate() {
        let own = book.lines.iter().any(|l| l.id == decision.line && l.merchant_order_id == input.merchant_order);
        if !own {
            return Err(context::Error::NotFound("order line").into());
        }
        if !seen.insert(decision.line) {
            return Err(Invalid::new(format!("lines.{index}.lineId"), "DUPLICATE", "is decided twice").into());
        }
        if let Some(units) = open.iter().find(|units| units.line == decision.line && !decision.accept) {
            refused.push((*units, decision.reason.unwrap_or(CancelReason::Refused)));
        }
    }
    match open.iter().filter(|units| !seen.contains(&units.line)).count() {
        0 => Ok(refused),
        missing => Err(Error::LinesUndecided(missing)),
    }
}

/// Takes refused lines out and tells of it.
pub(super) async fn refuse(
    work: &mut Work,
    part: MerchantOrderId,
    refused: &[(LineUnits, CancelReason)],
    expired: bool,
) -> Result<(), Error> {
    if refused.is_empty() {
        return Ok(());
    }
    let mut reasons: Vec<CancelReason> = refused.iter().map(|(_, reason)| *reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let lines: Vec<LineUnits> = refused.iter().filter(|(_, r)| *r == reason).map(|(units, _)| *units).collect();
        work.cancel(part, &lines, reason, None, true).await?;
    }
    let (order, merchant) = (work.book.order.id, work.book.part(part)?.merchant_id);
    let lines: Vec<LineUnits> = refused.iter().map(|(units, _)| *units).collect();
    let data = json!({ "lines": lines });
    work.note(if expired { "expired" } else { "refused" }, Some(part), &data);
    // The buyer hears of it by this fact alone.
    let refused = work.taken_out();
    work.tx.emit(&LinesRefused { order, merchant_order: part, merchant, refused, expired });
    Ok(())
}
