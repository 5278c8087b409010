//! Where a buyer collects goods.

use std::collections::BTreeMap;

use kernel::id::PickupPointId;
use marketplace::{DeliveryKind, DeliveryMethod, PickupPoint};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// The pickup point chosen for each consignment key. Displays as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct PickupChoices(pub BTreeMap<String, PickupPointId>);

/// A place where goods are collected, as it was when the order was placed. Displays as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Pickup {
    /// The pickup point of a carrier; `None`: a store of the merchant.
    pub point: Option<PickupPointId>,
    /// The code of the carrier.
    pub carrier: Option<String>,
    /// The carrier's code of the point.
    pub code: Option<String>,
    /// The name of the place.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: String,
    /// When it is open, in words.
    pub hours: Option<String>,
}

impl Pickup {
    /// Why a pickup point cannot be used with a method; `None`: it can.
    #[must_use]
    pub fn refusal(point: &PickupPoint, method: &DeliveryMethod) -> Option<(&'static str, String)> {
        let carried = method.carriers.is_empty() || method.carriers.contains(&point.carrier);
        let served = method.countries.is_empty() || method.countries.contains(&point.place.country);
        let name = &point.place.name;
        if !point.active {
            Some(("PICKUP_POINT_GONE", format!("{name} takes no parcels at the moment")))
        } else if !carried || !served {
            Some(("PICKUP_POINT_NOT_SERVED", format!("{} does not go to {name}", method.name)))
        } else {
            None
        }
    }
}

impl From<&PickupPoint> for Pickup {
    fn from(point: &PickupPoint) -> Self {
        let place = &point.place;
        Self {
            point: Some(point.id),
            carrier: Some(point.carrier.clone()),
            code: Some(place.code.clone()),
            name: place.name.clone(),
            line1: place.line1.clone(),
            postal_code: place.postal_code.clone(),
            city: place.city.clone(),
            country: place.country.clone(),
            hours: place.hours.clone(),
        }
    }
}

/// Whether the buyer has to go and collect, which nobody is made to do without asking for it.
pub(crate) fn is_collected(kind: &str) -> bool {
    kind == DeliveryKind::PickupPoint.as_str() || kind == DeliveryKind::StorePickup.as_str()
}

/// Whether the buyer collects at the merchant's.
pub(crate) fn is_at_store(kind: &str) -> bool {
    kind == DeliveryKind::StorePickup.as_str()
}
