//! Order numbers.

use chrono::{DateTime, Utc};
use kernel::id::{self, OrderId, QuoteId};
use uuid::Uuid;

/// The number of an order: the day and eight characters of chance from its id, `260302-7K3Q-F9XM`.
///
/// It needs no counter, so that two placements never wait for each other; the unique index catches the one
/// collision in 10^12 a day.
#[must_use]
pub fn order_number(id: OrderId, placed_at: DateTime<Utc>) -> String {
    dated(id.0, placed_at)
}

/// The number of a quote, made like that of an order: `Q260302-7K3Q-F9XM`.
#[must_use]
pub fn quote_number(id: QuoteId, requested_at: DateTime<Utc>) -> String {
    format!("Q{}", dated(id.0, requested_at))
}

fn dated(id: Uuid, at: DateTime<Utc>) -> String {
    let text = id::encode(id).to_uppercase();
    let chance = &text[text.len() - 8..];
    format!("{}-{}-{}", at.format("%y%m%d"), &chance[..4], &chance[4..])
}

/// The number of the `position`-th merchant order (from 1) of an order.
#[must_use]
pub fn merchant_order_number(order_number: &str, position: usize) -> String {
    format!("{order_number}-{position}")
}

/// A number as people type it: trimmed and in capitals.
#[must_use]
pub fn typed(text: &str) -> String {
    text.trim().to_uppercase()
}
