//! Mails about quotes: a merchant hears what it is asked for, a buyer what it is offered.

use mail::Template;
use orders::event::QuoteChanged;
use orders::model::quote::{Quote, QuoteState};
use outbox::{DispatcherBuilder, HandlerResult, StoredEvent};
use serde_json::{Value, json};

use super::accounts::Person;
use super::orders::mails_on;
use super::{amount, words};
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_quote": QuoteChanged => changed;
    }
}

/// What was answered or revised before the mail was written has a mail of its own.
async fn changed(deps: &Deps, event: QuoteChanged, _: &StoredEvent) -> HandlerResult {
    let quote = orders::query::quote(&deps.ctx(), event.quote).await.map_err(retry)?.quote;
    if (quote.row.state, quote.row.offer_version) != (event.state, event.offer_version) {
        return Ok(());
    }
    match event.state {
        QuoteState::Requested | QuoteState::ChangeAsked => asked(deps, &quote).await,
        QuoteState::Offered => answered(deps, &quote, Template::QuoteOffered).await,
        QuoteState::Refused => answered(deps, &quote, Template::QuoteRefused).await,
        // An order has mails of its own; who declined, withdrew or let it lapse knows.
        QuoteState::Accepted | QuoteState::Declined | QuoteState::Withdrawn | QuoteState::Expired => Ok(()),
    }
}

async fn asked(deps: &Deps, quote: &Quote) -> HandlerResult {
    let merchants = merchants::by_ids(&deps.ctx(), &[quote.row.merchant_id]).await.map_err(retry)?;
    let Some(merchant) = merchants.get(&quote.row.merchant_id) else { return Ok(()) };
    let profile = &merchant.profile;
    let of = Person::of_team(deps, &profile.contact_email, &profile.name).await?;
    let lines = quote.lines.iter().map(|line| {
        let name = words::goods(&line.title, &line.variant_title);
        json!({ "name": name, "quantity": line.quantity })
    });
    let variables = json!({
        "merchant_name": profile.name,
        "buyer_name": quote.row.company_name.as_ref().unwrap_or(&quote.row.buyer_name),
        "quote_number": quote.row.number,
        "change_asked": quote.row.state == QuoteState::ChangeAsked,
        "lines": Value::Array(lines.collect()),
        "answer_by": quote.row.due_at.map(|at| of.day(at)),
        "quote_url": format!("{}/merchant/quotes/{}", deps.public_url, quote.row.number),
    });
    of.write(deps, Template::QuoteRequested, format!("{}:{}", quote.row.id, quote.row.offer_version), variables).await
}

async fn answered(deps: &Deps, quote: &Quote, template: Template) -> HandlerResult {
    let buyers = customers::by_ids(&deps.ctx(), &[quote.row.customer_id]).await.map_err(retry)?;
    let Some(buyer) = buyers.get(&quote.row.customer_id) else { return Ok(()) };
    let of = Person::of(deps, &buyer.email, Some(&buyer.name)).await?;
    let mut variables = json!({
        "buyer_name": buyer.name,
        "merchant_name": quote.row.merchant_name,
        "quote_number": quote.row.number,
        "quote_url": format!("{}/quotes/{}", deps.public_url, quote.row.number),
    });
    if let Some(offer) = quote.offer.as_ref().filter(|_| template == Template::QuoteOffered) {
        let money = |minor| amount(kernel::Money::new(minor, quote.row.currency), of.locale());
        let line = |(id, quantity, unit_minor): (_, i64, i64)| {
            let line = quote.lines.iter().find(|line| line.id == id)?;
            let name = words::goods(&line.title, &line.variant_title);
            Some(json!({ "name": name, "quantity": quantity, "total": money(unit_minor * quantity) }))
        };
        variables["lines"] = Value::Array(offer.terms.sold().filter_map(line).collect());
        variables["goods"] = money(offer.goods_minor).into();
        variables["delivery"] = offer.terms.delivery_minor.map(money).into();
        variables["valid_until"] = of.day(offer.valid_until).into();
    }
    of.write(deps, template, format!("{}:{}", quote.row.id, quote.row.offer_version), variables).await
}
