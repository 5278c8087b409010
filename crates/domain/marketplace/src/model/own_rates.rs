//! Prices that merchants set for ways of delivery that the marketplace offers.

use kernel::{Currency, Invalid, Money};
use serde::{Deserialize, Serialize};

use super::delivery::{DeliveryMethod, DeliveryPricing};
use super::delivery_rate::{DeliveryRate, Funder};
use super::{amount, bounded};

/// Whether merchants set prices of a method, and how high these may be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnRates {
    /// Whether they may. Prices that were set before stand still while they may not.
    pub allowed: bool,
    /// The highest price of a delivery by a merchant's rates, by currency; none: as high as the merchant likes.
    pub highest: Vec<HighestPrice>,
}

/// The highest price of a delivery in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HighestPrice {
    /// The currency.
    pub currency: Currency,
    /// How much, in minor units.
    pub minor: i64,
}

/// A price that a merchant set for a method. What is free for the buyer by it is borne by the merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantRate {
    /// The code of the method's zone it is for; `None`: wherever there is no price of its own.
    pub zone: Option<String>,
    /// The price.
    #[serde(flatten)]
    pub rate: DeliveryRate,
}

impl OwnRates {
    /// The highest price in a currency.
    #[must_use]
    pub fn highest_in(&self, currency: Currency) -> Option<i64> {
        self.highest.iter().find(|highest| highest.currency == currency).map(|highest| highest.minor)
    }

    pub(super) fn checked(mut self, pricing: DeliveryPricing) -> Result<Self, Invalid> {
        if self.allowed && pricing == DeliveryPricing::Quoted {
            let text = "the price of this method comes from outside; merchants cannot set it";
            return Err(Invalid::new("ownRates.allowed", "NOT_RATED", text));
        }
        bounded("ownRates.highest", self.highest.len())?;
        for (index, highest) in self.highest.iter().enumerate() {
            amount(&format!("ownRates.highest.{index}.amount"), highest.minor)?;
        }
        self.highest.sort_by_key(|highest| highest.currency);
        if self.highest.windows(2).any(|w| w[0].currency == w[1].currency) {
            return Err(Invalid::new("ownRates.highest", "DUPLICATE", "has two prices of one currency"));
        }
        Ok(self)
    }
}

impl DeliveryMethod {
    /// Checks prices of a merchant for this method and puts them in the order of zone, currency and product type.
    ///
    /// # Errors
    /// The first field that is wrong: an unknown zone or product type, an amount out of range or higher than the
    /// marketplace allows, two prices for one thing.
    pub fn check_own_rates(&self, mut rates: Vec<MerchantRate>) -> Result<Vec<MerchantRate>, Invalid> {
        bounded("rates", rates.len())?;
        for (index, of) in rates.iter_mut().enumerate() {
            let path = format!("rates.{index}");
            if of.zone.as_ref().is_some_and(|code| !self.zones.iter().any(|zone| zone.code == *code)) {
                let text = "is not the code of a zone of this method";
                return Err(Invalid::new(format!("{path}.zone"), "NOT_FOUND", text));
            }
            of.rate.funded_by = Funder::Merchant;
            of.rate.checked(&path)?;
            self.check_rate(&path, &of.rate)?;
            if let Some(highest) = self.own_rates.highest_in(of.rate.currency) {
                let too_high = of.rate.prices(&path).into_iter().find(|(_, minor)| *minor > highest);
                if let Some((field, _)) = too_high {
                    let text = format!("the marketplace allows at most {}", Money::new(highest, of.rate.currency));
                    return Err(Invalid::new(field, "TOO_HIGH", text));
                }
            }
        }
        let of = |of: &MerchantRate| (of.zone.clone(), of.rate.currency, of.rate.product_type.clone());
        rates.sort_by_key(of);
        if rates.windows(2).any(|w| of(&w[0]) == of(&w[1])) {
            let text = "has two prices of one zone, currency and product type";
            return Err(Invalid::new("rates", "DUPLICATE", text));
        }
        Ok(rates)
    }
}

#[cfg(test)]
#[path = "own_rates_test.rs"]
mod tests;
