//! Carts.

use chrono::{DateTime, Utc};
use kernel::id::{CartId, CartLineId, ChannelId, CompanyId, CustomerId, OfferId, OrderId, QuoteId};
use kernel::{Currency, Invalid, Money};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::pickup::PickupChoices;
use super::status::CartState;
use super::types::{Address, DeliveryChoices};

/// The most lines of a cart.
pub const LINES_MAX: usize = 2_000;
/// The most units of a line.
pub const QUANTITY_MAX: i64 = 100_000;

/// A cart with its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// The channel it buys in.
    pub channel: ChannelId,
    /// The currency it is priced in.
    pub currency: Currency,
    /// The buyer, when signed in.
    pub customer: Option<CustomerId>,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<Address>,
    /// What was chosen for the consignments.
    pub choices: DeliveryChoices,
    /// The pickup points that were chosen for them.
    pub pickups: PickupChoices,
    /// The language the buyer reads; `None`: the channel's.
    pub locale: Option<String>,
    /// The coupon that was entered.
    pub coupon_code: Option<String>,
    /// The company it is bought for.
    pub company: Option<CompanyId>,
    /// The company's own number of the order.
    pub po_number: Option<String>,
    /// What somebody of the company approved, if that was this version of the cart.
    pub approval: Option<Approval>,
    /// Whether it became an order.
    pub state: CartState,
    /// The order it became.
    pub order: Option<OrderId>,
    /// Counts the changes.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The lines in their order.
    pub lines: Vec<CartLine>,
}

/// Somebody of a company agreed to what another one buys above the spending limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: CustomerId,
    /// The most that the order may cost, in minor units.
    pub total_minor: i64,
}

/// A line of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// Its id.
    pub id: CartLineId,
    /// Its place.
    pub position: i64,
    /// What is wanted.
    pub offer: OfferId,
    /// Units.
    pub quantity: i64,
    /// A delivery price for the line that replaces the method's rate; such a line is never merged with another.
    pub delivery_quote_minor: Option<i64>,
    /// The price that staff of the operator, or an offer of the merchant, gave it.
    pub price: Option<GivenPrice>,
}

/// A price that staff of the operator gave a line, or its merchant offered the buyer, instead of the offer's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenPrice {
    /// Price of a unit as shown in the channel, in minor units of the cart's currency.
    pub unit_minor: i64,
    /// Why.
    pub reason: String,
    /// Who, as the history names actors.
    pub by: String,
    /// The quote it was offered in. How many units are sold at once was settled there, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<QuoteId>,
}

/// A line to be put into a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// What is wanted.
    pub offer: OfferId,
    /// Units.
    pub quantity: i64,
    /// See [`CartLine::delivery_quote_minor`]; in the cart's currency; needs the right `cart:quote_delivery`.
    pub delivery_quote: Option<Money>,
}

/// The digest of a cart's secret token; only this is stored.
#[must_use]
pub fn token_hash(token: &str) -> String {
    kernel::text::hex(Sha256::digest(token.as_bytes()))
}

/// Adds `new` to the `lines` of a cart in `currency`, units of the same offer to the line that has it; `id` makes ids
/// for new lines.
///
/// # Errors
/// [`Invalid`] naming the input line: a quantity outside 1..=[`QUANTITY_MAX`], a delivery price that is negative or in
/// another currency, or more than [`LINES_MAX`] lines. Nothing was added then.
pub fn add(
    lines: &[CartLine],
    new: &[NewLine],
    currency: Currency,
    mut id: impl FnMut() -> CartLineId,
) -> Result<Vec<CartLine>, Invalid> {
    let mut result = lines.to_vec();
    let mut position = lines.iter().map(|line| line.position).max().unwrap_or(0);
    for (index, line) in new.iter().enumerate() {
        let field = |name: &str| format!("lines.{index}.{name}");
        check_quantity(&field("quantity"), line.quantity)?;
        if line.delivery_quote.is_some_and(|quote| quote.currency != currency) {
            let text = "must be in the cart's currency";
            return Err(Invalid::new(field("deliveryQuote.currency"), "CURRENCY_MISMATCH", text));
        }
        let quote = line.delivery_quote.map(|quote| quote.minor);
        if quote.is_some_and(|quote| !(0..=QUOTE_MAX).contains(&quote)) {
            return Err(Invalid::range(field("deliveryQuote"), 0, QUOTE_MAX));
        }
        let same =
            result.iter_mut().find(|l| l.offer == line.offer && l.delivery_quote_minor.is_none() && quote.is_none());
        if let Some(same) = same {
            same.quantity += line.quantity;
            check_quantity(&field("quantity"), same.quantity)?;
            continue;
        }
        if result.len() == LINES_MAX {
            return Err(Invalid::new("lines", "TOO_MANY", format!("a cart holds at most {LINES_MAX} lines")));
        }
        position += 1;
        result.push(CartLine {
            id: id(),
            position,
            offer: line.offer,
            quantity: line.quantity,
            delivery_quote_minor: quote,
            price: None,
        });
    }
    Ok(result)
}

/// The largest delivery price of a line in minor units.
const QUOTE_MAX: i64 = 1_000_000_000;

/// Checks a number of units.
///
/// # Errors
/// [`Invalid`] naming `field` when it is outside 1..=[`QUANTITY_MAX`].
pub fn check_quantity(field: &str, quantity: i64) -> Result<(), Invalid> {
    if (1..=QUANTITY_MAX).contains(&quantity) { Ok(()) } else { Err(Invalid::range(field, 1, QUANTITY_MAX)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn ids() -> impl FnMut() -> CartLineId {
        let mut n = 0;
        move || {
            n += 1;
            CartLineId(Uuid::from_u128(n))
        }
    }

    fn line(offer: u128, quantity: i64, quote: Option<i64>) -> NewLine {
        let delivery_quote = quote.map(|minor| Money::new(minor, Currency::EUR));
        NewLine { offer: OfferId(Uuid::from_u128(offer)), quantity, delivery_quote }
    }

    fn into(lines: &[CartLine], new: &[NewLine]) -> Result<Vec<CartLine>, Invalid> {
        add(lines, new, Currency::EUR, ids())
    }

    #[test]
    fn a_delivery_price_is_in_the_currency_of_the_cart() {
        let yen = NewLine { delivery_quote: Some(Money::new(5, "JPY".parse().unwrap())), ..line(1, 1, None) };
        let fault = into(&[], &[line(2, 1, Some(5)), yen]).unwrap_err();
        assert_eq!((fault.field.as_str(), fault.code), ("lines.1.deliveryQuote.currency", "CURRENCY_MISMATCH"));
    }

    #[test]
    fn units_of_an_offer_are_merged_unless_they_carry_a_delivery_price() {
        let lines = into(&[], &[line(1, 2, None), line(1, 3, None), line(1, 1, Some(500)), line(1, 1, Some(500))]);
        let quantities: Vec<i64> = lines.unwrap().iter().map(|l| l.quantity).collect();
        assert_eq!(quantities, [5, 1, 1]);
    }

    #[test]
    fn bounds_are_the_last_good_values() {
        let many: Vec<NewLine> = (0..LINES_MAX as u128).map(|n| line(n, 1, None)).collect();
        let full = into(&[], &many).unwrap();
        assert_eq!(full.len(), LINES_MAX);
        assert_eq!(into(&full, &[line(9999, 1, None)]).unwrap_err().code, "TOO_MANY");
        assert!(into(&full, &[line(3, 1, None)]).is_ok());
        assert!(into(&[], &[line(1, QUANTITY_MAX, None)]).is_ok());
        for bad in [0, -1, QUANTITY_MAX + 1, i64::MAX, i64::MIN] {
            assert_eq!(into(&[], &[line(1, bad, None)]).unwrap_err().code, "OUT_OF_RANGE", "{bad}");
        }
        assert!(into(&full, &[line(3, QUANTITY_MAX, None)]).is_err());
    }
}
