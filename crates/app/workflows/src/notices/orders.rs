//! Mails about orders. Each is named by the thing it tells of, so that a fact told twice is mailed once.

use kernel::Money;
use kernel::id::{MerchantOrderId, OrderId, OrderLineId};
use mail::Template;
use orders::event::{
    LatePaymentRefused, LinesRefused, MerchantOrderReleased, OrderEdited, OrderPlaced, OrderRevived, RefundSettled,
    ShipmentDelivered, ShipmentShipped, UnitsCanceled,
};
use orders::query::PartDetail;
use orders::{Order, OrderLine};
use outbox::{DispatcherBuilder, Failure, HandlerResult, StoredEvent};
use payments::event::{PaymentFailed, PaymentLinkMade, TransferArrived};
use serde_json::{Value, json};

use crate::post::{SendMail, leave};
use crate::{Deps, retry};

macro_rules! mails {
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

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    mails! { builder, deps,
        "mail_order_placed": OrderPlaced => placed;
        "mail_new_order": MerchantOrderReleased => new_order;
        "mail_refused": LinesRefused => refused;
        "mail_edited": OrderEdited => edited;
        "mail_shipped": ShipmentShipped => shipped;
        "mail_delivered": ShipmentDelivered => delivered;
        "mail_canceled": UnitsCanceled => canceled;
        "mail_refund": RefundSettled => refund;
        "mail_payment_failed": PaymentFailed => payment_failed;
        "mail_payment_received": TransferArrived => payment_received;
        "mail_payment_link": PaymentLinkMade => payment_link;
        "mail_order_revived": OrderRevived => revived;
        "mail_payment_too_late": LatePaymentRefused => too_late;
    }
}

/// What every mail about an order needs.
struct Letter {
    order: Order,
    marketplace_name: String,
    locale: String,
    order_url: String,
}

async fn letter(deps: &Deps, order: OrderId) -> Result<Letter, Failure> {
    let ctx = deps.ctx();
    let order = orders::query::order(&ctx, order).await.map_err(retry)?;
    let market = marketplace::snapshot(&ctx).await.map_err(retry)?;
    let locale = market.channel(order.channel_id).map_or("en", |channel| channel.default_locale.as_str()).to_owned();
    let order_url = format!("{}/orders/{}", deps.public_url, order.number);
    Ok(Letter { marketplace_name: market.settings.name.clone(), locale, order_url, order })
}

impl Letter {
    fn money(&self, minor: i64) -> String {
        Money::new(minor, self.order.currency).to_string()
    }

    /// A mail to the buyer.
    fn to_buyer(&self, template: Template, subject: impl std::fmt::Display, more: Value) -> SendMail {
        let variables = json!({
            "marketplace_name": self.marketplace_name,
            "buyer_name": self.order.ship_to.name,
            "order_number": self.order.number,
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

fn merged(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

async fn part(deps: &Deps, id: MerchantOrderId) -> Result<PartDetail, Failure> {
    let mut found = orders::query::details_by_merchant_orders(&deps.ctx(), &[id]).await.map_err(retry)?;
    found.remove(&id).ok_or_else(|| Failure::Retry("the merchant order is missing".to_owned()))
}

/// Lines as mails show them; `quantity` says how many units of a line are meant.
fn lines(letter: &Letter, of: &[OrderLine], quantity: impl Fn(&OrderLine) -> i64) -> Value {
    let shown = of.iter().filter(|line| quantity(line) > 0).map(|line| {
        let name = if line.variant_title.is_empty() {
            line.title.clone()
        } else {
            format!("{} ({})", line.title, line.variant_title)
        };
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
    let letter = letter(deps, event.order).await?;
    let (part, ordered) = orders::query::ordered_of_merchant(&deps.ctx(), event.merchant_order).await.map_err(retry)?;
    let merchants = merchants::by_ids(&deps.ctx(), &[event.merchant]).await.map_err(retry)?;
    let Some(merchant) = merchants.get(&event.merchant) else { return Ok(()) };
    let variables = json!({
        "marketplace_name": letter.marketplace_name,
        "merchant_name": merchant.profile.name,
        "order_number": part.number,
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
async fn edited(deps: &Deps, event: OrderEdited, stored: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
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
            key: format!("merchant_order_changed:{}:{}", stored.id, changed.merchant_order),
        });
    }
    leave(deps, mails).await
}

async fn refused(deps: &Deps, event: LinesRefused, stored: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "lines": lines(&letter, &part.lines, |line| units(&event.lines, line.id)),
        "reason": null,
    });
    leave(deps, vec![letter.to_buyer(Template::OrderRefused, stored.id, more)]).await
}

async fn shipped(deps: &Deps, event: ShipmentShipped, _: &StoredEvent) -> HandlerResult {
    let (letter, more) = parcel(deps, event.order, event.merchant_order, event.shipment).await?;
    leave(deps, vec![letter.to_buyer(Template::Shipped, event.shipment, more)]).await
}

async fn delivered(deps: &Deps, event: ShipmentDelivered, _: &StoredEvent) -> HandlerResult {
    let (letter, more) = parcel(deps, event.order, event.merchant_order, event.shipment).await?;
    leave(deps, vec![letter.to_buyer(Template::Delivered, event.shipment, more)]).await
}

async fn parcel(
    deps: &Deps,
    order: OrderId,
    merchant_order: MerchantOrderId,
    shipment: kernel::id::ShipmentId,
) -> Result<(Letter, Value), Failure> {
    let letter = letter(deps, order).await?;
    let part = part(deps, merchant_order).await?;
    let parcel = part.shipments.iter().find(|parcel| parcel.shipment.id == shipment);
    let parcel = parcel.ok_or_else(|| Failure::Retry("the parcel is missing".to_owned()))?;
    let inside = |line: &OrderLine| {
        parcel.lines.iter().filter(|inside| inside.order_line_id == line.id).map(|inside| inside.quantity).sum()
    };
    let more = json!({
        "merchant_name": part.merchant_order.merchant_name,
        "parcel_index": parcel.shipment.parcel_no,
        "lines": lines(&letter, &part.lines, inside),
        "tracking_number": parcel.shipment.tracking_number,
        "tracking_url": parcel.shipment.tracking_url,
    });
    Ok((letter, more))
}

async fn canceled(deps: &Deps, event: UnitsCanceled, stored: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let part = part(deps, event.merchant_order).await?;
    let more = json!({
        "lines": lines(&letter, &part.lines, |line| units(&event.lines, line.id)),
        "reason": event.reason.as_str().replace('_', " "),
    });
    leave(deps, vec![letter.to_buyer(Template::Canceled, stored.id, more)]).await
}

async fn refund(deps: &Deps, event: RefundSettled, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(event.gross_minor), "reason": null });
    leave(deps, vec![letter.to_buyer(Template::RefundIssued, event.refund, more)]).await
}

async fn payment_failed(deps: &Deps, event: PaymentFailed, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let payment = payments::query::payment(&deps.ctx(), event.payment).await.map_err(retry)?;
    let more = json!({ "amount": payment.amount.to_string(), "reason": event.reason.replace('_', " ") });
    leave(deps, vec![letter.to_buyer(Template::PaymentFailed, event.payment, more)]).await
}

/// Whoever has the link can pay; it is mailed once, however often the fact is told.
async fn payment_link(deps: &Deps, event: PaymentLinkMade, stored: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({
        "amount": event.amount.to_string(),
        "pay_url": format!("{}/pay?secret={}", deps.public_url, event.secret.reveal()),
        "expires_on": event.expires_at.map(|at| at.format("%Y-%m-%d").to_string()),
    });
    leave(deps, vec![letter.to_buyer(Template::PaymentLink, stored.id, more)]).await
}

/// Told when a transfer completes the payment; a card is authorized at once and needs no mail.
async fn payment_received(deps: &Deps, event: TransferArrived, _: &StoredEvent) -> HandlerResult {
    let Some((payment, order)) = event.paid.filter(|_| event.fully_paid) else { return Ok(()) };
    let letter = letter(deps, order).await?;
    let more = json!({ "amount": letter.money(event.applied_before_minor + event.applied_minor) });
    leave(deps, vec![letter.to_buyer(Template::PaymentReceived, payment, more)]).await
}

/// The buyer had heard that the order was canceled; now it is paid and goes on.
async fn revived(deps: &Deps, event: OrderRevived, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let more = json!({ "amount": letter.money(letter.order.total_minor) });
    leave(deps, vec![letter.to_buyer(Template::PaymentReceived, event.order, more)]).await
}

async fn too_late(deps: &Deps, event: LatePaymentRefused, _: &StoredEvent) -> HandlerResult {
    let letter = letter(deps, event.order).await?;
    let reason = "it came too late, the goods are sold, and the money goes back";
    let more = json!({ "amount": letter.money(event.amount_minor), "reason": reason });
    leave(deps, vec![letter.to_buyer(Template::PaymentFailed, event.operation, more)]).await
}
