//! What a delivery costs, who pays it, and where the price comes from.

use chrono::{DateTime, Utc};
use kernel::Rounding;
use marketplace::delivery::{Quote, RatesOf};
use marketplace::{CouponTax, DeliveryMethod, Funder};
use merchants::MerchantDelivery;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use super::plan::with_tax;

/// Where the price of a delivery comes from. It is frozen with the order and stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
#[serde(default)]
pub struct DeliveryOrigin {
    /// Whose rates they were.
    pub rates_of: RatesOf,
    /// The version of the merchant's rates, or of the delivery method.
    pub version: Option<i64>,
    /// Who set the merchant's rates: the id of a user or key.
    pub set_by: Option<String>,
    /// The same, by name.
    pub set_by_name: Option<String>,
    /// When the rates were set, or the method was changed last.
    pub set_at: Option<DateTime<Utc>>,
    /// What the buyer need not pay because of the value of the goods, tax included.
    pub waived_minor: i64,
    /// Who bears that; `None` when nothing was waived.
    pub borne_by: Option<Funder>,
    /// The tax rate of the delivery in ppm.
    pub tax_ppm: i64,
}

/// A price of a delivery as it is shown in the channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) price: i64,
    pub(crate) waived: i64,
    pub(crate) funded_by: Funder,
    pub(crate) rates_of: RatesOf,
}

impl From<&Quote> for Shown {
    fn from(quote: &Quote) -> Self {
        let Quote { price_minor: price, waived_minor: waived, funded_by, rates_of, .. } = *quote;
        Self { price, waived, funded_by, rates_of }
    }
}

/// What decides about the cost of a delivery beside its price.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CostTerms<'a> {
    pub(crate) method: &'a DeliveryMethod,
    /// What the merchant asks for the method.
    pub(crate) own: Option<&'a MerchantDelivery>,
    pub(crate) tax_ppm: i64,
    pub(crate) includes_tax: bool,
    pub(crate) rounding: Rounding,
    /// How the tax of what the marketplace pays in the buyer's place is treated.
    pub(crate) coupon_tax: CouponTax,
}

/// What a delivery costs, tax included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cost {
    /// What the buyer pays.
    pub(crate) price: i64,
    /// What the marketplace pays in the buyer's place.
    pub(crate) funded: i64,
    /// Tax within both.
    pub(crate) tax: i64,
    /// Where it comes from.
    pub(crate) origin: DeliveryOrigin,
}

impl CostTerms<'_> {
    /// The cost of a delivery at a price.
    pub(crate) fn cost(&self, shown: Shown) -> Cost {
        let of = |minor| with_tax(minor, self.tax_ppm, self.includes_tax, self.rounding);
        let (price, tax_of_price) = of(shown.price);
        let by_operator = shown.funded_by == Funder::Operator;
        let (gross, tax_of_all) = of(shown.price + if by_operator { shown.waived } else { 0 });
        let funded = gross - price;
        let tax = match self.coupon_tax {
            CouponTax::PriceReduction => tax_of_price,
            CouponTax::ThirdPartyConsideration => tax_of_all,
        };
        let waived_minor = if by_operator { funded } else { of(shown.waived).0 };
        let origin = DeliveryOrigin {
            waived_minor,
            borne_by: (waived_minor > 0).then_some(shown.funded_by),
            tax_ppm: self.tax_ppm,
            ..self.origin(shown.rates_of)
        };
        Cost { price, funded, tax, origin }
    }

    fn origin(&self, rates_of: RatesOf) -> DeliveryOrigin {
        let unknown = DeliveryOrigin { rates_of, ..DeliveryOrigin::default() };
        match (rates_of, self.own) {
            (RatesOf::Nobody, _) | (RatesOf::Merchant, None) => unknown,
            (RatesOf::Merchant, Some(own)) => DeliveryOrigin {
                version: Some(own.version),
                set_by: Some(own.set_by.clone()),
                set_by_name: Some(own.set_by_name.clone()),
                set_at: Some(own.set_at),
                ..unknown
            },
            (RatesOf::Operator, _) => {
                DeliveryOrigin { version: Some(self.method.version), set_at: Some(self.method.updated_at), ..unknown }
            }
        }
    }
}
