//! What clients send about refunds, returns, incidents, fulfillment orders and parcels.

use async_graphql::{ID, InputObject};
use context::Error;
use orders::command::{InspectedUnits, OfFulfillment, OfReturn};

use super::care_enums::{IncidentReason, ReturnDefect, ReturnMethod, ReturnReason, ReturnRejection};
use super::enums::{RefundBearer, RefundReason};
use super::input::LineUnitsInput;
use crate::input;
use crate::scalar::MoneyInput;

/// An amount that is paid back although the buyer keeps the goods.
#[derive(InputObject)]
pub struct RefundAmountCreateInput {
    /// Chosen by the client: the same key again gives the same answer.
    pub idempotency_key: String,
    /// The merchant order.
    pub merchant_order_id: ID,
    /// How much.
    pub amount: MoneyInput,
    /// Who pays it.
    pub bearer: RefundBearer,
    /// The lines it is for; with `shippingOf` empty too: everything.
    #[graphql(default)]
    pub line_ids: Vec<ID>,
    /// The fulfillment orders whose shipping it is for.
    #[graphql(default)]
    pub shipping_of: Vec<ID>,
    /// Why.
    pub reason: RefundReason,
    /// More words.
    pub note: Option<String>,
}

/// A refund that waits for approval.
#[derive(InputObject)]
pub struct RefundApproveInput {
    /// The refund.
    pub id: ID,
}

/// A refund that is not approved.
#[derive(InputObject)]
pub struct RefundRejectInput {
    /// The refund.
    pub id: ID,
    /// Why.
    pub note: Option<String>,
}

/// Goods that a buyer wants to send back.
#[derive(InputObject)]
pub struct ReturnRequestInput {
    /// The merchant order.
    pub merchant_order_id: ID,
    /// The number of the order, for somebody who is not signed in.
    pub order_number: Option<String>,
    /// The secret of the cart it was placed from, for somebody who is not signed in.
    pub order_token: Option<String>,
    /// Delivered units.
    pub lines: Vec<LineUnitsInput>,
    /// Why.
    pub reason: ReturnReason,
    /// More words.
    pub note: Option<String>,
}

/// A return.
#[derive(InputObject)]
pub struct ReturnInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
}

/// The answer that a buyer may send the goods.
#[derive(InputObject)]
pub struct ReturnApproveInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// How they come back.
    pub method: ReturnMethod,
    /// Where the buyer finds the label: an address or a reference.
    pub label: Option<String>,
    /// Where they come back to; where they left from if absent.
    pub location_id: Option<ID>,
    /// A word to the buyer.
    pub note: Option<String>,
}

/// The answer that a buyer may not send the goods.
#[derive(InputObject)]
pub struct ReturnRejectInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Why.
    pub rejection: ReturnRejection,
    /// A word to the buyer.
    pub note: Option<String>,
}

/// Goods that were handed to a carrier.
#[derive(InputObject)]
pub struct ReturnSendInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// The carrier.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
}

/// How the units of a line came back.
#[derive(InputObject)]
pub struct InspectedUnitsInput {
    /// The order line.
    pub line_id: ID,
    /// Units as they should be.
    pub ok: i64,
    /// Of these, units that go back to stock.
    #[graphql(default)]
    pub restocked: i64,
    /// Units that are not as they should be, or did not come.
    #[graphql(default)]
    pub bad: i64,
    /// What is wrong with them.
    pub bad_reason: Option<ReturnDefect>,
}

/// How every unit of a return came back.
#[derive(InputObject)]
pub struct ReturnInspectInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Every line of it.
    pub lines: Vec<InspectedUnitsInput>,
}

/// What is paid back for a return.
#[derive(InputObject)]
pub struct ReturnRefundInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Whether units that are not as they should be are paid back too.
    #[graphql(default)]
    pub with_bad: bool,
    /// The fulfillment orders whose shipping is paid back with them.
    #[graphql(default)]
    pub shipping_of: Vec<ID>,
}

/// Goods that go to the buyer for a return.
#[derive(InputObject)]
pub struct ReturnGoodsInput {
    /// The return.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Where they leave from; where the returned ones went to if absent.
    pub location_id: Option<ID>,
    /// The carrier.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
}

/// An incident to be opened.
#[derive(InputObject)]
pub struct IncidentOpenInput {
    /// The merchant order.
    pub merchant_order_id: ID,
    /// What is wrong.
    pub reason: IncidentReason,
    /// More words.
    pub note: Option<String>,
}

/// The open incident of a merchant order to be closed.
#[derive(InputObject)]
pub struct IncidentCloseInput {
    /// The merchant order.
    pub merchant_order_id: ID,
    /// How it ended.
    pub outcome: Option<String>,
}

/// A fulfillment order to be held.
#[derive(InputObject)]
pub struct FulfillmentOrderHoldInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// Why.
    pub reason: String,
}

/// A fulfillment order to be let go.
#[derive(InputObject)]
pub struct FulfillmentOrderReleaseHoldInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
}

/// A fulfillment order to be sent from elsewhere.
#[derive(InputObject)]
pub struct FulfillmentOrderMoveInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// The new location, one of the same merchant.
    pub location_id: ID,
}

/// A fulfillment order to be made two.
#[derive(InputObject)]
pub struct FulfillmentOrderSplitInput {
    /// The fulfillment order.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// The units that go to the new one; at least one stays.
    pub lines: Vec<LineUnitsInput>,
}

/// Two fulfillment orders to be made one.
#[derive(InputObject)]
pub struct FulfillmentOrderMergeInput {
    /// The fulfillment order that gives all its units.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: Option<i64>,
    /// The one that takes them.
    pub into_id: ID,
}

/// A parcel that is lost.
#[derive(InputObject)]
pub struct ShipmentReportLostInput {
    /// The parcel.
    pub shipment_id: ID,
    /// More words.
    pub note: Option<String>,
}

/// A parcel that came back to its sender.
#[derive(InputObject)]
pub struct ShipmentReportReturnedInput {
    /// The parcel.
    pub shipment_id: ID,
    /// Whether its units go back to stock.
    #[graphql(default = true)]
    pub restock: bool,
    /// More words.
    pub note: Option<String>,
}

pub(super) fn of_return(id: &ID, expected_version: Option<i64>) -> Result<OfReturn, Error> {
    Ok(OfReturn { id: input::id("id", id)?, expected_version })
}

pub(super) fn of_fulfillment(id: &ID, expected_version: Option<i64>) -> Result<OfFulfillment, Error> {
    Ok(OfFulfillment { id: input::id("id", id)?, expected_version })
}

pub(super) fn inspected(lines: Vec<InspectedUnitsInput>) -> Result<Vec<InspectedUnits>, Error> {
    let units = |(index, of): (usize, InspectedUnitsInput)| {
        Ok(InspectedUnits {
            line: input::id(&format!("lines.{index}.lineId"), &of.line_id)?,
            ok: of.ok,
            restocked: of.restocked,
            bad: of.bad,
            bad_reason: of.bad_reason.map(Into::into),
        })
    };
    lines.into_iter().enumerate().map(units).collect()
}
