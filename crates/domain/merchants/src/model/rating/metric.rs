//! What can be counted.

use serde::{Deserialize, Serialize};

/// What a value is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A part of all: `k` of `n`.
    Share,
    /// Minutes: `k` in all, over `n`.
    Minutes,
    /// Stars from one to five: `k` in all, over `n`.
    Stars,
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $unit:ident, $more:literal, $facts:literal, $counts:literal;)*) => {
        /// What is counted of a merchant. Everything but answers is counted by order, and belongs to the day of the order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Metric { $($(#[$doc])* $name,)* }

        impl Metric {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stored name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What its value is measured in.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)* }
            }

            /// Whether more of it is better.
            #[must_use]
            pub const fn more_is_better(self) -> bool {
                match self { $(Self::$name => $more,)* }
            }

            /// Whether Souk knows of facts to count; a formula can only have metrics that do.
            #[must_use]
            pub const fn has_facts(self) -> bool {
                match self { $(Self::$name => $facts,)* }
            }

            /// What is counted (`k`), and over what (`n`).
            #[must_use]
            pub const fn counts(self) -> &'static str {
                match self { $(Self::$name => $counts,)* }
            }
        }
    };
}

metrics! {
    /// Orders that went wrong.
    Defects = "defects", Share, false, true,
        "orders with an incident, a chargeback, a lost parcel, or goods sent back or refunded as damaged, wrong or not as described; over those and orders of which something left";
    /// Goods that left late.
    LateShipment = "late_shipment", Share, false, true,
        "orders of which something left later than promised or is overdue; over orders of which something left or is overdue";
    /// Orders that were taken as they came.
    Acceptance = "acceptance", Share, true, true,
        "orders accepted whole; over orders decided. What a merchant refuses or cancels before it decides, or lets lapse, is not accepted; what buyers cause does not count";
    /// Orders left unanswered.
    AutoRefused = "auto_refused", Share, false, true,
        "orders that lapsed without an answer; over orders decided";
    /// Orders canceled after they were accepted.
    Cancelation = "cancelation", Share, false, true,
        "orders of which the merchant canceled something after accepting it, not at the buyer's cause; over orders accepted";
    /// Orders with an incident.
    Incidents = "incidents", Share, false, true, "orders with an incident; over orders accepted";
    /// Orders paid back.
    Refunds = "refunds", Share, false, true,
        "orders of which the merchant paid something back, but for returns of buyers who changed their mind; over orders of which something left";
    /// Orders sent back.
    Returns = "returns", Share, false, true,
        "orders of which something was sent back, but for buyers who changed their mind and returns that were rejected or given up; over orders of which something arrived";
    /// Parcels that can be followed.
    ValidTracking = "valid_tracking", Share, true, true,
        "parcels with a carrier and a tracking number; over parcels that were carried";
    /// How long merchants take to decide.
    ApprovalDelay = "approval_delay", Minutes, false, true, "minutes from when the merchant got the order until it decided or its time was over; over orders decided";
    /// How long merchants take to send.
    ShippingDelay = "shipping_delay", Minutes, false, true,
        "minutes from the decision to the first parcel; over orders of which something left";
    /// Questions of buyers answered in time. It is counted by question, and belongs to the day on which it was asked.
    AnswersInTime = "answers_in_time", Share, true, true,
        "questions of buyers answered within the hours of the settings; over questions answered or overdue. What needed no answer, or was answered by the operator in time, does not count";
    /// What buyers say: nothing of it is known to Souk yet.
    Reviews = "reviews", Stars, true, false, "stars given by buyers; over reviews. Souk has no such facts yet";
}

impl Metric {
    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.as_str() == name)
    }

    /// The largest value, in millionths of the unit.
    #[must_use]
    pub const fn most(self) -> i64 {
        match self.unit() {
            Unit::Share => super::ONE,
            Unit::Stars => 5 * super::ONE,
            // Sixty days.
            Unit::Minutes => 86_400 * super::ONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_are_those_in_json() {
        for metric in Metric::ALL {
            assert_eq!(serde_json::to_value(metric).ok(), Some(metric.as_str().into()));
            assert_eq!(Metric::parse(metric.as_str()), Some(*metric));
        }
        let without: Vec<_> = Metric::ALL.iter().filter(|metric| !metric.has_facts()).collect();
        assert_eq!(without, [&Metric::Reviews]);
    }
}
