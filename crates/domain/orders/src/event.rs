//! What happened. Facts that move money carry every component, so that nobody has to compute one again.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{
    ChangeId, CustomerId, FulfillmentOrderId, IncidentId, MerchantId, MerchantOrderId, OrderId, OrderLineId, PaymentId,
    PaymentOperationId, QuoteId, QuoteRequestId, RefundId, ReturnId, ShipmentId,
};
use outbox::events;
use serde::{Deserialize, Serialize};

use crate::model::edit::EditedPart;
use crate::model::money::Parts;
use crate::model::quote::QuoteState;
use crate::model::status::{CancelReason, CaptureTiming, ReturnState, ShipmentState};

/// Units of an order line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnits {
    /// The line.
    pub line: OrderLineId,
    /// How many.
    pub quantity: i64,
}

/// What one command took out of a merchant order before it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanceledPart {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// What.
    pub lines: Vec<LineUnits>,
    /// Why.
    pub reason: CancelReason,
    /// What they and the delivery given up with them would have cost the buyer.
    pub gross_minor: i64,
    /// What of it had been paid and goes back.
    pub refund_minor: i64,
}

events! {
    /// An order was placed: stock is reserved, prices are frozen, the payment is opened.
    OrderPlaced = "order_placed.v1" of order {
        /// The order.
        order: OrderId,
        /// Its payment.
        payment: PaymentId,
        /// When the method captures.
        capture: CaptureTiming,
        /// Its currency.
        currency: Currency,
        /// What the buyer pays.
        total_minor: i64,
    }

    /// A merchant order was handed to its merchant.
    MerchantOrderReleased = "merchant_order_released.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// Until when it is to be decided.
        accept_by: DateTime<Utc>,
    }

    /// A merchant has not answered and its time is about to end; told once of a merchant order.
    AcceptanceDue = "acceptance_due.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// Until when it is to be decided.
        accept_by: DateTime<Utc>,
    }

    /// A merchant accepted lines; nothing is left to decide.
    MerchantOrderAccepted = "merchant_order_accepted.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// What the accepted units and their delivery cost the buyer.
        accepted_minor: i64,
        /// Whether it happened by itself.
        automatic: bool,
    }

    /// A merchant refused lines, or did not answer in time; told once of a merchant order.
    LinesRefused = "lines_refused.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// What was refused, by reason.
        refused: Vec<CanceledPart>,
        /// Whether the deadline passed.
        expired: bool,
    }

    /// Money for a merchant order came.
    PartCaptured = "order_part_captured.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The payment.
        payment: PaymentId,
        /// The operation that brought it; with `merchant_order` it names the fact.
        operation: PaymentOperationId,
        /// The payment method.
        method: String,
        /// The currency.
        currency: Currency,
        /// How much.
        gross_minor: i64,
        /// What the marketplace adds to it: the share of a coupon.
        discount_minor: i64,
        /// The parcel it is for, where the buyer owes each parcel when it leaves.
        shipment: Option<ShipmentId>,
    }

    /// A parcel left.
    ShipmentShipped = "shipment_shipped.v1" of shipment {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The parcel.
        shipment: ShipmentId,
        /// When.
        shipped_at: DateTime<Utc>,
    }

    /// The sale of what is in a parcel was earned: when it left, or when it was paid at the door.
    ShipmentRecognized = "shipment_recognized.v1" of shipment {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The parcel; recognized once.
        shipment: ShipmentId,
        /// The currency.
        currency: Currency,
        /// All components, the shipping and the fixed fee with the first parcel.
        parts: Parts,
        /// What the merchant gets.
        net_minor: i64,
        /// The operation by which the merchant took and kept the buyer's cash; `None` when the money is with us.
        kept_by_merchant: Option<PaymentOperationId>,
    }

    /// A parcel went on to another state on its way.
    ShipmentMoved = "shipment_moved.v1" of shipment {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The parcel.
        shipment: ShipmentId,
        /// The state now.
        state: ShipmentState,
    }

    /// Goods lie ready at the merchant's to be collected.
    PickupReady = "pickup_ready.v1" of fulfillment_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The fulfillment order.
        fulfillment_order: FulfillmentOrderId,
    }

    /// Goods did not leave when they should have; told once of a fulfillment order.
    ShipmentOverdue = "shipment_overdue.v1" of fulfillment_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The fulfillment order.
        fulfillment_order: FulfillmentOrderId,
        /// When it should have left.
        ship_by: DateTime<Utc>,
    }

    /// A parcel arrived.
    ShipmentDelivered = "shipment_delivered.v1" of shipment {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The parcel.
        shipment: ShipmentId,
        /// When.
        delivered_at: DateTime<Utc>,
    }

    /// One command took units out of an order; told once of the command, of however many merchants the units are. What
    /// a merchant refused is told by `LinesRefused`.
    OrderUnitsCanceled = "order_units_canceled.v1" of order {
        /// The order.
        order: OrderId,
        /// Names the fact.
        cancellation: ChangeId,
        /// What was taken out.
        parts: Vec<CanceledPart>,
    }

    /// Units were canceled before they left. If they had been paid, a `RefundRequested` goes with it.
    UnitsCanceled = "units_canceled.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// What.
        lines: Vec<LineUnits>,
        /// Why.
        reason: CancelReason,
        /// What they and the delivery given up with them would have cost the buyer.
        gross_minor: i64,
        /// Whether the merchant caused it; it counts in its rating then.
        by_merchant: bool,
    }

    /// A refund above the limit waits for another person to agree, or somebody decided about it.
    RefundApprovalChanged = "refund_approval_changed.v1" of refund {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The refund.
        refund: RefundId,
    }

    /// Money is to go back to the buyer.
    RefundRequested = "refund_requested.v1" of refund {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The refund.
        refund: RefundId,
        /// The currency.
        currency: Currency,
        /// Whether it had been recognized: then every component goes back; otherwise only `gross` was held.
        recognized: bool,
        /// What the buyer gets. What it is more than `parts.gross` the operator pays; what it is less is goodwill that
        /// comes back to the operator.
        amount_minor: i64,
        /// All components of what of the sale is undone.
        parts: Parts,
        /// What the merchant gives back of a recognized sale.
        net_minor: i64,
    }

    /// Money is to go back to the buyer once somebody agrees: it is above the limit of the marketplace.
    RefundAwaitsApproval = "refund_awaits_approval.v1" of refund {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The refund.
        refund: RefundId,
        /// The currency.
        currency: Currency,
        /// What the buyer would get.
        amount_minor: i64,
    }

    /// The buyer has the money back.
    RefundSettled = "refund_settled.v1" of refund {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The refund.
        refund: RefundId,
        /// The currency.
        currency: Currency,
        /// How much.
        gross_minor: i64,
    }

    /// The provider did not give the money back; the debt to the buyer stays.
    RefundFailed = "order_refund_failed.v1" of refund {
        /// The order.
        order: OrderId,
        /// The refund.
        refund: RefundId,
        /// What the provider said.
        reason: String,
    }

    /// A parcel will not arrive: it is lost or came back to its sender.
    ShipmentEnded = "shipment_ended.v1" of shipment {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The parcel.
        shipment: ShipmentId,
        /// Lost; otherwise back at the sender.
        lost: bool,
    }

    /// An incident of a merchant order was opened or closed.
    IncidentChanged = "incident_changed.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The incident.
        incident: IncidentId,
        /// Whether it is open now.
        open: bool,
        /// Counts the openings and closings of the merchant order: a later one overrules an earlier one.
        step: i64,
    }

    /// A return went on to another state.
    ReturnChanged = "return_changed.v1" of goods_return {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
        /// The return.
        goods_return: ReturnId,
        /// The state now.
        state: ReturnState,
    }

    /// A placed order was changed. What was taken out is told by `UnitsCanceled`, too, what was added by
    /// `MerchantOrderReleased` once it is paid.
    OrderEdited = "order_edited.v1" of order {
        /// The order.
        order: OrderId,
        /// The version it was changed from.
        base_version: i64,
        /// The merchant orders that changed.
        parts: Vec<EditedPart>,
        /// The payment for what was added.
        payment: Option<PaymentId>,
        /// What it is to bring, in minor units.
        extra_minor: i64,
        /// What goes back to the buyer.
        refund_minor: i64,
    }

    /// A quote was asked for, answered, changed, or ended.
    QuoteChanged = "quote_changed.v1" of quote {
        /// The quote.
        quote: QuoteId,
        /// The request it belongs to.
        request: QuoteRequestId,
        /// The merchant.
        merchant: MerchantId,
        /// The buyer who asked.
        customer: CustomerId,
        /// The state now.
        state: QuoteState,
        /// The newest version of the offer; 0 without one.
        offer_version: i64,
    }

    /// Nothing is left of an order.
    OrderCanceled = "order_canceled.v1" of order {
        /// The order.
        order: OrderId,
    }

    /// An order that had been canceled for want of money came back: its money came late, its stock was still there.
    OrderRevived = "order_revived.v1" of order {
        /// The order.
        order: OrderId,
    }

    /// Money of an order came too late. It goes back, or what the provider holds is given up.
    LatePaymentRefused = "late_payment_refused.v1" of order {
        /// The order.
        order: OrderId,
        /// The operation that brought it.
        operation: PaymentOperationId,
        /// How much, in minor units.
        amount_minor: i64,
    }

    /// A merchant order is at its end.
    MerchantOrderClosed = "merchant_order_closed.v1" of merchant_order {
        /// The order.
        order: OrderId,
        /// The merchant order.
        merchant_order: MerchantOrderId,
        /// The merchant.
        merchant: MerchantId,
    }

    /// Every part of an order is at its end.
    OrderClosed = "order_closed.v1" of order {
        /// The order.
        order: OrderId,
    }
}
