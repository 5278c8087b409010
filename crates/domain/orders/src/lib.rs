//! Orders: from the cart to the closed order.
//!
//! A cart is turned into a split plan by a pure planner; placement freezes the plan as one order, one merchant
//! order per merchant and one fulfillment order per location and product type. From then on quantities are the
//! truth: states are derived from them by [`model::state`], and every amount that moves is a sum of unit slots
//! cut at placement ([`model::money`]), so that parts always sum to the whole.

pub mod actions;
pub mod check;
pub mod command;
mod entity;
mod error;
pub mod event;
pub mod model;
pub mod query;
mod repo;

pub use entity::{
    Capture, FulfillmentLine, FulfillmentOrder, GoodsReturn, GoodsReturnLine, Incident, MerchantOrder, Order,
    OrderEvent, OrderLine, QuoteLine, QuoteOffer, QuoteRow, QuoteStep, Refund, RefundLine, Shipment, ShipmentLine,
    TrackingEvent,
};
pub use error::{Error, LeftOfLine, QuoteOwner};
