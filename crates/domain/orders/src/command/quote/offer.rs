//! What a merchant answers.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use kernel::id::{DeliveryMethodId, QuoteId, QuoteLineId};
use kernel::{Invalid, Money};
use marketplace::{DeliveryKind, Snapshot};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::{Said, open, save};
use crate::Error;
use crate::actions::ANSWER_QUOTE;
use crate::command::draft::note as checked_note;
use crate::command::plan::planned;
use crate::command::work::market_fault;
use crate::entity::{QuoteOffer, quote_offer};
use crate::error::rejection_code;
use crate::model::plan::{Rejected, SplitPlan};
use crate::model::quote::{
    NewLineTerms, OfferTerms, QUOTE_VERSIONS_MAX, Quote, QuoteAction, QuoteReason, QuoteState, QuoteStepKind, SeenQuote,
};

/// The longest that an offer may stand.
const VALID_DAYS_MAX: i64 = 365;

/// An offer, or a new version of it.
#[derive(Debug, Clone)]
pub struct QuoteOfferMake {
    /// The quote.
    pub quote: QuoteId,
    /// The version of the quote that the merchant saw.
    pub expected_version: i64,
    /// Every line of it.
    pub lines: Vec<NewLineTerms>,
    /// What delivery costs in all; `None`: what the way of delivery costs everybody.
    pub delivery: Option<Money>,
    /// The way of delivery.
    pub method: Option<DeliveryMethodId>,
    /// Until when the offer stands; `None`: as long as the marketplace says.
    pub valid_until: Option<DateTime<Utc>>,
    /// To the buyer.
    pub note: Option<String>,
}

/// No offer, or none any more.
#[derive(Debug, Clone)]
pub struct QuoteRefuse {
    /// The quote.
    pub quote: QuoteId,
    /// The version of the quote that the merchant saw.
    pub expected_version: i64,
    /// Why.
    pub reason: QuoteReason,
    /// To the buyer.
    pub note: Option<String>,
}

/// Makes an offer, or replaces it by a new version while it is open. Nothing is reserved; the former version stays in
/// the history and cannot be accepted any more.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`]; stale; as [`OfferTerms::checked`]; [`Invalid`] naming the
/// line that is not for sale any more, the delivery method or the day; [`Error::NotPlaceable`] when it cannot be sent.
pub async fn quote_offer(ctx: &Ctx, input: QuoteOfferMake) -> Result<SeenQuote, Error> {
    let grant = ctx.authorize(ANSWER_QUOTE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut seen = open(&tx, &grant, input.quote, QuoteAction::Offer, Some(input.expected_version)).await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let quote = &mut seen.quote;
    let asked: Vec<(QuoteLineId, i64)> = quote.lines.iter().map(|line| (line.id, line.quantity)).collect();
    let method = input.method.map(|method| check_method(&market, method)).transpose()?;
    let terms = OfferTerms::checked(&asked, quote.row.currency, &input.lines, input.delivery, method)?;
    if quote.row.offer_version >= QUOTE_VERSIONS_MAX {
        return Err(
            Invalid::new("id", "TOO_MANY", format!("an offer has at most {QUOTE_VERSIONS_MAX} versions")).into()
        );
    }
    let usual = Duration::days(market.settings.quote_valid_days.into());
    let valid_until = check_until(input.valid_until.unwrap_or(tx.now() + usual), tx.now())?;
    let words = checked_note(input.note)?;
    let before = quote.row.state;
    let offer = QuoteOffer {
        quote_id: quote.row.id,
        version: quote.row.offer_version + 1,
        goods_minor: terms.goods_minor(),
        terms,
        valid_until,
        made_by: ctx.actor().id(),
        made_at: tx.now(),
    };
    quote_offer::Entity::insert(offer.clone().into_active_model()).exec_without_returning(&*tx).await?;
    quote.row.offer_version = offer.version;
    quote.row.state = QuoteState::Offered;
    quote.row.due_at = Some(valid_until);
    quote.offer = Some(offer);
    can_be_bought(&tx, quote, &market, &input.lines).await?;
    save(&mut tx, ctx, before, quote, QuoteStepKind::Offered, Said { reason: None, words }).await?;
    tx.commit().await?;
    Ok(seen)
}

/// Makes no offer, or takes an open one back.
///
/// # Errors
/// Not found for a foreign quote; [`Error::InvalidTransition`]; stale.
pub async fn quote_refuse(ctx: &Ctx, input: QuoteRefuse) -> Result<SeenQuote, Error> {
    let grant = ctx.authorize(ANSWER_QUOTE)?;
    let words = checked_note(input.note)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let mut seen = open(&tx, &grant, input.quote, QuoteAction::Refuse, Some(input.expected_version)).await?;
    let before = seen.quote.row.state;
    seen.quote.row.state = QuoteState::Refused;
    seen.quote.row.due_at = None;
    let said = Said { reason: Some(input.reason), words };
    save(&mut tx, ctx, before, &mut seen.quote, QuoteStepKind::Refused, said).await?;
    tx.commit().await?;
    Ok(seen)
}

fn check_until(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Invalid> {
    if until > now && until <= now + Duration::days(VALID_DAYS_MAX) {
        return Ok(until);
    }
    Err(Invalid::new("validUntil", "OUT_OF_RANGE", format!("must be within {VALID_DAYS_MAX} days from now on")))
}

/// A way of delivery that a merchant can choose for its buyer: not one by which the buyer comes somewhere.
fn check_method(market: &Snapshot, id: DeliveryMethodId) -> Result<DeliveryMethodId, Invalid> {
    let unknown = || Invalid::new("deliveryMethodId", "UNKNOWN", "there is no such delivery method");
    let method = market.delivery_method(id).filter(|method| method.active).ok_or_else(unknown)?;
    if matches!(method.kind, DeliveryKind::PickupPoint | DeliveryKind::StorePickup) {
        return Err(Invalid::new("deliveryMethodId", "NOT_CHOOSABLE", "the buyer chooses where to collect goods"));
    }
    Ok(id)
}

/// Refuses an offer that nobody could accept, what is out of stock aside: that may come.
async fn can_be_bought(
    tx: &WriteTx,
    quote: &Quote,
    market: &std::sync::Arc<Snapshot>,
    lines: &[NewLineTerms],
) -> Result<(), Error> {
    let plan = planned(&**tx, &quote.cart(), market, tx.now()).await?.plan;
    let passing = |code: &str| code == "OUT_OF_STOCK" || code.starts_with("PICKUP_POINT");
    if let Some(no) = plan.rejected.iter().find(|no| no.blocking && !passing(&no.code)) {
        let code = rejection_code(&no.code);
        if no.what == Rejected::Line
            && let Some(index) = position(quote, lines, &no.id)
        {
            return Err(Invalid::new(format!("lines.{index}.lineId"), code, no.text.clone()).into());
        }
        return Err(Error::NotPlaceable { code, text: no.text.clone(), plan: Box::new(plan) });
    }
    goes_by(quote, &plan)
}

/// The place of a line of the plan in the input.
fn position(quote: &Quote, lines: &[NewLineTerms], cart_line: &str) -> Option<usize> {
    let of = quote.cart().lines.iter().position(|line| line.id.to_string() == cart_line)?;
    let line = quote.cart().lines.get(of)?.id;
    lines.iter().position(|new| new.line.0 == line.0)
}

/// Refuses a way of delivery that takes nothing of it.
fn goes_by(quote: &Quote, plan: &SplitPlan) -> Result<(), Error> {
    let Some(method) = quote.offer.as_ref().and_then(|offer| offer.terms.method) else { return Ok(()) };
    if plan.consignments.is_empty() || plan.consignments.iter().any(|sent| sent.chosen == Some(method)) {
        return Ok(());
    }
    Err(Invalid::new("deliveryMethodId", "NOT_SERVED", "it does not take these goods to this address").into())
}
