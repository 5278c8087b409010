//! Stripe's webhooks.

use kernel::{Currency, Money};
use serde::Deserialize;
use serde_json::Value;

use super::shape::{Intent, Refund};
use crate::model::OperationKind;
use crate::provider::ProviderEvent;

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// Reads an event; `None` when it is none. Inside, `None` stands for an event that is none of our business: of another
/// kind, or about something that was not made by Souk.
pub(super) fn read(body: &[u8]) -> Option<Option<ProviderEvent>> {
    let event: Event = serde_json::from_slice(body).ok()?;
    Some(match event.r#type.as_str() {
        "payment_intent.amount_capturable_updated" | "payment_intent.succeeded" => {
            intent(&event.id, event.data.object, false)
        }
        "payment_intent.payment_failed" => intent(&event.id, event.data.object, true),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            refund(&event.id, event.data.object)
        }
        _ => None,
    })
}

fn intent(id: &str, object: Value, failed: bool) -> Option<ProviderEvent> {
    let intent = Intent::from_value(object)?;
    let key = intent.key.clone()?;
    let kind = if intent.capture_method == "manual" { OperationKind::Authorize } else { OperationKind::Capture };
    Some(ProviderEvent {
        id: id.to_owned(),
        kind,
        key: Some(key),
        amount: money(intent.amount, &intent.currency)?,
        failure: failed.then(|| intent.reason()),
        held_until: intent.held_until(),
        charge: intent.id,
    })
}

fn refund(id: &str, object: Value) -> Option<ProviderEvent> {
    let refund = Refund::from_value(object)?;
    let failure = refund.failure();
    // What is still on its way tells nothing yet.
    if failure.is_none() && refund.status.as_deref() != Some("succeeded") {
        return None;
    }
    Some(ProviderEvent {
        id: id.to_owned(),
        kind: OperationKind::Refund,
        key: Some(refund.key.clone()?),
        amount: money(refund.amount, &refund.currency)?,
        failure,
        held_until: None,
        charge: refund.payment_intent.unwrap_or_default(),
    })
}

fn money(minor: i64, currency: &str) -> Option<Money> {
    Some(Money::new(minor, currency.to_uppercase().parse::<Currency>().ok()?))
}
