//! What a merchant offers: for which price, how many, and what delivery costs.

use std::collections::HashSet;

use kernel::id::{DeliveryMethodId, OfferId, QuoteLineId};
use kernel::{Currency, Invalid, Money, allocate, text};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use super::status::QuoteReason;
use crate::error::Error;
use crate::model::cart::check_quantity;

/// The most lines of one request.
pub const QUOTE_LINES_MAX: usize = 200;
/// The most versions of one offer.
pub const QUOTE_VERSIONS_MAX: i64 = 50;
/// The highest price of a unit, and of all units of a line, in minor units.
const PRICE_MAX: i64 = 1_000_000_000_000;
/// The highest price of delivery in minor units.
const DELIVERY_MAX: i64 = 1_000_000_000;
/// The longest note on a line.
const LINE_NOTE_MAX: usize = 500;

/// A line that a buyer asks a price for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WantedLine {
    /// What is wanted.
    pub offer: OfferId,
    /// Units.
    pub quantity: i64,
    /// The price of a unit that the buyer would like.
    pub wished: Option<Money>,
    /// What else is to be said of it.
    pub note: Option<String>,
}

/// Checks the lines of a request in `currency`.
///
/// # Errors
/// [`Invalid`] naming the line: none or too many, the same offer twice, quantities, wished prices, notes.
pub fn check_wanted(lines: Vec<WantedLine>, currency: Currency) -> Result<Vec<WantedLine>, Invalid> {
    if lines.is_empty() {
        return Err(Invalid::required("lines"));
    }
    if lines.len() > QUOTE_LINES_MAX {
        return Err(Invalid::new("lines", "TOO_MANY", format!("a request holds at most {QUOTE_LINES_MAX} lines")));
    }
    let mut seen = HashSet::new();
    let check = |(index, mut line): (usize, WantedLine)| {
        let field = |name: &str| format!("lines.{index}.{name}");
        if !seen.insert(line.offer) {
            return Err(Invalid::new(field("offerId"), "DUPLICATE", "is named twice"));
        }
        check_quantity(&field("quantity"), line.quantity)?;
        if let Some(wished) = line.wished {
            check_amount(&field("wishedUnitPrice"), wished, currency, PRICE_MAX)?;
        }
        let note = line.note.take().filter(|note| !note.trim().is_empty());
        line.note = note.map(|note| text::block(&field("note"), &note, LINE_NOTE_MAX)).transpose()?;
        Ok(line)
    };
    lines.into_iter().enumerate().map(check).collect()
}

fn check_amount(field: &str, amount: Money, currency: Currency, max: i64) -> Result<i64, Invalid> {
    if amount.currency != currency {
        let text = format!("must be in {currency}");
        return Err(Invalid::new(format!("{field}.currency"), "CURRENCY_MISMATCH", text));
    }
    if (0..=max).contains(&amount.minor) { Ok(amount.minor) } else { Err(Invalid::range(field, 0, max)) }
}

/// What a merchant says to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineTerms {
    /// So many units for this price each.
    Sold {
        /// Units; the buyer may have asked for more or fewer.
        quantity: i64,
        /// Price of a unit as shown in the channel.
        unit_minor: i64,
    },
    /// Left out.
    LeftOut {
        /// Why.
        reason: QuoteReason,
    },
}

/// A line of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedLine {
    /// The line of the quote.
    pub line: QuoteLineId,
    /// What is said to it.
    pub terms: LineTerms,
}

/// What one version of an offer says. Stored as JSON in a row that nobody can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct OfferTerms {
    /// Every line of the quote, in its order.
    pub lines: Vec<OfferedLine>,
    /// What delivery costs as shown in the channel, whatever the way; `None`: what the way of delivery costs everybody.
    pub delivery_minor: Option<i64>,
    /// The way of delivery, for all of it that can go this way.
    pub method: Option<DeliveryMethodId>,
}

/// What a merchant says to a line, as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLineTerms {
    /// The line.
    pub line: QuoteLineId,
    /// The price of a unit; nothing when it is left out.
    pub unit: Option<Money>,
    /// Units; as many as were asked for when absent.
    pub quantity: Option<i64>,
    /// Why it is left out.
    pub left_out: Option<QuoteReason>,
}

impl OfferTerms {
    /// The terms of an offer for the lines that were asked for: their ids and quantities.
    ///
    /// # Errors
    /// [`Invalid`] naming the line: unknown or named twice, neither a price nor a reason or both, another currency, a
    /// price or quantity out of range; nothing offered at all. [`Error::LinesUndecided`] when lines are missing.
    pub fn checked(
        asked: &[(QuoteLineId, i64)],
        currency: Currency,
        new: &[NewLineTerms],
        delivery: Option<Money>,
        method: Option<DeliveryMethodId>,
    ) -> Result<Self, Error> {
        let mut said: Vec<Option<LineTerms>> = vec![None; asked.len()];
        for (index, line) in new.iter().enumerate() {
            let path = format!("lines.{index}");
            let at = asked.iter().position(|(id, _)| *id == line.line);
            let unknown = || Invalid::new(format!("{path}.lineId"), "UNKNOWN", "is no line of this quote");
            let at = at.ok_or_else(unknown)?;
            if said[at].is_some() {
                return Err(Invalid::new(format!("{path}.lineId"), "DUPLICATE", "is named twice").into());
            }
            said[at] = Some(line_terms(&path, line, asked[at].1, currency)?);
        }
        let missing = said.iter().filter(|terms| terms.is_none()).count();
        if missing > 0 {
            return Err(Error::LinesUndecided(missing));
        }
        let lines = asked.iter().zip(said);
        let lines = lines.filter_map(|((line, _), terms)| Some(OfferedLine { line: *line, terms: terms? })).collect();
        let delivery_minor =
            delivery.map(|price| check_amount("delivery", price, currency, DELIVERY_MAX)).transpose()?;
        let terms = Self { lines, delivery_minor, method };
        if terms.sold().next().is_none() {
            return Err(Invalid::new("lines", "NOTHING_OFFERED", "an offer sells at least one line").into());
        }
        Ok(terms)
    }

    /// What is sold: line, units, price of a unit.
    pub fn sold(&self) -> impl Iterator<Item = (QuoteLineId, i64, i64)> {
        self.lines.iter().filter_map(|line| match line.terms {
            LineTerms::Sold { quantity, unit_minor } => Some((line.line, quantity, unit_minor)),
            LineTerms::LeftOut { .. } => None,
        })
    }

    /// What all goods cost as shown in the channel.
    #[must_use]
    pub fn goods_minor(&self) -> i64 {
        self.sold().map(|(_, quantity, unit)| quantity.saturating_mul(unit)).fold(0, i64::saturating_add)
    }

    /// The share of each sold line in the delivery price, by its value; by its units when everything is free. The shares
    /// sum to the price. `None` without a price.
    #[must_use]
    pub fn delivery_shares(&self) -> Option<Vec<(QuoteLineId, i64)>> {
        let price = self.delivery_minor?;
        let value = |(_, quantity, unit): (_, i64, i64)| quantity.saturating_mul(unit).unsigned_abs();
        let weights: Vec<u64> = match self.goods_minor() {
            0 => self.sold().map(|(_, quantity, _)| quantity.unsigned_abs()).collect(),
            _ => self.sold().map(value).collect(),
        };
        // Something is sold, so some weight is positive.
        let shares = allocate(price, &weights).unwrap_or_else(|_| vec![0; weights.len()]);
        Some(self.sold().map(|(line, ..)| line).zip(shares).collect())
    }
}

fn line_terms(path: &str, line: &NewLineTerms, asked: i64, currency: Currency) -> Result<LineTerms, Invalid> {
    let together = || Invalid::new(path, "NOT_TOGETHER", "give either a price or the reason to leave it out");
    match (line.unit, line.left_out) {
        (Some(unit), None) => {
            let quantity = line.quantity.unwrap_or(asked);
            check_quantity(&format!("{path}.quantity"), quantity)?;
            let field = format!("{path}.unitPrice");
            let unit_minor = check_amount(&field, unit, currency, PRICE_MAX)?;
            if unit_minor.checked_mul(quantity).is_none_or(|total| total > PRICE_MAX) {
                return Err(Invalid::new(field, "AMOUNT_TOO_LARGE", "all units together cost too much"));
            }
            Ok(LineTerms::Sold { quantity, unit_minor })
        }
        (None, Some(reason)) if line.quantity.is_none() => Ok(LineTerms::LeftOut { reason }),
        _ => Err(together()),
    }
}

#[cfg(test)]
#[path = "terms_tests.rs"]
mod tests;
