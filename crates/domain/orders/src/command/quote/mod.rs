//! Prices that business buyers ask merchants for.

mod accept;
mod answer;
mod erase;
mod expire;
mod limit;
mod offer;
mod request;

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{ChangeId, CustomerId, QuoteId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

pub(crate) use accept::chosen as chosen_of_quote;
pub use accept::{QuoteAccept, quote_accept, quote_accept_for};
pub use answer::{OfQuote, QuoteApprove, quote_approve, quote_ask_change, quote_decline, quote_withdraw};
pub(super) use erase::erase_quotes;
pub use expire::quotes_expire;
pub use offer::{QuoteOfferMake, QuoteRefuse, quote_offer, quote_refuse};
pub use request::{QuoteRequest, quote_request};

use crate::Error;
use crate::entity::{quote, quote_step};
use crate::event::QuoteChanged;
use crate::model::quote::{Quote, QuoteAction, QuoteReason, QuoteState, QuoteStepKind, SeenQuote, allowed};
use crate::repo::quote as repo;

/// A quote under its lock, in a state that allows `action` to whoever asks; with `version` as it was seen.
async fn open(
    tx: &WriteTx,
    grant: &Grant,
    id: QuoteId,
    action: QuoteAction,
    version: Option<i64>,
) -> Result<SeenQuote, Error> {
    let reach = repo::Reach::of(&**tx, grant).await?;
    let seen = repo::find(&**tx, &reach, id, true).await?;
    guard(&seen, action, tx.now())?;
    if version.is_some_and(|version| version != seen.quote.row.version) {
        return Err(context::Error::Stale("quote").into());
    }
    Ok(seen)
}

fn guard(seen: &SeenQuote, action: QuoteAction, now: chrono::DateTime<chrono::Utc>) -> Result<(), Error> {
    let state = seen.quote.state_at(now);
    let can = allowed(state, seen.party);
    if can.contains(&action) {
        return Ok(());
    }
    let allowed = can.iter().map(|action| action.as_str()).collect();
    Err(Error::InvalidTransition { action: action.as_str(), state: state.as_str(), allowed })
}

/// Refuses another version of the offer than the newest.
fn newest(quote: &Quote, version: i64) -> Result<(), Error> {
    if quote.row.offer_version == version {
        return Ok(());
    }
    Err(Error::OfferRevised { newest: quote.row.offer_version })
}

/// A step of a quote as it is written down.
#[derive(Default)]
struct Said {
    reason: Option<QuoteReason>,
    words: Option<String>,
}

/// Writes a locked quote that changed from `before`, with the step, its history and its event.
async fn save(
    tx: &mut WriteTx,
    ctx: &Ctx,
    before: QuoteState,
    quote: &mut Quote,
    kind: QuoteStepKind,
    said: Said,
) -> Result<(), Error> {
    let row = &mut quote.row;
    row.version += 1;
    row.updated_at = tx.now();
    let changed = row.clone().into_active_model().reset_all();
    quote::Entity::update_many().set(changed).filter(quote::Column::Id.eq(row.id)).exec(&**tx).await?;
    note(tx, ctx, &quote.row, kind, said).await?;
    let row = &quote.row;
    let change = Change::new("quote", row.id, kind.as_str()).field("state", before, row.state);
    let change = match kind {
        QuoteStepKind::Offered => change.field("offerVersion", row.offer_version - 1, row.offer_version),
        QuoteStepKind::Accepted => change.field("order", (), row.order_id),
        _ => change,
    };
    // Who of a company approves is not for the merchant.
    let change = if kind == QuoteStepKind::Approved { change } else { change.of_merchant(row.merchant_id) };
    tx.record(change);
    tell(tx, row);
    Ok(())
}

/// Writes a step down. Words stand here and nowhere in the history, so that they can be erased.
async fn note(
    tx: &WriteTx,
    ctx: &Ctx,
    row: &quote::Model,
    kind: QuoteStepKind,
    Said { reason, words }: Said,
) -> Result<(), Error> {
    let step = quote_step::Model {
        id: ctx.new_id::<ChangeId>(),
        quote_id: row.id,
        kind,
        offer_version: row.offer_version,
        customer_id: ctx
            .actor()
            .customer()
            .filter(|_| !matches!(kind, QuoteStepKind::Offered | QuoteStepKind::Refused)),
        actor: ctx.actor().id(),
        actor_name: ctx.actor().name.clone(),
        reason,
        words,
        happened_at: tx.now(),
    };
    quote_step::Entity::insert(step.into_active_model()).exec_without_returning(&**tx).await?;
    Ok(())
}

fn tell(tx: &mut WriteTx, row: &quote::Model) {
    tx.emit(&QuoteChanged {
        quote: row.id,
        request: row.request_id,
        merchant: row.merchant_id,
        customer: row.customer_id,
        state: row.state,
        offer_version: row.offer_version,
    });
}

/// The buyer who acts. Nobody acts in a buyer's place.
fn buyer(ctx: &Ctx, grant: &Grant) -> Result<CustomerId, Error> {
    let acting = ctx.actor().customer().filter(|_| !grant.is_wide());
    Ok(acting.ok_or(context::Error::NotFound("buyer"))?)
}
