//! What may be done with refunds, returns, fulfillment orders and parcels. The guards of the commands and the
//! `allowedActions` of the objects ask these very functions.

use serde::Serialize;

use super::state::Units;
use super::status::{RefundState, ReturnMethod, ReturnState, ShipmentState};
use crate::Error;
use crate::entity::Shipment;

macro_rules! actions {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// The name shown to clients.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Refuses what is not allowed, naming the state and what is.
            ///
            /// # Errors
            /// [`Error::InvalidTransition`].
            pub fn require(self, state: &'static str, allowed: &[Self]) -> Result<(), Error> {
                if allowed.contains(&self) {
                    return Ok(());
                }
                let allowed = allowed.iter().map(|action| action.as_str()).collect();
                Err(Error::InvalidTransition { action: self.as_str(), state, allowed })
            }
        }
    };
}

actions! {
    /// Something that can be done with a refund.
    RefundAction {
        /// Let it happen; another person than the one who asked.
        Approve = "APPROVE",
        /// Do not let it happen.
        Reject = "REJECT",
    }
}

actions! {
    /// Something that can be done with a return.
    ReturnAction {
        /// Let the buyer send the goods.
        Approve = "APPROVE",
        /// Refuse it.
        Reject = "REJECT",
        /// Say that the goods were sent.
        Send = "SEND",
        /// Say that the goods are there.
        Receive = "RECEIVE",
        /// Say how each unit is.
        Inspect = "INSPECT",
        /// Pay it back.
        Refund = "REFUND",
        /// Send other goods of the same kind.
        Replace = "REPLACE",
        /// Send the same goods back to the buyer.
        SendBack = "SEND_BACK",
        /// Say that the goods never came.
        ReportNoReception = "REPORT_NO_RECEPTION",
        /// Give it up.
        Cancel = "CANCEL",
        /// Put it away.
        Close = "CLOSE",
    }
}

actions! {
    /// Something that can be done with a fulfillment order.
    FulfillmentAction {
        /// Send a parcel.
        Ship = "SHIP",
        /// Keep it from leaving.
        Hold = "HOLD",
        /// Let it leave again.
        ReleaseHold = "RELEASE_HOLD",
        /// Send it from another location.
        Move = "MOVE",
        /// Make two of it.
        Split = "SPLIT",
        /// Put it together with another one.
        Merge = "MERGE",
        /// Say that it lies ready to be collected.
        MakeReady = "MAKE_READY",
        /// Hand it over to the buyer who came.
        HandOver = "HAND_OVER",
    }
}

actions! {
    /// Something that can be done with a parcel.
    ShipmentAction {
        /// Say that it arrived.
        Deliver = "DELIVER",
        /// Say that it is lost.
        ReportLost = "REPORT_LOST",
        /// Say that it came back to its sender.
        ReportReturned = "REPORT_RETURNED",
    }
}

/// What can be done with a refund in this state.
#[must_use]
pub fn refund(state: RefundState) -> Vec<RefundAction> {
    match state {
        RefundState::AwaitingApproval => vec![RefundAction::Approve, RefundAction::Reject],
        RefundState::Rejected | RefundState::Requested | RefundState::Settled | RefundState::Failed => Vec::new(),
    }
}

/// What can be done with a return in this state.
#[must_use]
pub fn goods_return(state: ReturnState, method: Option<ReturnMethod>) -> Vec<ReturnAction> {
    use ReturnAction as A;
    match state {
        ReturnState::Requested => vec![A::Approve, A::Reject, A::Cancel],
        // The buyer keeps the goods: there is nothing to receive.
        ReturnState::Approved if method == Some(ReturnMethod::Returnless) => vec![A::Refund, A::Replace, A::Cancel],
        ReturnState::Approved => vec![A::Send, A::Receive, A::ReportNoReception, A::Cancel],
        ReturnState::InTransit => vec![A::Receive, A::ReportNoReception],
        ReturnState::Received => vec![A::Inspect],
        ReturnState::Inspected => vec![A::Refund, A::Replace, A::SendBack],
        ReturnState::Refunded | ReturnState::Replaced | ReturnState::SentBack => vec![A::Close],
        ReturnState::Rejected | ReturnState::Closed | ReturnState::NoReception | ReturnState::Canceled => Vec::new(),
    }
}

/// What can be done with a fulfillment order of these units. `ships` says whether its merchant order may be shipped,
/// `waits` whether it may be re-planned although nothing may leave yet.
#[must_use]
pub fn fulfillment(units: &Units, is_held: bool, ships: bool, waits: bool) -> Vec<FulfillmentAction> {
    use FulfillmentAction as A;
    if units.open() == 0 || !(ships || waits) {
        return Vec::new();
    }
    if is_held {
        return vec![A::ReleaseHold];
    }
    let mut actions = if ships { vec![A::Ship] } else { Vec::new() };
    actions.extend([A::Hold, A::Split]);
    if units.shipped == 0 {
        actions.extend([A::Move, A::Merge]);
    }
    actions
}

/// The same of one that the buyer collects at the merchant's: no parcel is sent, and it lies where it lies.
#[must_use]
pub fn store_pickup(actions: &[FulfillmentAction], is_ready: bool) -> Vec<FulfillmentAction> {
    use FulfillmentAction as A;
    let instead = actions.iter().flat_map(|action| match action {
        A::Ship if is_ready => vec![A::HandOver],
        A::Ship => vec![A::MakeReady, A::HandOver],
        A::Move => Vec::new(),
        other => vec![*other],
    });
    instead.collect()
}

/// What can be done with a parcel.
#[must_use]
pub fn shipment(row: &Shipment) -> Vec<ShipmentAction> {
    use ShipmentAction as A;
    match row.state {
        ShipmentState::Shipped
        | ShipmentState::InTransit
        | ShipmentState::OutForDelivery
        | ShipmentState::ReadyForPickup
        | ShipmentState::DeliveryFailed => vec![A::Deliver, A::ReportLost, A::ReportReturned],
        // What was to be paid at the door and was given up is not collected any more.
        ShipmentState::Lost if row.recognized => vec![A::Deliver],
        ShipmentState::Lost | ShipmentState::Delivered | ShipmentState::ReturnedToSender => Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kernel::Fault;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed() {
        let state = ReturnState::InTransit;
        let refused = ReturnAction::Refund.require(state.as_str(), &goods_return(state, None)).unwrap_err();
        assert_eq!(refused.code(), "INVALID_TRANSITION");
        let told = json!({ "state": "in_transit", "allowed": ["RECEIVE", "REPORT_NO_RECEPTION"] });
        assert_eq!(refused.details().unwrap(), told);
    }

    #[test]
    fn a_return_ends() {
        let ends = |state| goods_return(state, None).is_empty();
        let open: Vec<_> = ReturnState::ALL.iter().copied().filter(|state| !ends(*state)).collect();
        assert_eq!(open.len(), 8);
        assert!(goods_return(ReturnState::Approved, Some(ReturnMethod::Returnless)).contains(&ReturnAction::Refund));
        assert!(!goods_return(ReturnState::Approved, Some(ReturnMethod::ByMail)).contains(&ReturnAction::Refund));
    }

    #[test]
    fn what_is_held_does_not_leave() {
        let units = Units { ordered: 2, ..Units::default() };
        assert_eq!(fulfillment(&units, true, true, true), [FulfillmentAction::ReleaseHold]);
        assert!(fulfillment(&units, false, true, true).contains(&FulfillmentAction::Ship));
        assert!(!fulfillment(&units, false, false, true).contains(&FulfillmentAction::Ship));
        let all = fulfillment(&units, false, true, true);
        use FulfillmentAction as A;
        assert_eq!(store_pickup(&all, false), [A::MakeReady, A::HandOver, A::Hold, A::Split, A::Merge]);
        assert_eq!(store_pickup(&all, true), [A::HandOver, A::Hold, A::Split, A::Merge]);
        let begun = Units { shipped: 1, ..units };
        assert!(!fulfillment(&begun, false, true, true).contains(&FulfillmentAction::Move));
        assert!(fulfillment(&Units { shipped: 2, ..units }, false, true, true).is_empty());
    }
}
