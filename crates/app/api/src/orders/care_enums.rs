//! States and reasons of returns and incidents as clients see them.

use async_graphql::Enum;
use orders::model::{care, status};

/// The state of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::ReturnState")]
pub enum ReturnState {
    /// The buyer asked for it.
    Requested,
    /// The buyer may send the goods.
    Approved,
    /// Refused; the buyer keeps the goods.
    Rejected,
    /// The goods are on their way back.
    InTransit,
    /// The goods are there.
    Received,
    /// Every unit was looked at.
    Inspected,
    /// The buyer gets the money back.
    Refunded,
    /// The buyer gets other goods of the same kind.
    Replaced,
    /// The buyer gets the same goods back.
    SentBack,
    /// At its end.
    Closed,
    /// The goods never came.
    NoReception,
    /// Given up before the goods came.
    Canceled,
}

/// Why a buyer sends goods back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::ReturnReason")]
pub enum ReturnReason {
    /// They changed their mind.
    ChangedMind,
    /// Arrived damaged.
    Damaged,
    /// Does not work.
    Defective,
    /// Something else was in the parcel.
    WrongProduct,
    /// Not as described.
    NotAsDescribed,
    /// Arrived too late.
    Late,
    /// Anything else.
    Other,
}

/// How goods come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::ReturnMethod")]
pub enum ReturnMethod {
    /// By mail.
    ByMail,
    /// Handed in at a parcel shop.
    DropOffPoint,
    /// Picked up at the buyer's door.
    HomePickup,
    /// Brought to a store.
    InStore,
    /// Not at all: the buyer keeps them.
    Returnless,
}

/// Why a return is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::ReturnRejection")]
pub enum ReturnRejection {
    /// These goods cannot be returned.
    NotEligible,
    /// The case was settled otherwise.
    NotNeeded,
    /// The time to return is over.
    WindowClosed,
}

/// What was wrong with a unit that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::BadReason")]
pub enum ReturnDefect {
    /// It was not in the parcel.
    MissingItem,
    /// It is another article.
    WrongProduct,
    /// It is damaged.
    DamagedProduct,
    /// It came too late.
    WindowClosed,
    /// Anything else.
    Other,
}

/// Something that can be done with a return now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "care::ReturnAction")]
pub enum ReturnAction {
    /// Let the buyer send the goods.
    Approve,
    /// Refuse it.
    Reject,
    /// Say that the goods were sent.
    Send,
    /// Say that the goods are there.
    Receive,
    /// Say how each unit is.
    Inspect,
    /// Pay it back.
    Refund,
    /// Send other goods of the same kind.
    Replace,
    /// Send the same goods back to the buyer.
    SendBack,
    /// Say that the goods never came.
    ReportNoReception,
    /// Give it up.
    Cancel,
    /// Put it away.
    Close,
}

/// Why an incident was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::IncidentReason")]
pub enum IncidentReason {
    /// The goods did not arrive.
    NotReceived,
    /// The goods are damaged or do not work.
    Damaged,
    /// The goods are not what was ordered.
    WrongProduct,
    /// The merchant does not answer.
    NoAnswer,
    /// It looks like fraud.
    Fraud,
    /// Anything else.
    Other,
}
