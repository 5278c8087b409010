//! The states, stored as text. Every one of them is derived; see [`crate::model::state`].

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// The text is not a state of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown value {0:?}")]
pub struct UnknownText(pub String);

macro_rules! stored_text {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
        #[sea_orm(value_type = "String")]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownText;
            fn from_str(text: &str) -> Result<Self, UnknownText> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text).ok_or_else(|| UnknownText(text.to_owned()))
            }
        }
    };
}
pub(crate) use stored_text;

stored_text! {
    /// The state of a buyer's order.
    OrderState {
        /// Placed; something is still to be done.
        Placed = "placed",
        /// Every merchant order is at its end and at least one was delivered.
        Closed = "closed",
        /// No unit is left: all were refused or canceled.
        Canceled = "canceled",
    }
}

stored_text! {
    /// How far the goods of an order are.
    FulfillmentState {
        /// Nothing has left.
        Unfulfilled = "unfulfilled",
        /// Some units have left.
        PartiallyShipped = "partially_shipped",
        /// All units that were not canceled have left.
        Shipped = "shipped",
        /// Some units have arrived.
        PartiallyDelivered = "partially_delivered",
        /// All units that were not canceled have arrived.
        Delivered = "delivered",
        /// All units were canceled.
        Canceled = "canceled",
        /// Everything that left was lost or came back to its sender.
        Undelivered = "undelivered",
        /// Everything has arrived and some units came back from the buyer.
        PartiallyReturned = "partially_returned",
        /// Everything that had arrived came back from the buyer.
        Returned = "returned",
    }
}

stored_text! {
    /// How the money of an order stands.
    PaymentState {
        /// No money has come and none is promised.
        Unpaid = "unpaid",
        /// The provider holds the money for us.
        Authorized = "authorized",
        /// A part of what is due was captured.
        PartiallyPaid = "partially_paid",
        /// The buyer owes what has left.
        Invoiced = "invoiced",
        /// All that is due was captured.
        Paid = "paid",
        /// A part of what was captured is given back.
        PartiallyRefunded = "partially_refunded",
        /// All that was captured is given back.
        Refunded = "refunded",
        /// Nothing was captured and nothing is due any more.
        Voided = "voided",
    }
}

stored_text! {
    /// The state of a merchant order.
    MerchantOrderState {
        /// The payment condition of the method is not met; the merchant may look, not act.
        Staging = "staging",
        /// The merchant accepts or refuses the lines until `accept_by`.
        AwaitingAcceptance = "awaiting_acceptance",
        /// Accepted; the money is being captured.
        AwaitingPayment = "awaiting_payment",
        /// Units are open to be shipped.
        ToShip = "to_ship",
        /// All units that were not canceled have left.
        Shipped = "shipped",
        /// All units that were not canceled have arrived.
        Delivered = "delivered",
        /// Delivered, and the time to complain is over.
        Closed = "closed",
        /// The merchant refused every line.
        Refused = "refused",
        /// The merchant did not answer in time.
        Expired = "expired",
        /// Every unit was canceled.
        Canceled = "canceled",
        /// Everything that left was lost or came back to its sender.
        Undelivered = "undelivered",
    }
}

stored_text! {
    /// The state of a fulfillment order.
    FulfillmentOrderState {
        /// Nothing has left.
        Open = "open",
        /// Nothing may leave until it is released.
        OnHold = "on_hold",
        /// Some units have left, others are open.
        InProgress = "in_progress",
        /// Nothing is open and something has left.
        Closed = "closed",
        /// Every unit was canceled.
        Canceled = "canceled",
        /// All its units went to another fulfillment order.
        Merged = "merged",
    }
}

stored_text! {
    /// The state of a parcel.
    ShipmentState {
        /// It has left.
        Shipped = "shipped",
        /// The carrier has it.
        InTransit = "in_transit",
        /// It is on its last way.
        OutForDelivery = "out_for_delivery",
        /// It lies at the pickup point.
        ReadyForPickup = "ready_for_pickup",
        /// Nobody took it; the carrier tries again or sends it back.
        DeliveryFailed = "delivery_failed",
        /// It has arrived.
        Delivered = "delivered",
        /// It will not arrive any more.
        Lost = "lost",
        /// It came back to its sender unopened.
        ReturnedToSender = "returned_to_sender",
    }
}

stored_text! {
    /// When money is captured, by the payment method.
    CaptureTiming {
        /// Authorized first; each merchant order is captured when its merchant accepts.
        OnAcceptance = "on_acceptance",
        /// All of it comes before the merchants are told.
        OnPayment = "on_payment",
        /// Collected with each parcel.
        OnDelivery = "on_delivery",
        /// When a parcel leaves; the buyer owes it from then on.
        OnShipment = "on_shipment",
    }
}

stored_text! {
    /// What the merchant decided.
    Outcome {
        /// At least one line was accepted.
        Accepted = "accepted",
        /// Every line was refused.
        Refused = "refused",
        /// Nothing was decided in time.
        Expired = "expired",
    }
}

stored_text! {
    /// Where an amount that moves whole stands: the shipping of a fulfillment order.
    ShippingState {
        /// Not moved yet.
        Open = "open",
        /// Earned with the first parcel.
        Moved = "moved",
        /// Given up with the last canceled unit.
        Canceled = "canceled",
        /// Earned and then given back.
        Returned = "returned",
    }
}

stored_text! {
    /// Where the fixed fee of a merchant order stands.
    FeeState {
        /// Not earned.
        Open = "open",
        /// Earned with the first parcel.
        Moved = "moved",
        /// Given back.
        Returned = "returned",
    }
}

stored_text! {
    /// Why money goes back.
    RefundKind {
        /// Units that had been paid were canceled before they left.
        Cancellation = "cancellation",
        /// Units or shipping that had been earned.
        Refund = "refund",
        /// The buyer's bank took the money of what had been earned.
        Chargeback = "chargeback",
        /// An amount of what had been earned; the buyer keeps the goods.
        Goodwill = "goodwill",
    }
}

stored_text! {
    /// Who pays for an amount that is given back.
    Bearer {
        /// The merchant, with the operator's commission on it.
        Merchant = "merchant",
        /// The operator; the merchant keeps its earnings.
        Operator = "operator",
    }
}

stored_text! {
    /// The state of a refund.
    RefundState {
        /// Above the limit: another person has to approve it.
        AwaitingApproval = "awaiting_approval",
        /// Not approved; nothing moved.
        Rejected = "rejected",
        /// Asked of the payment provider.
        Requested = "requested",
        /// The buyer has it.
        Settled = "settled",
        /// The provider refused; the debt to the buyer stays.
        Failed = "failed",
    }
}

stored_text! {
    /// Why units are canceled.
    CancelReason {
        /// The buyer changed their mind.
        BuyerRequest = "buyer_request",
        /// The merchant has no stock.
        OutOfStock = "out_of_stock",
        /// The address cannot be served.
        AddressProblem = "address_problem",
        /// The price was wrong.
        PriceError = "price_error",
        /// It looks like fraud.
        Fraud = "fraud",
        /// The money did not come.
        PaymentFailed = "payment_failed",
        /// The merchant refused the line.
        Refused = "refused",
        /// The merchant did not answer in time.
        Expired = "expired",
        /// Anything else; say it in the note.
        Other = "other",
    }
}

stored_text! {
    /// Why shipped units or their shipping are paid back.
    RefundReason {
        /// Sent back.
        Returned = "returned",
        /// Never arrived.
        Lost = "lost",
        /// Came back to the sender unopened.
        Undeliverable = "undeliverable",
        /// Arrived damaged.
        Damaged = "damaged",
        /// Not as described.
        NotAsDescribed = "not_as_described",
        /// Arrived too late.
        Late = "late",
        /// A friendly gesture.
        Goodwill = "goodwill",
        /// Anything else; say it in the note.
        Other = "other",
    }
}

stored_text! {
    /// The state of a return.
    ReturnState {
        /// The buyer asked for it.
        Requested = "requested",
        /// The buyer may send the goods.
        Approved = "approved",
        /// Refused; the buyer keeps the goods.
        Rejected = "rejected",
        /// The goods are on their way back.
        InTransit = "in_transit",
        /// The goods are there.
        Received = "received",
        /// Every unit was looked at.
        Inspected = "inspected",
        /// The buyer gets the money back.
        Refunded = "refunded",
        /// The buyer gets other goods of the same kind.
        Replaced = "replaced",
        /// The buyer gets the same goods back.
        SentBack = "sent_back",
        /// At its end.
        Closed = "closed",
        /// The goods never came.
        NoReception = "no_reception",
        /// Given up before the goods came.
        Canceled = "canceled",
    }
}

stored_text! {
    /// Why a buyer sends goods back.
    ReturnReason {
        /// They changed their mind.
        ChangedMind = "changed_mind",
        /// Arrived damaged.
        Damaged = "damaged",
        /// Does not work.
        Defective = "defective",
        /// Something else was in the parcel.
        WrongProduct = "wrong_product",
        /// Not as described.
        NotAsDescribed = "not_as_described",
        /// Arrived too late.
        Late = "late",
        /// Anything else; say it in the note.
        Other = "other",
    }
}

stored_text! {
    /// How goods come back.
    ReturnMethod {
        /// By mail.
        ByMail = "by_mail",
        /// Handed in at a parcel shop.
        DropOffPoint = "drop_off_point",
        /// Picked up at the buyer's door.
        HomePickup = "home_pickup",
        /// Brought to a store.
        InStore = "in_store",
        /// Not at all: the buyer keeps them.
        Returnless = "returnless",
    }
}

stored_text! {
    /// Why a return is refused.
    ReturnRejection {
        /// These goods cannot be returned.
        NotEligible = "not_eligible",
        /// The case was settled otherwise.
        NotNeeded = "not_needed",
        /// The time to return is over.
        WindowClosed = "window_closed",
    }
}

stored_text! {
    /// What was wrong with a unit that came back.
    BadReason {
        /// It was not in the parcel.
        MissingItem = "missing_item",
        /// It is another article.
        WrongProduct = "wrong_product",
        /// It is damaged.
        DamagedProduct = "damaged_product",
        /// It came too late.
        WindowClosed = "window_closed",
        /// Anything else.
        Other = "other",
    }
}

stored_text! {
    /// Why an incident was opened.
    IncidentReason {
        /// The goods did not arrive.
        NotReceived = "not_received",
        /// The goods are damaged or do not work.
        Damaged = "damaged",
        /// The goods are not what was ordered.
        WrongProduct = "wrong_product",
        /// The merchant does not answer.
        NoAnswer = "no_answer",
        /// It looks like fraud.
        Fraud = "fraud",
        /// Anything else; say it in the note.
        Other = "other",
    }
}

stored_text! {
    /// Where an order came from.
    OrderSource {
        /// A storefront or another program.
        Api = "api",
        /// Taken by the operator for the buyer.
        Phone = "phone",
        /// An offer that a merchant made the buyer.
        Quote = "quote",
    }
}

stored_text! {
    /// The state of a cart.
    CartState {
        /// Being filled.
        Open = "open",
        /// What staff of the operator prepares for a buyer.
        Draft = "draft",
        /// Turned into an order.
        Ordered = "ordered",
        /// A draft that came to nothing.
        Dropped = "dropped",
    }
}

stored_text! {
    /// The state of an order that staff of the operator prepares.
    DraftState {
        /// Being prepared.
        Open = "open",
        /// Turned into an order.
        Placed = "placed",
        /// Given up by somebody.
        Deleted = "deleted",
        /// Given up because nobody touched it for long.
        Expired = "expired",
    }
}
