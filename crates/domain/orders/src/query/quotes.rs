//! Quotes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::{CompanyId, MerchantId, QuoteId, QuoteRequestId};
use kernel::{Page, PageArgs};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::details::grouped;
use crate::Error;
use crate::actions::READ_QUOTE;
use crate::command::{DeliveryChoice, chosen_of_quote, plan_unchecked};
use crate::entity::{QuoteOffer, QuoteStep, quote, quote_offer, quote_step};
use crate::model::plan::SplitPlan;
use crate::model::quote::{Quote, QuoteState, QuoteStepKind, SeenQuote, is_open};
use crate::repo::quote as repo;

/// Which quotes.
#[derive(Debug, Clone, Default)]
pub struct QuoteFilter {
    /// Of this merchant; a merchant always sees only its own.
    pub merchant: Option<MerchantId>,
    /// Of this company: all of them for those who approve for it, else one's own. Not for merchants.
    pub company: Option<CompanyId>,
    /// Of this request. Not for merchants.
    pub request: Option<QuoteRequestId>,
    /// In this state.
    pub state: Option<QuoteState>,
}

/// A quote, for the operator, its merchant, its buyer or those who approve for the buyer's company.
///
/// # Errors
/// Not found for a foreign quote.
pub async fn quote(ctx: &Ctx, id: QuoteId) -> Result<SeenQuote, Error> {
    let grant = ctx.authorize(READ_QUOTE)?;
    let reach = repo::Reach::of(&ctx.read_for(&grant), &grant).await?;
    repo::find(&ctx.read_for(&grant), &reach, id, false).await
}

/// Quotes, the newest first: all for the operator, its own for a merchant, one's own for a buyer, or those of a company.
///
/// # Errors
/// The right may be missing; `Invalid` for a bad cursor.
pub async fn quotes(ctx: &Ctx, filter: &QuoteFilter, page: &PageArgs) -> Result<Page<SeenQuote>, Error> {
    let grant = ctx.authorize(READ_QUOTE)?;
    let reach = repo::Reach::of(&ctx.read_for(&grant), &grant).await?;
    let mut wanted = reach.listed(&grant, filter.company);
    if let Some(merchant) = filter.merchant {
        wanted = wanted.add(quote::Column::MerchantId.eq(merchant));
    }
    // What else was asked for at once is not for merchants.
    if let Some(request) = filter.request.filter(|_| !reach.is_merchant()) {
        wanted = wanted.add(quote::Column::RequestId.eq(request));
    }
    if let Some(state) = filter.state {
        wanted = wanted.add(in_state(state, ctx.now()));
    }
    if let Some(last) = page.after_key::<QuoteId>()? {
        wanted = wanted.add(quote::Column::Id.lt(last));
    }
    let rows = quote::Entity::find()
        .filter(wanted)
        .order_by_desc(quote::Column::Id)
        .limit(page.limit())
        .all(&ctx.read_for(&grant))
        .await?;
    let quotes = repo::with_lines(&ctx.read_for(&grant), rows).await?;
    let seen = quotes.into_iter().map(|quote| reach.seen(quote)).collect();
    Ok(Page::from_rows(seen, page, |seen: &SeenQuote| seen.quote.row.id))
}

/// Rows in a state as [`Quote::state_at`] derives it: what nobody answered in time has expired, also before the timer came
/// by.
fn in_state(state: QuoteState, now: DateTime<Utc>) -> Condition {
    let stored = quote::Column::State.eq(state);
    if state == QuoteState::Expired {
        return Condition::any().add(stored).add(quote::Column::DueAt.lte(now));
    }
    let stored = Condition::all().add(stored);
    if is_open(state) { stored.add(quote::Column::DueAt.gt(now)) } else { stored }
}

/// Every version of the offers of quotes, by quote, the oldest first; two statements. What the caller does not reach is
/// absent.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn offers_by_quotes(ctx: &Ctx, ids: &[QuoteId]) -> Result<HashMap<QuoteId, Vec<QuoteOffer>>, Error> {
    let (within, _) = reached(ctx, quote_offer::Column::QuoteId, ids).await?;
    let rows = quote_offer::Entity::find()
        .filter(within)
        .order_by_asc(quote_offer::Column::QuoteId)
        .order_by_asc(quote_offer::Column::Version)
        .all(ctx.read())
        .await?;
    Ok(grouped(rows, |row| row.quote_id))
}

/// What happened to quotes, by quote, the oldest first; two statements. What the caller does not reach is absent, and
/// merchants do not see who of a company approved.
///
/// # Errors
/// The right may be missing; the database error.
pub async fn steps_by_quotes(ctx: &Ctx, ids: &[QuoteId]) -> Result<HashMap<QuoteId, Vec<QuoteStep>>, Error> {
    let (mut within, merchant) = reached(ctx, quote_step::Column::QuoteId, ids).await?;
    if merchant {
        within = within.add(quote_step::Column::Kind.ne(QuoteStepKind::Approved));
    }
    let rows = quote_step::Entity::find().filter(within).order_by_asc(quote_step::Column::Id).all(ctx.read()).await?;
    Ok(grouped(rows, |row| row.quote_id))
}

/// The rows of reached quotes, and whether a merchant asks.
async fn reached<C: ColumnTrait>(ctx: &Ctx, column: C, ids: &[QuoteId]) -> Result<(Condition, bool), Error> {
    let grant = ctx.authorize(READ_QUOTE)?;
    let reach = repo::Reach::of(&ctx.read_for(&grant), &grant).await?;
    let ids = db::dialect::pad(ids.to_vec());
    let own = quote::Entity::find().select_only().column(quote::Column::Id);
    let own = own.filter(quote::Column::Id.is_in(ids.clone())).filter(reach.within.clone());
    let within = Condition::all().add(column.is_in(ids)).add(column.in_subquery(own.into_query()));
    Ok((within, reach.is_merchant()))
}

/// How an open offer would be split, priced and sent if it were accepted now, with these ways of delivery.
///
/// # Errors
/// The right may be missing; `Invalid` for ways of delivery that the offer does not leave open; the database error.
pub async fn plan_of_quote(ctx: &Ctx, quote: &Quote, choices: Vec<DeliveryChoice>) -> Result<SplitPlan, Error> {
    ctx.authorize(READ_QUOTE)?;
    let cart = chosen_of_quote(quote, choices)?;
    plan_unchecked(ctx, &cart).await
}
