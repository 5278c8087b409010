//! Where the price of a delivery comes from.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use orders::model::delivery_price;

use crate::marketplace::delivery::{DeliveryFunder, DeliveryRatesOf};
use crate::scalar::Money;

/// Where the price of a delivery comes from, as it was when the order was placed.
#[derive(Debug, Clone, SimpleObject)]
pub struct DeliveryOrigin {
    /// Whose rates they were.
    pub rates_of: DeliveryRatesOf,
    /// The version of the merchant's rates, or of the delivery method.
    pub version: Option<i64>,
    /// Who set the merchant's rates, by name.
    pub set_by: Option<String>,
    /// When the merchant's rates were set, or the method was changed last.
    pub set_at: Option<DateTime<Utc>>,
    /// What the buyer need not pay because of the value of the goods, tax included.
    pub waived: Money,
    /// Who bears that; null when nothing was waived.
    pub borne_by: Option<DeliveryFunder>,
}

impl DeliveryOrigin {
    pub(crate) fn of(of: &delivery_price::DeliveryOrigin, currency: kernel::Currency) -> Self {
        Self {
            rates_of: of.rates_of.into(),
            version: of.version,
            set_by: of.set_by_name.clone(),
            set_at: of.set_at,
            waived: Money::minor(of.waived_minor, currency),
            borne_by: of.borne_by.map(DeliveryFunder::from),
        }
    }
}
