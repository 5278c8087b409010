//! Mails about orders. Each is named by the thing it tells of, so that a fact told twice is mailed once.

use kernel::Money;
use kernel::id::{MerchantOrderId, OrderId, OrderLineId};
use mail::Template;
use orders::event::{
    CanceledPart, LinesRefused, MerchantOrderReleased, OrderEdited, OrderPlaced, OrderUnitsCanceled, ShipmentDelivered,
    ShipmentShipped,
};
use orders::model::status::CancelReason;
use orders::query::PartDetail;
use orders::{Order, OrderLine};
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use payments::PaymentState;
use serde_json::{Value, json};

use super::{amount, words};
use crate::post::{SendMail, leave};
use crate::{Deps, retry};

macro_rules! mails_on {
    ($builder:expr, $deps:expr, $($name:literal: $event:ty => $handler:ident;)*) => {{
        let mut builder = $builder;
        $(
            let at = $deps.clone();
            builder = builder.on($name, move |event: $event, stored| {
                let deps = at.clone();
                async move { $handler(&deps, event, &stored).await }
            });
        )*
        builder
    }};
}

pub(super) use mails_on;

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails_on! { builder, deps,
        "mail_order_placed": OrderPlaced => placed;
        "mail_new_order": MerchantOrderReleased => new_order;
        "mail_refused": LinesRefused => refused;
        "mail_edited": OrderEdited => edited;
        "mail_shipped": ShipmentShipped => shipped;
        "mail_delivered": ShipmentDelivered => delivered;
        "mail_canceled": OrderUnitsCanceled => canceled;
    }
}

/// What every mail about an order needs.
pub(super) struct Letter {
    pub(super) order: Order,
    pub(super) marketplace_name: String,
    /// The buyer's language, or that of a team.
    pub(super) locale: String,
    team_locale: String,
    order_url: String,
}

pub(super) async fn letter(deps: &Deps, order: OrderId) -> Result<Letter, Failure> {
    let ctx = deps.ctx();
    let order = orders::query::order(&ctx, order).await.map_err(retry)?;
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let (locale, team_locale) = (order.locale.clone(), market.settings.mail_locale.clone());
    let order_url = format!("{}/orders/{}", deps.public_url, order.number);
    Ok(Letter { marketplace_name: market.settings.name.clone(), locale, team_locale, order_url, order })
}

/// The same, in the language of mails to merchants and teams.
pub(super) async fn letter_to_team(deps: &Deps, order: OrderId) -> Result<Letter, Failure> {
    let letter = letter(deps, order).await?;
    Ok(Letter { locale: letter.team_locale.clone(), ..letter })
}

impl Letter {
    pub(super) fn money(&self, minor: i64) -> String {
        amount(Money::new(minor, self.order.currency), &self.locale)
    }

    /// A mail to the buyer.
    pub(super) fn to_buyer(&self, template: Template, subject: impl std::fmt::Display, more: Value) -> SendMail {
        let variables = json!({
            "marketplace_name": self.marketplace_name,
            "buyer_name": self.order.ship_to.name,
            "order_number": self.order.number,
            "po_number": self.order.po_number,
            "order_url": self.order_url,
        });
        SendMail {
            to: self.order.email.clone(),
            to_name: Some(self.order.ship_to.name.clone()),
            locale: self.locale.clone(),
            template,
            variables: merged(variables, more),
            key: format!("{}:{subject}", template.name()),
        }
    }
}

pub(super) fn merged(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

pub(super) async fn part(deps: &Deps, id: MerchantOrderId) -> Result<PartDetail, Failure> {
    let mut found = orders::query::details_by_merchant_orders(&deps.ctx(), &[id]).await.map_err(retry)?;
    found.remove(&id).ok_or_else(|| Failure::Retry("the merchant order is missing".to_owned()))
}

/// Lines as mails show them; `quantity` says how many units of a line are meant.
pub(super) fn lines(letter: &Letter, of: &[OrderLine], quantity: impl Fn(&OrderLine) -> i64) -> Value {
    let shown = of.iter().filter(|line| quantity(line) > 0).map(|line| {
        let name = words::goods(&line.title, &line.variant_title);
        let total = letter.money(line.unit_price_minor * quantity(line));
        json!({ "name": name, "quantity": quantity(line), "total": total })
    });
    Value::Array(shown.collect())
}

fn units(of: &[orders::event::LineUnits], line: OrderLineId) -> i64 {
    of.iter().filter(|units| units.line == line).map(|units| units.quantity).sum()
}

async fn placed(deps: &Deps, event: OrderPlaced, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let all = orders::query::ordered_of_all(&deps.ctx(), event.order).await.map_err(retry)?;
    let more = json!({
        "lines": lines(&letter, &all, |line| line.ordered),
        "total": letter.money(letter.order.total_minor),
    });
    leave(deps, vec![letter.to_buyer(Template::OrderPlaced, event.order, more)]).await
}

async fn new_order(deps: &Deps, event: MerchantOrderReleased, _: &StoredEvent) -> HandlerResult {
    let letter = letter_to_team(deps, event.order).await?;
    let (part, ordered) = orders::query::ordered_of_merchant(&deps.ctx(), event.merchant_order).await.map_err(retry)?;
    let merchants = merchants::by_ids(&deps.ctx(), &[event.merchant]).await.map_err(retry)?;
    let Some(merchant) = merchants.get(&event.merchant) else { return Ok(()) };
    let variables = json!({
        "marketplace_name": letter.marketplace_name,
        "merchant_name": merchant.profile.name,
        "order_number": part.number,
        "po_number": part.po_number,
        "order_url": format!("{}/merchant/orders/{}", deps.public_url, part.number),
        "lines": lines(&letter, &ordered, |line| line.ordered - line.canceled),
        // What the merchant sold and ships for; the order's total is none of its business.
        "total": letter.money(part.total_minor),
    });
    let mail = SendMail {
        to: merchant.profile.contact_email.clone(),
        to_name: Some(merchant.profile.name.clone()),
        locale: letter.locale,
        template: Template::MerchantNewOrder,
        variables,
        key: format!("merchant_new_order:{}", event.merchant_order),
    };
    leave(deps, vec![mail]).await
}

/// Each merchant hears once of what a change took out of its part, or sends elsewhere.
async fn edited(deps: &Deps, event: OrderEdited, _: &StoredEvent) -> HandlerResult {
    let letter = letter_to_team(deps, event.order).await?;
    let ids: Vec<_> = event.parts.iter().map(|changed| changed.merchant).collect();
    let merchants = merchants::by_ids(&deps.ctx(), &ids).await.map_err(retry)?;
    let mut mails = Vec::with_capacity(event.parts.len());
    for changed in &event.parts {
        let Some(merchant) = merchants.get(&changed.merchant) else { continue };
        let part = part(deps, changed.merchant_order).await?;
        let variables = json!({
            "marketplace_name": letter.marketplace_name,
            "merchant_name": merchant.profile.name,
            "order_number": changed.number,
            "po_number": part.merchant_order.po_number,
            "order_url": format!("{}/merchant/orders/{}", deps.public_url, changed.number),
            "lines": lines(&letter, &part.lines, |line| units(&changed.removed, line.id)),
            "address_changed": changed.address_changed,
            "delivery_changed": changed.delivery_changed,
        });
        mails.push(SendMail {
            to: merchant.profile.contact_email.clone(),
            to_name: Some(merchant.profile.name.clone()),
            locale: letter.locale.clone(),
            template: Template::MerchantOrderChanged,
            variables,
            key: format!("merchant_order_changed:{}:{}", changed.merchant_order, event.base_version),
        });
    }
    leave(deps, mails).await
}

/// What one command took out, as a mail names it: the lines, what they cost, what of it was paid and comes back, why.
fn taken_out(letter: &Letter, all: &[OrderLine], parts: &[CanceledPart]) -> Value {
    let taken = |line: &OrderLine| parts.iter().map(|part| units(&part.lines, line.id)).sum::<i64>();
    let (gross, refund): (i64, i64) =
        parts.iter().fold((0, 0), |(gross, refund), part| (gross + part.gross_minor, refund + part.refund_minor));
    let mut reasons: Vec<String> = Vec::new();
    for reason in parts.iter().filter_map(|part| words::cancel_reason(part.reason, &letter.locale)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    json!({
        "lines": lines(letter, all, taken),
        "amount": letter.money(gross),
        "refund": (refund > 0).then(|| letter.money(refund)),
        "reason": (!reasons.is_empty()).then(|| reasons.join("; ")),
        "whole": all.iter().all(|line| taken(line) == line.ordered),
    })
}

/// A merchant order is decided once. What was refused is not told again as canceled.
async fn refused(deps: &Deps, event: LinesRefused, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
    });
    let more = merged(taken_out(&letter, &part.lines, &event.refused), more);
    leave(deps, vec![letter.to_buyer(Template::OrderRefused, event.merchant_order, more)]).await
}

/// One mail a command, of however many merchants the units are.
async fn canceled(deps: &Deps, event: OrderUnitsCanceled, _: &StoredEvent) -> HandlerResult {
    if payment_was_declined(deps, &event).await? {
        return Ok(());
    }
    let letter = letter(deps, event.order).await?;
    let all = orders::query::ordered_of_all(&deps.ctx(), event.order).await.map_err(retry)?;
    let more = taken_out(&letter, &all, &event.parts);
    leave(deps, vec![letter.to_buyer(Template::Canceled, event.cancellation, more)]).await
}

/// Whether the buyer hears by the mail about the payment that it failed, and that the order goes with it.
async fn payment_was_declined(deps: &Deps, event: &OrderUnitsCanceled) -> Result<bool, Failure> {
    let Some(first) = event.parts.first().filter(|part| part.reason == CancelReason::PaymentFailed) else {
        return Ok(false);
    };
    let payment = part(deps, first.merchant_order).await?.merchant_order.payment_id;
    let payment = payments::query::payment(&deps.ctx(), payment).await.map_err(retry)?;
    Ok(payment.state() == PaymentState::Failed)
}

async fn shipped(deps: &Deps, event: ShipmentShipped, _: &StoredEvent) -> HandlerResult {
    let (letter, more) = parcel(deps, event.order, event.merchant_order, event.shipment).await?;
    leave(deps, vec![letter.to_buyer(Template::Shipped, event.shipment, more)]).await
}

async fn delivered(deps: &Deps, event: ShipmentDelivered, _: &StoredEvent) -> HandlerResult {
    let (letter, more) = parcel(deps, event.order, event.merchant_order, event.shipment).await?;
    leave(deps, vec![letter.to_buyer(Template::Delivered, event.shipment, more)]).await
}

pub(super) async fn parcel(
    deps: &Deps,
    order: OrderId,
    merchant_order: MerchantOrderId,
    shipment: kernel::id::ShipmentId,
) -> Result<(Letter, Value), Failure> {
    let letter = letter(deps, order).await?;
    let part = part(deps, merchant_order).await?;
    let parcel = part.shipments.iter().find(|parcel| parcel.shipment.id == shipment);
    let parcel = parcel.ok_or_else(|| Failure::Retry("the parcel is missing".to_owned()))?;
    // What has not left yet makes a parcel more for each fulfillment order.
    let open =
        part.fulfillments.iter().filter(|of| of.lines.iter().any(|l| l.ordered > l.canceled + l.shipped)).count();
    let inside = |line: &OrderLine| {
        parcel.lines.iter().filter(|inside| inside.order_line_id == line.id).map(|inside| inside.quantity).sum()
    };
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "parcel_index": parcel.shipment.parcel_no,
        "parcel_count": part.shipments.len() + open,
        "lines": lines(&letter, &part.lines, inside),
        "tracking_number": parcel.shipment.tracking_number,
        "tracking_url": parcel.shipment.tracking_url,
    });
    Ok((letter, more))
}
