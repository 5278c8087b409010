//! Mails about conversations: each side hears what the others wrote, as far as it may read it.
//!
//! Nobody gets an address of anybody else: mails come from the marketplace, and answers are written there.

use kernel::id::MerchantId;
use mail::Template;
use merchants::conversation::{Conversation, Message, Side, message_for};
use merchants::event::MessagePosted;
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use serde_json::json;

use super::accounts::Person;
use super::orders::mails_on;
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_message": MessagePosted => posted;
    }
}

async fn posted(deps: &Deps, event: MessagePosted, _: &StoredEvent) -> HandlerResult {
    for side in [Side::Buyer, Side::Merchant, Side::Operator] {
        // The operator's team hears what it is asked; the others whatever is said to them.
        let asked = side != Side::Operator || event.awaiting == Some(Side::Operator);
        if asked && event.author_side != Some(side) && event.visibility.shows_to(side) {
            tell(deps, &event, side).await?;
        }
    }
    Ok(())
}

/// A mail to one side, in the words that it may read. What was taken away or forgotten meanwhile is not mailed.
async fn tell(deps: &Deps, event: &MessagePosted, side: Side) -> HandlerResult {
    let (of, message) = message_for(&deps.ctx(), event.message, side).await.map_err(retry)?;
    let Some(words) = &message.words else { return Ok(()) };
    let reader = match side {
        Side::Buyer => buyer(deps, &of).await?,
        Side::Merchant => merchant(deps, &of).await?,
        Side::Operator => Some(operator(deps).await?),
    };
    let Some((person, name, url)) = reader else { return Ok(()) };
    let (template, field) = match side {
        Side::Buyer => (Template::ConversationReply, "buyer_name"),
        Side::Merchant | Side::Operator => (Template::ConversationMessage, "recipient_name"),
    };
    let mut variables = json!({
        "sender_name": sender(deps, &of, &message).await?,
        "title": of.title,
        "words": words,
        "conversation_url": url,
    });
    variables[field] = name.into();
    person.write(deps, template, format!("{}:{}", message.id, side.as_str()), variables).await
}

type Reader = (Person, String, String);

async fn buyer(deps: &Deps, of: &Conversation) -> Result<Option<Reader>, Failure> {
    let ctx = deps.ctx();
    let Some(buyer) = of.buyer.as_ref().filter(|_| of.erased_at.is_none()) else { return Ok(None) };
    if let Some(id) = buyer.customer {
        let mut found = customers::by_ids(&ctx, &[id]).await.map_err(retry)?;
        let Some(customer) = found.remove(&id) else { return Ok(None) };
        let person = Person::of(deps, &customer.email, Some(&customer.name)).await?;
        return Ok(Some((person, customer.name, format!("{}/conversations/{}", deps.public_url, of.id))));
    }
    let Some(order) = buyer.order else { return Ok(None) };
    let order = orders::query::order(&ctx, order).await.map_err(retry)?;
    let person = Person::of(deps, &order.email, Some(&order.ship_to.name)).await?;
    // A guest opens the order with its secret, and finds the conversation there.
    Ok(Some((person, order.ship_to.name, format!("{}/orders/{}", deps.public_url, order.number))))
}

async fn merchant(deps: &Deps, of: &Conversation) -> Result<Option<Reader>, Failure> {
    let Some(id) = of.merchant else { return Ok(None) };
    let mut found = merchants::by_ids(&deps.ctx(), &[id]).await.map_err(retry)?;
    let Some(merchant) = found.remove(&id) else { return Ok(None) };
    let person = Person::of_team(deps, &merchant.profile.contact_email, &merchant.profile.name).await?;
    let url = format!("{}/merchant/conversations/{}", deps.public_url, of.id);
    Ok(Some((person, merchant.profile.name, url)))
}

async fn operator(deps: &Deps) -> Result<Reader, Failure> {
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    let legal = &market.settings.operator;
    let person = Person::of_team(deps, &legal.email, &legal.legal_name).await?;
    Ok((person, legal.legal_name.clone(), format!("{}/operator/conversations", deps.public_url)))
}

/// Whoever wrote, as everybody may know it: a buyer by name, a shop, the marketplace.
async fn sender(deps: &Deps, of: &Conversation, message: &Message) -> Result<String, Failure> {
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    let marketplace = || market.settings.name.clone();
    Ok(match (message.side, of.merchant) {
        (Some(Side::Buyer), _) => of.buyer.as_ref().map_or_else(marketplace, |buyer| buyer.name.clone()),
        (Some(Side::Merchant), Some(id)) => shop(deps, id).await?.unwrap_or_else(marketplace),
        _ => marketplace(),
    })
}

async fn shop(deps: &Deps, id: MerchantId) -> Result<Option<String>, Failure> {
    let mut cards = merchants::cards_by_ids(&deps.ctx(), &[id]).await.map_err(retry)?;
    Ok(cards.remove(&id).map(|card| card.name))
}
