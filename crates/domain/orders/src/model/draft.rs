//! Orders that staff of the operator prepares for buyers.

use chrono::{DateTime, Utc};
use kernel::id::{CartLineId, DraftOrderId, OfferId, OrderId};
use kernel::{Currency, Invalid, Money, text};
use serde::Serialize;

use super::cart::{Cart, GivenPrice};
use super::status::DraftState;

/// The longest reason for a price.
const REASON_MAX: usize = 500;
/// The highest price of a unit in minor units.
const PRICE_MAX: i64 = 1_000_000_000_000;

/// An order that is being prepared.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: DraftOrderId,
    /// What is wanted, by whom and where to.
    pub cart: Cart,
    /// What became of it.
    pub state: DraftState,
    /// What the staff wrote down.
    pub note: Option<String>,
    /// The order it became.
    pub order: Option<OrderId>,
    /// Who began it, as the history names actors.
    pub created_by: String,
    /// The name of that person.
    pub created_by_name: String,
    /// When it is given up unless somebody touches it.
    pub expires_at: DateTime<Utc>,
    /// Counts the changes.
    pub version: i64,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Something that can be done with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DraftAction {
    /// Change it.
    Edit,
    /// Turn it into an order.
    Place,
    /// Give it up.
    Delete,
}

impl DraftAction {
    /// The name shown to clients.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "EDIT",
            Self::Place => "PLACE",
            Self::Delete => "DELETE",
        }
    }
}

/// What can be done in a state; the guards of the commands ask this very function.
#[must_use]
pub fn allowed(state: DraftState) -> &'static [DraftAction] {
    match state {
        DraftState::Open => &[DraftAction::Edit, DraftAction::Place, DraftAction::Delete],
        DraftState::Placed | DraftState::Deleted | DraftState::Expired => &[],
    }
}

/// A price of its own for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// Price of a unit as shown in the channel.
    pub unit: Money,
    /// Why it is not the offer's.
    pub reason: String,
}

impl NewPrice {
    /// The price given by `by` to a line of a cart in `currency`.
    ///
    /// # Errors
    /// [`Invalid`] naming the field below `path`.
    pub fn given(self, path: &str, currency: Currency, by: String) -> Result<GivenPrice, Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        if self.unit.currency != currency {
            return Err(Invalid::new(field("unit.currency"), "CURRENCY_MISMATCH", "must be in the order's currency"));
        }
        if !(0..=PRICE_MAX).contains(&self.unit.minor) {
            return Err(Invalid::range(field("unit"), 0, PRICE_MAX));
        }
        let reason = text::line(&field("reason"), &self.reason, REASON_MAX)?;
        Ok(GivenPrice { unit_minor: self.unit.minor, reason, by, quote: None })
    }
}

/// A line to be put into a draft, or into an order that was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftLine {
    /// What is wanted.
    pub offer: OfferId,
    /// Units.
    pub quantity: i64,
    /// Instead of the offer's price; needs the right `draft_order:override_price`.
    pub price: Option<NewPrice>,
}

/// Another price for a line that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// The line.
    pub line: CartLineId,
    /// The price; `None`: the offer's again.
    pub price: Option<NewPrice>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_a_reason_a_currency_and_bounds() {
        let price = |minor, currency, reason: &str| {
            let price = NewPrice { unit: Money::new(minor, currency), reason: reason.to_owned() };
            price.given("add.0.price", Currency::EUR, "usr_1".to_owned())
        };
        let good = price(0, Currency::EUR, " scratched ").unwrap();
        assert_eq!((good.unit_minor, good.reason.as_str(), good.by.as_str()), (0, "scratched", "usr_1"));
        for (bad, field, code) in [
            (price(1, Currency::USD, "x"), "add.0.price.unit.currency", "CURRENCY_MISMATCH"),
            (price(-1, Currency::EUR, "x"), "add.0.price.unit", "OUT_OF_RANGE"),
            (price(PRICE_MAX + 1, Currency::EUR, "x"), "add.0.price.unit", "OUT_OF_RANGE"),
            (price(1, Currency::EUR, " "), "add.0.price.reason", "REQUIRED"),
        ] {
            let fault = bad.unwrap_err();
            assert_eq!((fault.field.as_str(), fault.code), (field, code));
        }
        assert!(price(PRICE_MAX, Currency::EUR, "x").is_ok());
    }
}
