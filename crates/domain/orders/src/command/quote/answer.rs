//! What the buyer's side answers, accepting aside.

use access::Action;
use chrono::Duration;
use context::Ctx;
use customers::company_seat_on;
use kernel::Money;
use kernel::id::QuoteId;

use super::{Said, buyer, newest, open, save};
use crate::Error;
use crate::actions::{APPROVE_QUOTE, DECIDE_QUOTE};
use crate::command::cart::DeliveryChoice;
use crate::command::company::{customers_fault, within_limit};
use crate::command::draft::note as checked_note;
use crate::command::plan::planned;
use crate::command::work::market_fault;
use crate::model::quote::{QuoteAction, QuoteState, QuoteStepKind, SeenQuote};
use crate::repo::quote as repo;

/// A quote as the buyer saw it, with words to the merchant.
#[derive(Debug, Clone)]
pub struct OfQuote {
    /// The quote.
    pub quote: QuoteId,
    /// The version of the quote that the buyer saw.
    pub expected_version: i64,
    /// To the merchant.
    pub note: Option<String>,
}

/// An offer to be approved as it was seen.
#[derive(Debug, Clone)]
pub struct QuoteApprove {
    /// The quote.
    pub quote: QuoteId,
    /// The version of the offer that the approver saw.
    pub offer_version: i64,
    /// The total that the approver saw, in minor units.
    pub expected_total_minor: i64,
    /// The ways of delivery it was seen with.
    pub choices: Vec<DeliveryChoice>,
}

/// Asks the merchant for another offer. The one there was cannot be accepted any more.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`]; stale; a note that is missing or too long.
pub async fn quote_ask_change(ctx: &Ctx, input: OfQuote) -> Result<SeenQuote, Error> {
    if input.note.as_deref().is_none_or(|note| note.trim().is_empty()) {
        ctx.authorize(DECIDE_QUOTE)?;
        return Err(kernel::Invalid::required("note").into());
    }
    step(ctx, DECIDE_QUOTE, input, QuoteAction::AskChange, QuoteStepKind::ChangeAsked).await
}

/// Does not take the offer.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`]; stale.
pub async fn quote_decline(ctx: &Ctx, input: OfQuote) -> Result<SeenQuote, Error> {
    step(ctx, DECIDE_QUOTE, input, QuoteAction::Decline, QuoteStepKind::Declined).await
}

/// Gives a quote up that has no offer, or whose offer the merchant is to change.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`]; stale.
pub async fn quote_withdraw(ctx: &Ctx, input: OfQuote) -> Result<SeenQuote, Error> {
    step(ctx, DECIDE_QUOTE, input, QuoteAction::Withdraw, QuoteStepKind::Withdrawn).await
}

async fn step(
    ctx: &Ctx,
    right: Action,
    input: OfQuote,
    action: QuoteAction,
    kind: QuoteStepKind,
) -> Result<SeenQuote, Error> {
    let grant = ctx.authorize(right)?;
    let words = checked_note(input.note)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut seen = open(&tx, &grant, input.quote, action, Some(input.expected_version)).await?;
    let before = seen.quote.row.state;
    seen.quote.row.state = action.leads_to();
    seen.quote.row.due_at = None;
    if action.leads_to() == QuoteState::ChangeAsked {
        let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
        seen.quote.row.due_at = Some(tx.now() + Duration::days(market.settings.quote_answer_days.into()));
    }
    save(&mut tx, ctx, before, &mut seen.quote, kind, Said { reason: None, words }).await?;
    tx.commit().await?;
    Ok(seen)
}

/// Approves an offer that somebody else of one's company asked for and that is above the spending limit. It counts for
/// this version of the offer and as long as the order costs no more.
///
/// # Errors
/// Not found for a quote of another company; [`Error::OwnRequest`] for one's own; [`Error::InvalidTransition`];
/// [`Error::OfferRevised`]; [`Error::SpendingLimitExceeded`] when it is above the approver's own limit;
/// [`Error::PlanChanged`] when it costs something else now.
pub async fn quote_approve(ctx: &Ctx, input: QuoteApprove) -> Result<SeenQuote, Error> {
    let grant = ctx.authorize(APPROVE_QUOTE)?;
    let approver = buyer(ctx, &grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let reach = repo::Reach::of(&*tx, &grant).await?;
    let mut seen = repo::find(&*tx, &reach, input.quote, true).await?;
    if seen.quote.row.customer_id == approver {
        return Err(Error::OwnRequest);
    }
    super::guard(&seen, QuoteAction::Approve, tx.now())?;
    newest(&seen.quote, input.offer_version)?;
    let missing = || context::Error::NotFound("quote");
    let company = seen.quote.row.company_id.ok_or_else(missing)?;
    let seat = company_seat_on(&*tx, company, approver).await.map_err(customers_fault)?.ok_or_else(missing)?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let cart = super::accept::chosen(&seen.quote, input.choices)?;
    let plan = planned(&*tx, &cart, &market, tx.now()).await?.plan;
    if plan.totals.total != input.expected_total_minor {
        return Err(Error::PlanChanged(Box::new(plan)));
    }
    within_limit(&seat, Money::new(plan.totals.total, cart.currency), None)?;
    let row = &mut seen.quote.row;
    let before = row.state;
    row.approved_by = Some(approver);
    row.approved_version = Some(input.offer_version);
    row.approved_minor = Some(plan.totals.total);
    save(&mut tx, ctx, before, &mut seen.quote, QuoteStepKind::Approved, Said::default()).await?;
    tx.commit().await?;
    Ok(seen)
}
