//! Canceling units and whole orders.

use access::Scope;
use context::Ctx;
use kernel::id::{MerchantOrderId, OrderId};
use kernel::text;
use sea_orm::{EntityTrait, QueryFilter};

use super::reasons;
use super::work::Work;
use crate::Error;
use crate::actions::{CANCEL, CANCEL_UNITS};
use crate::entity::order;
use crate::event::LineUnits;
use crate::model::book::Book;
use crate::model::state::{
    MerchantOrderAction, MerchantOrderFacts, allowed, merchant_order, names, order_can_be_canceled, part_lets_cancel,
};
use crate::model::status::CancelReason;
use crate::repo;

/// Units of a merchant order to be canceled.
#[derive(Debug, Clone)]
pub struct CancelUnits {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// The version the decision was made on.
    pub expected_version: Option<i64>,
    /// What; empty: every open unit.
    pub lines: Vec<LineUnits>,
    /// Why.
    pub reason: CancelReason,
    /// More words.
    pub note: Option<String>,
}

/// An order to be canceled as a whole.
#[derive(Debug, Clone)]
pub struct CancelOrder {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub reason: CancelReason,
    /// More words.
    pub note: Option<String>,
}

/// Cancels open units: their stock is free again, their money is not captured or goes back.
///
/// # Errors
/// Not found for a foreign merchant order or line; stale version; [`Error::InvalidTransition`];
/// [`Error::PaymentInFlight`]; [`Error::TooManyUnits`].
pub async fn cancel_units(ctx: &Ctx, input: CancelUnits) -> Result<Book, Error> {
    let grant = ctx.authorize(CANCEL_UNITS)?;
    let note = note(input.note.as_deref())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let order = repo::order_of_part(&*tx, &grant, input.merchant_order).await?;
    let mut work = Work::open(ctx, tx, order).await?;
    work.expect(input.merchant_order, input.expected_version)?;
    work.book.require(input.merchant_order, MerchantOrderAction::Cancel)?;
    reasons::check(&work, &grant, reasons::CANCEL, input.reason.as_str())?;
    let lines = if input.lines.is_empty() { work.book.open_units(input.merchant_order) } else { input.lines };
    let by_merchant = matches!(grant.scope(), Scope::Merchant(_)) && input.reason != CancelReason::BuyerRequest;
    work.cancel(input.merchant_order, &lines, input.reason, note.as_deref(), by_merchant).await?;
    work.finish().await
}

/// Cancels every open unit of an order. A buyer may as long as no merchant has accepted; the operator as long as
/// nothing has left.
///
/// # Errors
/// Not found for a foreign order; [`Error::InvalidTransition`]; [`Error::PaymentInFlight`].
pub async fn cancel_order(ctx: &Ctx, input: CancelOrder) -> Result<Book, Error> {
    let grant = ctx.authorize(CANCEL)?;
    let note = note(input.note.as_deref())?;
    let tx = ctx.begin_write_for(&grant).await?;
    let found = order::Entity::find_by_id(input.order).filter(repo::orders_within(&grant)).one(&*tx).await?;
    let found = found.ok_or(context::Error::NotFound("order"))?;
    let mut work = Work::open(ctx, tx, found.id).await?;
    guard(&work.book, !grant.is_wide())?;
    reasons::check(&work, &grant, reasons::CANCEL, input.reason.as_str())?;
    cancel_all(&mut work, input.reason, note.as_deref()).await?;
    work.finish().await
}

fn guard(book: &Book, early_only: bool) -> Result<(), Error> {
    let facts: Vec<MerchantOrderFacts> = book.parts.iter().map(|part| book.facts(part)).collect();
    if order_can_be_canceled(&facts, early_only) {
        return Ok(());
    }
    let stands_in_the_way = facts.iter().find(|facts| !part_lets_cancel(facts, early_only)).or(facts.first());
    match stands_in_the_way {
        Some(facts) if facts.is_capturing() => Err(Error::PaymentInFlight),
        Some(facts) => {
            let state = merchant_order(facts).as_str();
            Err(Error::InvalidTransition { action: "CANCEL", state, allowed: names(&allowed(facts)) })
        }
        None => Err(context::Error::NotFound("order").into()),
    }
}

/// Cancels whatever is open.
pub(super) async fn cancel_all(work: &mut Work, reason: CancelReason, note: Option<&str>) -> Result<(), Error> {
    let parts: Vec<MerchantOrderId> = work.book.parts.iter().map(|part| part.id).collect();
    cancel_parts(work, parts, reason, note).await
}

/// Cancels whatever is open of these merchant orders.
pub(super) async fn cancel_parts(
    work: &mut Work,
    parts: Vec<MerchantOrderId>,
    reason: CancelReason,
    note: Option<&str>,
) -> Result<(), Error> {
    for part in parts {
        let lines = work.book.open_units(part);
        if !lines.is_empty() {
            work.cancel(part, &lines, reason, note, false).await?;
        }
    }
    Ok(())
}

pub(super) fn note(text: Option<&str>) -> Result<Option<String>, Error> {
    Ok(text.map(|note| text::block("note", note, 2000)).transpose()?.filter(|note| !note.is_empty()))
}
