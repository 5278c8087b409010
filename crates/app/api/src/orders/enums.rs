//! States and reasons as clients see them.

use async_graphql::Enum;
use orders::model::care;
use orders::model::state;
use orders::model::status;

/// The state of a buyer's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::OrderState")]
pub enum OrderState {
    /// Placed; something is still to be done.
    Placed,
    /// Every part is at its end and at least one was delivered.
    Closed,
    /// No unit is left.
    Canceled,
}

/// How far the goods of an order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::FulfillmentState")]
pub enum FulfillmentStatus {
    /// Nothing has left.
    Unfulfilled,
    /// Some units have left.
    PartiallyShipped,
    /// All units that were not canceled have left.
    Shipped,
    /// Some units have arrived.
    PartiallyDelivered,
    /// All units that were not canceled have arrived.
    Delivered,
    /// All units were canceled.
    Canceled,
    /// Everything that left was lost or came back to its sender.
    Undelivered,
    /// Everything has arrived and some units came back from the buyer.
    PartiallyReturned,
    /// Everything that had arrived came back from the buyer.
    Returned,
}

/// How the money of an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::PaymentState")]
pub enum OrderPaymentStatus {
    /// No money has come and none is promised.
    Unpaid,
    /// The provider holds the money.
    Authorized,
    /// A part of what is due was captured.
    PartiallyPaid,
    /// The buyer owes what has left.
    Invoiced,
    /// All that is due was captured.
    Paid,
    /// A part of what was captured is given back.
    PartiallyRefunded,
    /// All that was captured is given back.
    Refunded,
    /// Nothing was captured and nothing is due any more.
    Voided,
}

/// The state of a merchant order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::MerchantOrderState")]
pub enum MerchantOrderState {
    /// The payment is not there yet; look, do not act.
    Staging,
    /// Accept or refuse the lines until `acceptBy`.
    AwaitingAcceptance,
    /// Accepted; the money is being captured.
    AwaitingPayment,
    /// Units are to be shipped.
    ToShip,
    /// All units that were not canceled have left.
    Shipped,
    /// All units that were not canceled have arrived.
    Delivered,
    /// Delivered, and the time to complain is over.
    Closed,
    /// The merchant refused every line.
    Refused,
    /// The merchant did not answer in time.
    Expired,
    /// Every unit was canceled.
    Canceled,
    /// Everything that left was lost or came back to its sender.
    Undelivered,
}

/// The state of a fulfillment order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::FulfillmentOrderState")]
pub enum FulfillmentOrderState {
    /// Nothing has left.
    Open,
    /// Nothing may leave until it is released.
    OnHold,
    /// Some units have left, others are open.
    InProgress,
    /// Nothing is open and something has left.
    Closed,
    /// Every unit was canceled.
    Canceled,
    /// All its units went to another fulfillment order.
    Merged,
}

/// The state of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::ShipmentState")]
pub enum ShipmentState {
    /// It has left.
    Shipped,
    /// The carrier has it.
    InTransit,
    /// It is on its last way.
    OutForDelivery,
    /// Nobody took it; the carrier tries again or sends it back.
    DeliveryFailed,
    /// It lies at the pickup point.
    ReadyForPickup,
    /// It has arrived.
    Delivered,
    /// It will not arrive any more.
    Lost,
    /// It came back to its sender unopened.
    ReturnedToSender,
}

/// The state of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::RefundState")]
pub enum RefundState {
    /// Above the limit: another person has to approve it.
    AwaitingApproval,
    /// Not approved; nothing moved.
    Rejected,
    /// Asked of the payment provider.
    Requested,
    /// The buyer has it.
    Settled,
    /// The provider refused; the debt to the buyer stays.
    Failed,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::RefundKind")]
pub enum RefundKind {
    /// Units that had been paid were canceled before they left.
    Cancellation,
    /// Units or shipping that had been delivered or sent.
    Refund,
    /// The buyer's bank took the money of what had been delivered or sent.
    Chargeback,
    /// An amount; the buyer keeps the goods.
    Goodwill,
}

/// Who pays for an amount that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::Bearer")]
pub enum RefundBearer {
    /// The merchant, with the operator's commission on it.
    Merchant,
    /// The operator; the merchant keeps its earnings.
    Operator,
}

/// Why units are canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::CancelReason")]
pub enum CancelReason {
    /// The buyer changed their mind.
    BuyerRequest,
    /// The merchant has no stock.
    OutOfStock,
    /// The address cannot be served.
    AddressProblem,
    /// The price was wrong.
    PriceError,
    /// It looks like fraud.
    Fraud,
    /// The money did not come.
    PaymentFailed,
    /// The merchant refused the line.
    Refused,
    /// The merchant did not answer in time.
    Expired,
    /// Anything else.
    Other,
}

/// Why shipped units or their shipping are paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "status::RefundReason")]
pub enum RefundReason {
    /// Sent back.
    Returned,
    /// Never arrived.
    Lost,
    /// Came back to the sender unopened.
    Undeliverable,
    /// Arrived damaged.
    Damaged,
    /// Not as described.
    NotAsDescribed,
    /// Arrived too late.
    Late,
    /// A friendly gesture.
    Goodwill,
    /// Anything else.
    Other,
}

/// Something that can be done with a merchant order now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "state::MerchantOrderAction")]
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

/// Something that can be done with a refund now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "care::RefundAction")]
pub enum RefundAction {
    /// Let it happen; another person than the one who asked.
    Approve,
    /// Do not let it happen.
    Reject,
}

/// Something that can be done with a fulfillment order now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "care::FulfillmentAction")]
pub enum FulfillmentAction {
    /// Send a parcel.
    Ship,
    /// Keep it from leaving.
    Hold,
    /// Let it leave again.
    ReleaseHold,
    /// Send it from another location.
    Move,
    /// Make two of it.
    Split,
    /// Put it together with another one.
    Merge,
    /// Say that it lies ready to be collected.
    MakeReady,
    /// Hand it over to the buyer who came.
    HandOver,
}

/// Something that can be done with a parcel now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "care::ShipmentAction")]
pub enum ShipmentAction {
    /// Say that it arrived.
    Deliver,
    /// Say that it is lost.
    ReportLost,
    /// Say that it came back to its sender.
    ReportReturned,
}

/// Something that can be done with an order now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderAction {
    /// Cancel every open unit.
    Cancel,
    /// Change it: lines, quantities, address, delivery.
    Edit,
}

/// What kind of thing a split plan did not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "orders::model::plan::Rejected")]
pub enum SplitRejectedKind {
    /// A cart line.
    Line,
    /// A consignment.
    Consignment,
    /// A stock location.
    Location,
    /// A delivery method.
    Method,
    /// A coupon.
    Coupon,
}
