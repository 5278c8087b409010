//! What a merchant writes about an offer, checked once.

use std::collections::BTreeSet;

use kernel::id::{ChannelId, VariantId};
use kernel::{Currency, Invalid};

use super::{AMOUNT_MAX, Condition, HANDLING_DAYS_MAX, OfferPrice, PRICES_MAX, QUANTITY_MAX, SKU_MAX};

/// An offer as its merchant writes it.
#[derive(Debug, Clone)]
pub struct OfferInput {
    /// The merchant's SKU.
    pub sku: String,
    /// What is sold.
    pub variant_id: VariantId,
    /// In which condition the goods are.
    pub condition: Condition,
    /// Days until the goods leave; without it the merchant's own.
    pub handling_days: Option<i32>,
    /// The fewest units of an order line; without it one.
    pub min_quantity: Option<i64>,
    /// The most units of an order line.
    pub max_quantity: Option<i64>,
    /// The prices; there may be none yet.
    pub prices: Vec<PriceInput>,
}

/// A price as its merchant writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceInput {
    /// The channel it is for; without one it is for every channel.
    pub channel_id: Option<ChannelId>,
    /// The currency.
    pub currency: Currency,
    /// The price in minor units.
    pub amount_minor: i64,
    /// A former price to show beside it.
    pub compare_at_minor: Option<i64>,
}

/// The checked parts of an offer that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) handling_days: Option<i32>,
    pub(crate) min_quantity: i64,
    pub(crate) max_quantity: Option<i64>,
    pub(crate) prices: Vec<OfferPrice>,
}

impl Terms {
    /// Checks them; `known` tells whether a channel exists and takes a currency.
    pub(crate) fn checked(
        handling_days: Option<i32>,
        min_quantity: i64,
        max_quantity: Option<i64>,
        prices: &[PriceInput],
        known: &impl Fn(ChannelId, Currency) -> bool,
    ) -> Result<Self, Invalid> {
        if handling_days.is_some_and(|days| !(0..=HANDLING_DAYS_MAX).contains(&days)) {
            return Err(Invalid::range("handlingDays", 0, i64::from(HANDLING_DAYS_MAX)));
        }
        if !(1..=QUANTITY_MAX).contains(&min_quantity) {
            return Err(Invalid::range("minQuantity", 1, QUANTITY_MAX));
        }
        if max_quantity.is_some_and(|max| !(min_quantity..=QUANTITY_MAX).contains(&max)) {
            return Err(Invalid::range("maxQuantity", min_quantity, QUANTITY_MAX));
        }
        Ok(Self { handling_days, min_quantity, max_quantity, prices: checked_prices(prices, known)? })
    }
}

fn checked_prices(
    prices: &[PriceInput],
    known: &impl Fn(ChannelId, Currency) -> bool,
) -> Result<Vec<OfferPrice>, Invalid> {
    if prices.len() > PRICES_MAX {
        return Err(Invalid::new("prices", "TOO_MANY", format!("at most {PRICES_MAX} prices")));
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(prices.len());
    for (index, price) in prices.iter().enumerate() {
        let field = |name: &str| format!("prices.{index}.{name}");
        if !(0..=AMOUNT_MAX).contains(&price.amount_minor) {
            return Err(Invalid::new(field("amount"), "OUT_OF_RANGE", "must not be negative, and not absurd"));
        }
        if price.compare_at_minor.is_some_and(|former| former <= price.amount_minor || former > AMOUNT_MAX) {
            return Err(Invalid::new(field("compareAt"), "OUT_OF_RANGE", "must be above the price"));
        }
        if price.channel_id.is_some_and(|channel| !known(channel, price.currency)) {
            return Err(Invalid::new(
                field("channelId"),
                "NOT_FOUND",
                "there is no such channel, or not in this currency",
            ));
        }
        if !seen.insert((price.channel_id, price.currency)) {
            return Err(Invalid::new(
                field("currency"),
                "DUPLICATE",
                "there is another price for this channel and currency",
            ));
        }
        checked.push(OfferPrice {
            channel_id: price.channel_id,
            currency: price.currency,
            amount_minor: price.amount_minor,
            compare_at_minor: price.compare_at_minor,
        });
    }
    checked.sort();
    Ok(checked)
}

impl OfferInput {
    /// The trimmed SKU and the checked terms.
    pub(crate) fn checked(&self, known: &impl Fn(ChannelId, Currency) -> bool) -> Result<(String, Terms), Invalid> {
        let sku = kernel::text::line("sku", &self.sku, SKU_MAX)?;
        let min = self.min_quantity.unwrap_or(1);
        Ok((sku, Terms::checked(self.handling_days, min, self.max_quantity, &self.prices, known)?))
    }
}

impl From<&OfferPrice> for PriceInput {
    fn from(price: &OfferPrice) -> Self {
        Self {
            channel_id: price.channel_id,
            currency: price.currency,
            amount_minor: price.amount_minor,
            compare_at_minor: price.compare_at_minor,
        }
    }
}
