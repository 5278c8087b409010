//! What a delivery costs.

use kernel::{Currency, Invalid, text};
use serde::{Deserialize, Serialize};

use super::delivery::Rejection;
use super::delivery_quote::{Consignment, QuoteBasis};
use super::{amount, bounded};

/// The price in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRate {
    /// The currency of the amounts.
    pub currency: Currency,
    /// The product type (logistic class) it is for; `None`: all that have no rate of their own.
    #[serde(default)]
    pub product_type: Option<String>,
    /// The price of the first unit, where no bracket says otherwise.
    pub first_minor: i64,
    /// The price of each further unit.
    pub additional_minor: i64,
    /// From this value of the goods on delivery is free, but for surcharges.
    pub free_above_minor: Option<i64>,
    /// Who bears what the buyer does not pay then.
    #[serde(default)]
    pub funded_by: Funder,
    /// Prices by weight and value: the first that takes the consignment counts. When there are any and none takes it,
    /// the method does not.
    #[serde(default)]
    pub brackets: Vec<RateBracket>,
    /// What is added for special goods or places, also when delivery is free.
    #[serde(default)]
    pub surcharges: Vec<Surcharge>,
}

/// Who bears the price of a delivery that is free for the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funder {
    /// The merchant: it gets nothing for it.
    #[default]
    Merchant,
    /// The operator: it pays the merchant in the buyer's place.
    Operator,
}

impl Funder {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Operator => "operator",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Merchant, Self::Operator].into_iter().find(|funder| funder.as_str() == name)
    }
}

/// A price for consignments up to a weight and a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateBracket {
    /// Up to this weight in grams.
    pub max_weight_g: Option<i64>,
    /// Up to this value of the goods.
    pub max_goods_minor: Option<i64>,
    /// The price of the first unit.
    pub first_minor: i64,
    /// The price of each further unit.
    pub additional_minor: i64,
}

/// An amount that is added to the price of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surcharge {
    /// A code for programs: `island`.
    pub code: String,
    /// The name buyers read.
    pub name: String,
    /// The codes of the zones it is for; empty means everywhere.
    pub zones: Vec<String>,
    /// The product types it is for; empty means all.
    pub product_types: Vec<String>,
    /// Only for consignments that are heavier than this, in grams.
    pub above_weight_g: Option<i64>,
    /// How much.
    pub amount_minor: i64,
    /// Whether it is added for each unit.
    pub per_unit: bool,
}

impl RateBracket {
    fn takes(&self, consignment: &Consignment<'_>) -> bool {
        self.max_weight_g.is_none_or(|max| consignment.weight_g <= max)
            && self.max_goods_minor.is_none_or(|max| consignment.goods_minor <= max)
    }
}

impl Surcharge {
    fn is_for(&self, consignment: &Consignment<'_>, zone: Option<&str>) -> bool {
        (self.zones.is_empty() || zone.is_some_and(|zone| self.zones.iter().any(|own| own == zone)))
            && (self.product_types.is_empty() || self.product_types.iter().any(|own| own == consignment.product_type))
            && self.above_weight_g.is_none_or(|above| consignment.weight_g > above)
    }
}

/// What a consignment costs by a rate, and what was added to it.
pub(super) struct Priced {
    pub(super) price_minor: i64,
    pub(super) waived_minor: i64,
    pub(super) basis: QuoteBasis,
    pub(super) surcharges: Vec<String>,
}

impl DeliveryRate {
    /// The price of a consignment that goes to `zone`.
    pub(super) fn price(&self, consignment: &Consignment<'_>, zone: Option<&str>) -> Result<Priced, Rejection> {
        let further = consignment.units.saturating_sub(1).max(0);
        let units = |first: i64, additional: i64| {
            let price = additional.checked_mul(further).and_then(|rest| rest.checked_add(first));
            price.ok_or(Rejection::PriceOutOfRange)
        };
        // A bracket also says what is carried at all; hence it comes before free delivery.
        let bracket = self.brackets.iter().find(|bracket| bracket.takes(consignment));
        let (usual, basis) = match bracket {
            None if !self.brackets.is_empty() => return Err(Rejection::OutsideBrackets),
            Some(bracket) => (units(bracket.first_minor, bracket.additional_minor)?, QuoteBasis::Bracket),
            None => (units(self.first_minor, self.additional_minor)?, QuoteBasis::Rates),
        };
        let free = self.free_above_minor.is_some_and(|limit| consignment.goods_minor >= limit);
        let (mut price_minor, waived_minor, basis) =
            if free { (0, usual, QuoteBasis::FreeAbove) } else { (usual, 0, basis) };
        let mut surcharges = Vec::new();
        for surcharge in self.surcharges.iter().filter(|surcharge| surcharge.is_for(consignment, zone)) {
            let times = if surcharge.per_unit { consignment.units.max(1) } else { 1 };
            let added = surcharge.amount_minor.checked_mul(times).and_then(|added| price_minor.checked_add(added));
            price_minor = added.ok_or(Rejection::PriceOutOfRange)?;
            surcharges.push(surcharge.name.clone());
        }
        Ok(Priced { price_minor, waived_minor, basis, surcharges })
    }

    /// Each of its amounts of money that a buyer may have to pay, with the name of its field behind `path`.
    pub(super) fn prices(&self, path: &str) -> Vec<(String, i64)> {
        let mut prices =
            vec![(format!("{path}.first"), self.first_minor), (format!("{path}.additional"), self.additional_minor)];
        for (index, bracket) in self.brackets.iter().enumerate() {
            let at = |name: &str| format!("{path}.brackets.{index}.{name}");
            prices.extend([(at("first"), bracket.first_minor), (at("additional"), bracket.additional_minor)]);
        }
        let surcharges = self.surcharges.iter().enumerate();
        prices.extend(surcharges.map(|(index, of)| (format!("{path}.surcharges.{index}.amount"), of.amount_minor)));
        prices
    }

    pub(super) fn checked(&mut self, path: &str) -> Result<(), Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        if let Some(product_type) = &mut self.product_type {
            *product_type = text::code(&field("productType"), product_type, 40)?;
        }
        amount(&field("first"), self.first_minor)?;
        amount(&field("additional"), self.additional_minor)?;
        if let Some(limit) = self.free_above_minor {
            amount(&field("freeAbove"), limit)?;
        }
        bounded(&field("brackets"), self.brackets.len())?;
        let mut open_end = false;
        for (index, bracket) in self.brackets.iter().enumerate() {
            let at = |name: &str| format!("{path}.brackets.{index}.{name}");
            if open_end {
                let text = "comes behind a bracket without limits and would never count";
                return Err(Invalid::new(format!("{path}.brackets.{index}"), "UNREACHABLE", text));
            }
            positive(&at("maxWeightG"), bracket.max_weight_g)?;
            positive(&at("maxGoods"), bracket.max_goods_minor)?;
            amount(&at("first"), bracket.first_minor)?;
            amount(&at("additional"), bracket.additional_minor)?;
            open_end = bracket.max_weight_g.is_none() && bracket.max_goods_minor.is_none();
        }
        bounded(&field("surcharges"), self.surcharges.len())?;
        for (index, surcharge) in self.surcharges.iter_mut().enumerate() {
            let at = |name: &str| format!("{path}.surcharges.{index}.{name}");
            surcharge.code = text::code(&at("code"), &surcharge.code, 40)?;
            surcharge.name = text::line(&at("name"), &surcharge.name, 120)?;
            bounded(&at("zones"), surcharge.zones.len())?;
            bounded(&at("productTypes"), surcharge.product_types.len())?;
            positive(&at("aboveWeightG"), surcharge.above_weight_g)?;
            amount(&at("amount"), surcharge.amount_minor)?;
        }
        Ok(())
    }
}

fn positive(field: &str, value: Option<i64>) -> Result<(), Invalid> {
    match value {
        Some(value) if value <= 0 => Err(Invalid::range(field, 1, i64::MAX)),
        _ => Ok(()),
    }
}

/// Checks rates and puts them in the order of currency and product type; at most one of each.
pub(super) fn check_rates(path: &str, rates: &mut [DeliveryRate]) -> Result<(), Invalid> {
    bounded(path, rates.len())?;
    for (index, rate) in rates.iter_mut().enumerate() {
        rate.checked(&format!("{path}.{index}"))?;
    }
    rates.sort_by(|a, b| (a.currency, &a.product_type).cmp(&(b.currency, &b.product_type)));
    if rates.windows(2).any(|w| (w[0].currency, &w[0].product_type) == (w[1].currency, &w[1].product_type)) {
        return Err(Invalid::new(path, "DUPLICATE", "has two rates of one currency and product type"));
    }
    Ok(())
}
