//! What carriers tell of parcels: late, twice, out of order. The state is the furthest one that was told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::status::ShipmentState;

/// Something a carrier told of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    /// The carrier's number of the parcel.
    pub tracking_number: String,
    /// The carrier's word for what happened.
    pub code: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The carrier's sentence.
    #[serde(default)]
    pub text: Option<String>,
    /// Who took the parcel.
    #[serde(default)]
    pub received_by: Option<String>,
}

/// How far a parcel is in this state; a state never goes back. Arrival is the last word: what was taken for lost may
/// still arrive.
#[must_use]
pub const fn rank(state: ShipmentState) -> u8 {
    match state {
        ShipmentState::Shipped => 0,
        ShipmentState::InTransit => 1,
        ShipmentState::OutForDelivery => 2,
        ShipmentState::DeliveryFailed => 3,
        // What nobody took at the door is brought to a pickup point.
        ShipmentState::ReadyForPickup => 4,
        ShipmentState::Lost => 5,
        ShipmentState::ReturnedToSender => 6,
        ShipmentState::Delivered => 7,
    }
}

/// The furthest of the states that were told, with the time of the first telling of it.
#[must_use]
pub fn furthest(told: &[(ShipmentState, DateTime<Utc>)]) -> Option<(ShipmentState, DateTime<Utc>)> {
    let state = told.iter().map(|(state, _)| *state).max_by_key(|state| rank(*state))?;
    let at = told.iter().filter(|(other, _)| *other == state).map(|(_, at)| *at).min()?;
    Some((state, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_telling_does_not_matter() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap_or_default();
        let mut told = vec![
            (ShipmentState::InTransit, at(1)),
            (ShipmentState::Delivered, at(9)),
            (ShipmentState::OutForDelivery, at(7)),
            (ShipmentState::Delivered, at(10)),
        ];
        for _ in 0..told.len() {
            told.rotate_left(1);
            assert_eq!(furthest(&told), Some((ShipmentState::Delivered, at(9))));
        }
        assert_eq!(furthest(&[]), None);
    }
}
