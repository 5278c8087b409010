//! Values that are frozen on carts and orders as JSON.

use std::collections::BTreeMap;

use kernel::id::{DeliveryMethodId, FulfillmentOrderId, OrderLineId};
use kernel::{Invalid, text};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::event::LineUnits;
use crate::model::delivery_price::DeliveryOrigin;
use crate::model::given::Run;
use crate::model::money::Parts;
use crate::model::pickup::{Pickup, PickupChoices};
use crate::model::plan::SplitPlan;
use crate::model::promise::PromiseTerms;
use crate::model::quote::OfferTerms;

macro_rules! json_text {
    ($($name:ty),* $(,)?) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // Plain data: serializing cannot fail; an empty text would fail loudly at the reader.
                f.write_str(&serde_json::to_string(self).unwrap_or_default())
            }
        }
        impl std::str::FromStr for $name {
            type Err = serde_json::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                serde_json::from_str(text)
            }
        }
    )*};
}
json_text!(
    Address,
    DeliveryChoices,
    DeliveryOrigin,
    FulfillmentOrderIds,
    GivenBack,
    OfferTerms,
    Pickup,
    PickupChoices,
    PromiseTerms,
    StoredParts,
    StoredPlan,
    Texts,
    Wanted
);

/// A postal address as it was when the order was placed. Displays as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Address {
    /// The person.
    pub name: String,
    /// The company, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// The rest of the street address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// Phone, for the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Address {
    /// Trims the fields and checks them; `path` is the input field the address stands in.
    ///
    /// # Errors
    /// [`Invalid`] naming the field.
    pub fn checked(self, path: &str) -> Result<Self, Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        let optional = |name: &str, value: Option<String>| match value {
            Some(value) if !value.trim().is_empty() => text::line(&field(name), &value, 200).map(Some),
            _ => Ok(None),
        };
        let country = text::line(&field("country"), &self.country, 2)?.to_uppercase();
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Invalid::new(field("country"), "MALFORMED", "is not a country code of two letters"));
        }
        Ok(Self {
            name: text::line(&field("name"), &self.name, 200)?,
            company: optional("company", self.company)?,
            line1: text::line(&field("line1"), &self.line1, 200)?,
            line2: optional("line2", self.line2)?,
            // Some countries have none.
            postal_code: optional("postalCode", Some(self.postal_code))?.unwrap_or_default(),
            city: text::line(&field("city"), &self.city, 200)?,
            region: optional("region", self.region)?,
            country,
            phone: optional("phone", self.phone)?,
        })
    }
}

/// Stands for every consignment that has no choice of its own.
pub const EVERY_CONSIGNMENT: &str = "*";

/// The delivery method chosen for each consignment key, or for [`EVERY_CONSIGNMENT`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct DeliveryChoices(pub BTreeMap<String, DeliveryMethodId>);

/// The components of an amount, stored as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct StoredParts(pub Parts);

/// The plan an order was placed by, stored as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct StoredPlan(pub SplitPlan);

/// Sentences for people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Texts(pub Vec<String>);

/// The fulfillment orders whose shipping a parcel carries or a refund gives back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct FulfillmentOrderIds(pub Vec<FulfillmentOrderId>);

/// What was given back of the units of a line: runs of units that stand alike, from the front. Units behind the last
/// run are untouched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct GivenBack(pub Vec<Run>);

/// What a refund is to give back, kept until it is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum Wanted {
    /// Units with all that is left of them, and the shipping of fulfillment orders.
    Units {
        /// The units.
        lines: Vec<LineUnits>,
        /// The fulfillment orders.
        shipping_of: Vec<FulfillmentOrderId>,
        /// Whether they came back, so that the return's own units are meant.
        returned: bool,
    },
    /// Exactly these unit slots, and the shipping of fulfillment orders: a parcel that was lost.
    Slots {
        /// Line, first slot, slot after the last.
        slots: Vec<(OrderLineId, i64, i64)>,
        /// The fulfillment orders.
        shipping_of: Vec<FulfillmentOrderId>,
    },
    /// An amount, spread over what is left of lines and shipping; of everything when none are named.
    Amount {
        /// How much, in minor units.
        amount_minor: i64,
        /// The lines.
        lines: Vec<OrderLineId>,
        /// The fulfillment orders.
        shipping_of: Vec<FulfillmentOrderId>,
    },
}
