//! Mails about what happens to an order on its way: reminders, late goods, goods to be collected, returns, disputes.

use chrono::Duration;
use kernel::id::{MerchantId, OrderId};
use mail::Template;
use marketplace::Snapshot;
use orders::OrderLine;
use orders::event::{AcceptanceDue, MerchantOrderClosed, PickupReady, ReturnChanged, ShipmentMoved, ShipmentOverdue};
use orders::model::pickup::Pickup;
use orders::model::status::{ReturnState, ShipmentState};
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use payments::event::DisputeOpened;
use serde_json::{Value, json};

use super::orders::{Letter, letter, letter_to_team, lines, mails_on, merged, parcel, part};
use super::{day, words};
use crate::post::{SendMail, leave};
use crate::{Deps, retry};

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_acceptance_due": AcceptanceDue => acceptance_due;
        "mail_shipment_late": ShipmentOverdue => late;
        "mail_shipment_moved": ShipmentMoved => moved;
        "mail_pickup_ready": PickupReady => pickup_ready;
        "mail_return": ReturnChanged => returned;
        "mail_review": MerchantOrderClosed => review;
        "mail_dispute": DisputeOpened => disputed;
    }
}

/// A mail to a merchant about one of its orders; `None` when the merchant is gone.
async fn to_merchant(
    deps: &Deps,
    letter: &Letter,
    merchant: MerchantId,
    template: Template,
    key: String,
    more: Value,
) -> Result<Option<SendMail>, Failure> {
    let merchants = merchants::by_ids(&deps.ctx(), &[merchant]).await.map_err(retry)?;
    let Some(merchant) = merchants.get(&merchant) else { return Ok(None) };
    let name = &merchant.profile.name;
    let base = json!({ "marketplace_name": letter.marketplace_name, "merchant_name": name, "recipient_name": name });
    Ok(Some(SendMail {
        to: merchant.profile.contact_email.clone(),
        to_name: Some(name.clone()),
        locale: letter.locale.clone(),
        template,
        variables: merged(base, more),
        key: format!("{}:{key}", template.name()),
    }))
}

fn at_merchant(deps: &Deps, number: &str) -> String {
    format!("{}/merchant/orders/{number}", deps.public_url)
}

async fn acceptance_due(deps: &Deps, event: AcceptanceDue, _: &StoredEvent) -> HandlerResult {
    let letter = letter_to_team(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    let zone = market.settings.calendar.time_zone;
    let until = format!(
        "{} {} ({zone})",
        day(zone.date_of(event.accept_by), &letter.locale),
        zone.time_of(event.accept_by).format("%H:%M")
    );
    let number = &part.merchant_order.number;
    let more = json!({ "order_number": number, "order_url": at_merchant(deps, number), "accept_by": until });
    let key = event.merchant_order.to_string();
    let mail = to_merchant(deps, &letter, event.merchant, Template::AcceptanceReminder, key, more).await?;
    leave(deps, mail.into_iter().collect()).await
}

async fn late(deps: &Deps, event: ShipmentOverdue, _: &StoredEvent) -> HandlerResult {
    let letter = letter_to_team(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let row = part.fulfillments.iter().find(|of| of.fulfillment_order.id == event.fulfillment_order);
    let row = row.ok_or_else(|| Failure::Retry("the fulfillment order is missing".to_owned()))?;
    // The promise ends with its day: that day is named, in the merchant's time zone.
    let zone = row.fulfillment_order.promise_terms.calendar.time_zone;
    let ship_by = day(zone.date_of(event.ship_by - Duration::seconds(1)), &letter.locale);
    let number = &part.merchant_order.number;
    let more = json!({ "order_number": number, "order_url": at_merchant(deps, number), "ship_by": ship_by });
    let key = event.fulfillment_order.to_string();
    let mail = to_merchant(deps, &letter, event.merchant, Template::ShipmentLate, key, more).await?;
    leave(deps, mail.into_iter().collect()).await
}

async fn moved(deps: &Deps, event: ShipmentMoved, _: &StoredEvent) -> HandlerResult {
    let template = match event.state {
        ShipmentState::OutForDelivery => Template::OutForDelivery,
        ShipmentState::ReadyForPickup => Template::ReadyForPickup,
        _ => return Ok(()),
    };
    let (letter, more) = parcel(deps, event.order, event.merchant_order, event.shipment).await?;
    let part = part(deps, event.merchant_order).await?;
    let sent = part.shipments.iter().find(|parcel| parcel.shipment.id == event.shipment);
    let from = sent.map(|parcel| parcel.shipment.fulfillment_order_id);
    let row = part.fulfillments.iter().find(|of| Some(of.fulfillment_order.id) == from);
    let place = place(row.and_then(|of| of.fulfillment_order.pickup.as_ref()));
    leave(deps, vec![letter.to_buyer(template, event.shipment, merged(more, place))]).await
}

async fn pickup_ready(deps: &Deps, event: PickupReady, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let row = part.fulfillments.iter().find(|of| of.fulfillment_order.id == event.fulfillment_order);
    let row = row.ok_or_else(|| Failure::Retry("the fulfillment order is missing".to_owned()))?;
    let open = |line: &OrderLine| {
        let own = row.lines.iter().filter(|own| own.order_line_id == line.id);
        own.map(|own| own.ordered - own.canceled - own.shipped).sum()
    };
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "lines": lines(&letter, &part.lines, open),
    });
    let more = merged(more, place(row.fulfillment_order.pickup.as_ref()));
    leave(deps, vec![letter.to_buyer(Template::ReadyForPickup, event.fulfillment_order, more)]).await
}

fn place(of: Option<&Pickup>) -> Value {
    json!({
        "place_name": of.map(|place| &place.name),
        "place_address": of.map(|place| format!("{}, {} {}", place.line1, place.postal_code, place.city)),
        "place_hours": of.and_then(|place| place.hours.as_ref()),
    })
}

async fn returned(deps: &Deps, event: ReturnChanged, _: &StoredEvent) -> HandlerResult {
    let template = match event.state {
        ReturnState::Approved => Template::ReturnApproved,
        ReturnState::Rejected => Template::ReturnRejected,
        ReturnState::Received => Template::ReturnReceived,
        _ => return Ok(()),
    };
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let found = orders::query::goods_return(&deps.ctx(), event.goods_return).await.map_err(retry)?;
    let inside = |line: &OrderLine| {
        found.lines.iter().filter(|inside| inside.order_line_id == line.id).map(|inside| inside.quantity).sum()
    };
    let rejection = found.goods_return.rejection.map(|reason| words::rejection(reason, &letter.locale));
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "return_number": found.goods_return.number,
        "lines": lines(&letter, &part.lines, inside),
        "label": found.goods_return.label,
        "reason": found.goods_return.answer.clone().or(rejection),
    });
    leave(deps, vec![letter.to_buyer(template, event.goods_return, more)]).await
}

/// Asked once of a merchant order, when the time to complain is over and the buyer kept something.
async fn review(deps: &Deps, event: MerchantOrderClosed, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let kept = |line: &OrderLine| line.delivered - line.return_ok - line.return_bad;
    if part.lines.iter().map(kept).sum::<i64>() <= 0 {
        return Ok(());
    }
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "lines": lines(&letter, &part.lines, kept),
    });
    leave(deps, vec![letter.to_buyer(Template::ReviewRequest, event.merchant_order, more)]).await
}

async fn disputed(deps: &Deps, event: DisputeOpened, _: &StoredEvent) -> HandlerResult {
    let letter = letter_to_team(deps, event.order).await?;
    let market = marketplace::snapshot(&deps.ctx()).await.map_err(retry)?;
    let amount = letter.money(event.amount.minor);
    let mut mails = vec![to_operator(deps, &letter, &market, event.order, &amount, &event)];
    if let Some(id) = event.merchant_order {
        let part = part(deps, id).await?.merchant_order;
        let url = at_merchant(deps, &part.number);
        let more = json!({ "order_number": part.number, "order_url": url, "amount": amount });
        let key = format!("{}:{}", event.dispute, part.merchant_id);
        mails.extend(to_merchant(deps, &letter, part.merchant_id, Template::DisputeOpened, key, more).await?);
    }
    leave(deps, mails).await
}

fn to_operator(
    deps: &Deps,
    letter: &Letter,
    market: &Snapshot,
    order: OrderId,
    amount: &str,
    event: &DisputeOpened,
) -> SendMail {
    let operator = &market.settings.operator;
    let variables = json!({
        "marketplace_name": letter.marketplace_name,
        "recipient_name": operator.legal_name,
        "order_number": letter.order.number,
        "order_url": format!("{}/operator/orders/{order}", deps.public_url),
        "amount": amount,
    });
    SendMail {
        to: operator.email.clone(),
        to_name: Some(operator.legal_name.clone()),
        locale: letter.locale.clone(),
        template: Template::DisputeOpened,
        variables,
        key: format!("{}:{}", Template::DisputeOpened.name(), event.dispute),
    }
}
