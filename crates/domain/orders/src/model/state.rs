//! States, derived from quantities and decisions. The one place that knows what may be done when.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::status::{
    CaptureTiming, FulfillmentOrderState, FulfillmentState, MerchantOrderState, OrderState, Outcome, PaymentState,
};

/// Units of a line, a fulfillment line or a sum of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// Ordered.
    pub ordered: i64,
    /// Canceled before they left.
    pub canceled: i64,
    /// Left.
    pub shipped: i64,
    /// Arrived.
    pub delivered: i64,
    /// Left, and lost or back at the sender: they will not arrive.
    pub undelivered: i64,
    /// Of those shipped, paid back.
    pub refunded: i64,
    /// Of those delivered, back from the buyer.
    pub returned: i64,
    /// Of those delivered, what the buyer may still send back.
    pub returnable: i64,
}

impl Units {
    /// Units that can still be shipped or canceled.
    #[must_use]
    pub const fn open(&self) -> i64 {
        self.ordered - self.canceled - self.shipped
    }

    /// Units on their way.
    #[must_use]
    pub const fn on_the_way(&self) -> i64 {
        self.shipped - self.delivered - self.undelivered
    }

    /// Whether the quantities can be true.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.ordered > 0
            && self.canceled >= 0
            && self.shipped >= 0
            && self.open() >= 0
            && self.delivered >= 0
            && self.undelivered >= 0
            && self.delivered + self.undelivered <= self.shipped
            && self.returned >= 0
            && self.returned <= self.delivered
            && self.refunded >= 0
            && self.refunded <= self.shipped
    }
}

impl std::iter::Sum for Units {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| Self {
            ordered: a.ordered + b.ordered,
            canceled: a.canceled + b.canceled,
            shipped: a.shipped + b.shipped,
            delivered: a.delivered + b.delivered,
            undelivered: a.undelivered + b.undelivered,
            refunded: a.refunded + b.refunded,
            returned: a.returned + b.returned,
            returnable: a.returnable + b.returnable,
        })
    }
}

/// What decides the state of a merchant order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerchantOrderFacts {
    /// Units of all its lines.
    pub units: Units,
    /// When it was handed to the merchant.
    pub released_at: Option<DateTime<Utc>>,
    /// What the merchant decided.
    pub outcome: Option<Outcome>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When its money is captured.
    pub capture: CaptureTiming,
    /// What was asked of the provider.
    pub capture_requested_minor: i64,
    /// What the provider gave.
    pub captured_minor: i64,
    /// What the marketplace paid beside it, for a coupon of its own.
    pub captured_discount_minor: i64,
    /// Whether an incident is open.
    pub incident_open: bool,
    /// Returns that are not at their end.
    pub returns_open: i64,
}

impl MerchantOrderFacts {
    /// Whether goods may leave as far as money is concerned.
    #[must_use]
    pub const fn is_paid_enough(&self) -> bool {
        match self.capture {
            CaptureTiming::OnDelivery | CaptureTiming::OnShipment => true,
            CaptureTiming::OnAcceptance | CaptureTiming::OnPayment => {
                self.captured_minor >= self.capture_requested_minor
            }
        }
    }

    /// Whether the provider was asked for money and has not answered.
    #[must_use]
    pub const fn is_capturing(&self) -> bool {
        self.capture_requested_minor > self.captured_minor
    }
}

/// The state of a merchant order.
#[must_use]
pub fn merchant_order(facts: &MerchantOrderFacts) -> MerchantOrderState {
    use MerchantOrderState as S;
    let units = &facts.units;
    // First, so that "everything delivered" is never said of nothing at all.
    if units.canceled == units.ordered {
        return match facts.outcome {
            Some(Outcome::Refused) => S::Refused,
            Some(Outcome::Expired) => S::Expired,
            Some(Outcome::Accepted) | None => S::Canceled,
        };
    }
    if facts.closed_at.is_some() {
        return S::Closed;
    }
    if facts.released_at.is_none() {
        return S::Staging;
    }
    if facts.outcome.is_none() {
        return S::AwaitingAcceptance;
    }
    if units.open() > 0 {
        return if facts.is_paid_enough() { S::ToShip } else { S::AwaitingPayment };
    }
    if units.on_the_way() > 0 {
        S::Shipped
    } else if units.delivered == 0 {
        S::Undelivered
    } else {
        S::Delivered
    }
}

/// The state of a fulfillment order.
#[must_use]
pub fn fulfillment_order(units: &Units, is_held: bool) -> FulfillmentOrderState {
    use FulfillmentOrderState as S;
    if units.ordered == 0 {
        S::Merged
    } else if units.canceled == units.ordered {
        S::Canceled
    } else if units.open() == 0 {
        S::Closed
    } else if is_held {
        S::OnHold
    } else if units.shipped > 0 {
        S::InProgress
    } else {
        S::Open
    }
}

/// The state of an order whose merchant orders are in these states.
#[must_use]
pub fn order(parts: &[MerchantOrderState]) -> OrderState {
    use MerchantOrderState as S;
    let gone = |state: &S| matches!(state, S::Refused | S::Expired | S::Canceled | S::Undelivered);
    if parts.iter().all(gone) {
        OrderState::Canceled
    } else if parts.iter().all(|state| gone(state) || *state == S::Closed) {
        OrderState::Closed
    } else {
        OrderState::Placed
    }
}

/// How far the goods of an order are; `units` sums all its lines. Canceled units never stand in the way.
#[must_use]
pub fn fulfillment(units: &Units) -> FulfillmentState {
    use FulfillmentState as S;
    if units.canceled == units.ordered {
        S::Canceled
    } else if units.shipped == 0 {
        S::Unfulfilled
    } else if units.delivered > 0 {
        match units.open() + units.on_the_way() {
            0 if units.returned >= units.delivered => S::Returned,
            0 if units.returned > 0 => S::PartiallyReturned,
            0 => S::Delivered,
            _ => S::PartiallyDelivered,
        }
    } else if units.open() == 0 {
        if units.on_the_way() == 0 { S::Undelivered } else { S::Shipped }
    } else {
        S::PartiallyShipped
    }
}

/// How the money of an order stands, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyFacts {
    /// What the provider holds or held for us.
    pub authorized: i64,
    /// What was captured.
    pub captured: i64,
    /// What is given back of it, settled or not.
    pub refunded: i64,
    /// What the units that were not canceled cost, with their delivery.
    pub due: i64,
    /// What the buyer owes of what was captured.
    pub owed: i64,
    /// Whether nothing is left of the order.
    pub is_canceled: bool,
}

/// The payment state of an order.
#[must_use]
pub fn payment(facts: &MoneyFacts) -> PaymentState {
    use PaymentState as S;
    if facts.captured == 0 {
        return if facts.is_canceled {
            S::Voided
        } else if facts.due == 0 {
            S::Paid
        } else if facts.authorized > 0 {
            S::Authorized
        } else {
            S::Unpaid
        };
    }
    if facts.owed > 0 {
        S::Invoiced
    } else if facts.refunded >= facts.captured {
        S::Refunded
    } else if facts.refunded > 0 {
        S::PartiallyRefunded
    } else if facts.captured >= facts.due {
        S::Paid
    } else {
        S::PartiallyPaid
    }
}

/// Something that can be done with a merchant order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MerchantOrderAction {
    /// Hand it to the merchant.
    Release,
    /// Accept or refuse its lines.
    Decide,
    /// Ship units.
    Ship,
    /// Say that a parcel arrived.
    Deliver,
    /// Cancel open units.
    Cancel,
    /// Pay shipped units or their shipping back.
    Refund,
    /// Take delivered units back.
    RequestReturn,
    /// Say that something is wrong; its money waits then.
    OpenIncident,
    /// Say that it is right again.
    CloseIncident,
    /// Close it.
    Close,
}

impl MerchantOrderAction {
    /// The name shown to clients.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Release => "RELEASE",
            Self::Decide => "DECIDE",
            Self::Ship => "SHIP",
            Self::Deliver => "DELIVER",
            Self::Cancel => "CANCEL",
            Self::Refund => "REFUND",
            Self::RequestReturn => "REQUEST_RETURN",
            Self::OpenIncident => "OPEN_INCIDENT",
            Self::CloseIncident => "CLOSE_INCIDENT",
            Self::Close => "CLOSE",
        }
    }
}

/// Everything that can be done now; the guards of the commands ask this very function.
#[must_use]
pub fn allowed(facts: &MerchantOrderFacts) -> Vec<MerchantOrderAction> {
    use MerchantOrderAction as A;
    use MerchantOrderState as S;
    let state = merchant_order(facts);
    let units = &facts.units;
    let mut actions = match state {
        S::Staging => vec![A::Release],
        S::AwaitingAcceptance => vec![A::Decide],
        S::ToShip => vec![A::Ship],
        S::Delivered if !facts.incident_open && facts.returns_open == 0 => vec![A::Close],
        S::AwaitingPayment
        | S::Shipped
        | S::Delivered
        | S::Closed
        | S::Refused
        | S::Expired
        | S::Canceled
        | S::Undelivered => Vec::new(),
    };
    if units.on_the_way() > 0 {
        actions.push(A::Deliver);
    }
    // What a transfer must bring is fixed until it came: in staging only the whole order is canceled.
    let cancelable = matches!(state, S::AwaitingAcceptance | S::AwaitingPayment | S::ToShip);
    if cancelable && units.open() > 0 && !facts.is_capturing() {
        actions.push(A::Cancel);
    }
    let collected = match facts.capture {
        CaptureTiming::OnDelivery => units.on_the_way() == 0,
        CaptureTiming::OnAcceptance | CaptureTiming::OnPayment | CaptureTiming::OnShipment => true,
    };
    if units.shipped > 0 && collected && facts.captured_minor + facts.captured_discount_minor > 0 {
        actions.push(A::Refund);
    }
    if units.returnable > 0 {
        actions.push(A::RequestReturn);
    }
    if facts.incident_open {
        actions.push(A::CloseIncident);
    } else if matches!(state, S::ToShip | S::Shipped | S::Delivered | S::Undelivered) {
        actions.push(A::OpenIncident);
    }
    actions
}

/// The names of actions, for refusals.
#[must_use]
pub fn names(actions: &[MerchantOrderAction]) -> Vec<&'static str> {
    actions.iter().map(|action| action.as_str()).collect()
}

/// Whether every open unit of an order with these parts can be canceled at once. With `early_only` (a buyer) no
/// merchant may have accepted; otherwise nothing may have left.
#[must_use]
pub fn order_can_be_canceled(parts: &[MerchantOrderFacts], early_only: bool) -> bool {
    parts.iter().any(|facts| facts.units.open() > 0) && parts.iter().all(|facts| part_lets_cancel(facts, early_only))
}

/// Whether this part stands in the way of canceling the order.
#[must_use]
pub fn part_lets_cancel(facts: &MerchantOrderFacts, early_only: bool) -> bool {
    use MerchantOrderState as S;
    match merchant_order(facts) {
        S::Canceled | S::Refused | S::Expired | S::Undelivered => true,
        S::Staging | S::AwaitingAcceptance => !facts.is_capturing(),
        S::AwaitingPayment | S::ToShip => !early_only && facts.units.shipped == 0 && !facts.is_capturing(),
        S::Shipped | S::Delivered | S::Closed => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(ordered: i64, canceled: i64, shipped: i64, delivered: i64, refunded: i64) -> Units {
        Units { ordered, canceled, shipped, delivered, refunded, ..Units::default() }
    }

    fn facts(units: Units, outcome: Option<Outcome>) -> MerchantOrderFacts {
        MerchantOrderFacts {
            units,
            released_at: Some(DateTime::UNIX_EPOCH),
            outcome,
            closed_at: None,
            capture: CaptureTiming::OnAcceptance,
            capture_requested_minor: 100,
            captured_minor: 100,
            captured_discount_minor: 0,
            incident_open: false,
            returns_open: 0,
        }
    }

    /// The rows of the worked example: three units of A, one of B, two of C.
    #[test]
    fn the_worked_quantities() {
        let rest = |shipped: i64| units(3, 0, shipped, 0, 0);
        let all = |a: Units, rest: Units| [a, rest].into_iter().sum::<Units>();
        let paid = |captured, refunded| {
            payment(&MoneyFacts {
                authorized: 19_146,
                captured,
                refunded,
                due: 19_146 - refunded,
                owed: 0,
                is_canceled: false,
            })
        };
        assert_eq!(fulfillment(&all(units(3, 0, 0, 0, 0), rest(0))), FulfillmentState::Unfulfilled);
        assert_eq!(paid(19_146, 0), PaymentState::Paid);
        assert_eq!(fulfillment(&all(units(3, 0, 2, 0, 0), rest(0))), FulfillmentState::PartiallyShipped);
        assert_eq!(fulfillment(&all(units(3, 1, 2, 0, 0), rest(0))), FulfillmentState::PartiallyShipped);
        assert_eq!(paid(19_146, 1796), PaymentState::PartiallyRefunded);
        assert_eq!(fulfillment(&all(units(3, 1, 2, 0, 0), rest(3))), FulfillmentState::Shipped);
        assert_eq!(fulfillment(&all(units(3, 1, 2, 2, 0), units(3, 0, 3, 3, 0))), FulfillmentState::Delivered);
        assert_eq!(paid(19_146, 3592), PaymentState::PartiallyRefunded);
        assert_eq!(paid(19_146, 19_146), PaymentState::Refunded);
        assert!(!units(3, 1, 2, 2, 3).is_sound(), "two were shipped, three cannot be paid back");
    }

    #[test]
    fn goods_that_never_arrive_are_not_delivered() {
        let lost = Units { undelivered: 2, ..units(2, 0, 2, 0, 2) };
        let f = facts(lost, Some(Outcome::Accepted));
        assert_eq!(merchant_order(&f), MerchantOrderState::Undelivered);
        assert_eq!(fulfillment(&lost), FulfillmentState::Undelivered);
        assert_eq!(order(&[MerchantOrderState::Undelivered]), OrderState::Canceled);
        let half = Units { undelivered: 1, ..units(2, 0, 2, 1, 1) };
        assert_eq!(merchant_order(&facts(half, Some(Outcome::Accepted))), MerchantOrderState::Delivered);
        assert_eq!(fulfillment(&half), FulfillmentState::Delivered);
        let back = Units { returned: 1, ..half };
        assert_eq!(fulfillment(&back), FulfillmentState::Returned);
        let some_back = Units { returned: 1, ..units(3, 1, 2, 2, 2) };
        assert_eq!(fulfillment(&some_back), FulfillmentState::PartiallyReturned);
    }

    #[test]
    fn an_order_of_canceled_units_is_canceled_and_not_delivered() {
        let gone = facts(units(3, 3, 0, 0, 0), Some(Outcome::Accepted));
        assert_eq!(merchant_order(&gone), MerchantOrderState::Canceled);
        assert_eq!(merchant_order(&facts(gone.units, Some(Outcome::Refused))), MerchantOrderState::Refused);
        assert_eq!(merchant_order(&facts(gone.units, Some(Outcome::Expired))), MerchantOrderState::Expired);
        assert_eq!(fulfillment(&gone.units), FulfillmentState::Canceled);
        assert_eq!(fulfillment_order(&gone.units, true), FulfillmentOrderState::Canceled);
        assert_eq!(order(&[MerchantOrderState::Canceled, MerchantOrderState::Refused]), OrderState::Canceled);
        assert_eq!(order(&[MerchantOrderState::Canceled, MerchantOrderState::Closed]), OrderState::Closed);
        assert_eq!(order(&[MerchantOrderState::Canceled, MerchantOrderState::Shipped]), OrderState::Placed);
        assert!(allowed(&gone).is_empty());
    }

    #[test]
    fn a_merchant_order_walks_through_its_states() {
        use MerchantOrderAction as A;
        use MerchantOrderState as S;
        let open = units(2, 0, 0, 0, 0);
        let mut f = facts(open, None);
        f.released_at = None;
        assert_eq!((merchant_order(&f), allowed(&f)), (S::Staging, vec![A::Release]));
        f.released_at = Some(DateTime::UNIX_EPOCH);
        f.capture_requested_minor = 0;
        f.captured_minor = 0;
        assert_eq!((merchant_order(&f), allowed(&f)), (S::AwaitingAcceptance, vec![A::Decide, A::Cancel]));
        f.outcome = Some(Outcome::Accepted);
        f.capture_requested_minor = 100;
        assert_eq!((merchant_order(&f), allowed(&f)), (S::AwaitingPayment, vec![]));
        f.captured_minor = 100;
        assert_eq!((merchant_order(&f), allowed(&f)), (S::ToShip, vec![A::Ship, A::Cancel, A::OpenIncident]));
        f.units = units(2, 0, 1, 0, 0);
        let half = vec![A::Ship, A::Deliver, A::Cancel, A::Refund, A::OpenIncident];
        assert_eq!((merchant_order(&f), allowed(&f)), (S::ToShip, half));
        f.units = units(2, 1, 1, 0, 0);
        assert_eq!((merchant_order(&f), allowed(&f)), (S::Shipped, vec![A::Deliver, A::Refund, A::OpenIncident]));
        f.units = units(2, 1, 1, 1, 0);
        assert_eq!((merchant_order(&f), allowed(&f)), (S::Delivered, vec![A::Close, A::Refund, A::OpenIncident]));
        f.units.returnable = 1;
        let taken_back = vec![A::Close, A::Refund, A::RequestReturn, A::OpenIncident];
        assert_eq!(allowed(&f), taken_back);
        f.incident_open = true;
        assert_eq!(allowed(&f), vec![A::Refund, A::RequestReturn, A::CloseIncident], "not closed while it is open");
        f.incident_open = false;
        f.returns_open = 1;
        assert!(!allowed(&f).contains(&A::Close), "not closed while a return is open");
        f.returns_open = 0;
        f.units.returnable = 0;
        f.closed_at = Some(DateTime::UNIX_EPOCH);
        assert_eq!((merchant_order(&f), allowed(&f)), (S::Closed, vec![A::Refund]));
    }
}
