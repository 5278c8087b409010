//! Tables of orders. The models are the read models too.
#![allow(missing_docs)]

pub(crate) mod capture;
pub(crate) mod cart;
pub(crate) mod cart_line;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod fulfillment_line;
pub(crate) mod fulfillment_order;
pub(crate) mod goods_return;
pub(crate) mod goods_return_line;
pub(crate) mod incident;
pub(crate) mod merchant_order;
pub(crate) mod order;
pub(crate) mod order_line;
pub(crate) mod plan;
pub(crate) mod quote;
pub(crate) mod quote_line;
pub(crate) mod quote_offer;
pub(crate) mod quote_step;
pub(crate) mod refund;
pub(crate) mod refund_line;
pub(crate) mod shipment;
pub(crate) mod shipment_line;
pub(crate) mod tracking_event;
pub(crate) mod words;

pub use capture::Model as Capture;
pub use event::Model as OrderEvent;
pub use fulfillment_line::Model as FulfillmentLine;
pub use fulfillment_order::Model as FulfillmentOrder;
pub use goods_return::Model as GoodsReturn;
pub use goods_return_line::Model as GoodsReturnLine;
pub use incident::Model as Incident;
pub use merchant_order::Model as MerchantOrder;
pub use order::Model as Order;
pub use order_line::Model as OrderLine;
pub use quote::Model as QuoteRow;
pub use quote_line::Model as QuoteLine;
pub use quote_offer::Model as QuoteOffer;
pub use quote_step::Model as QuoteStep;
pub use refund::Model as Refund;
pub use refund_line::Model as RefundLine;
pub use shipment::Model as Shipment;
pub use shipment_line::Model as ShipmentLine;
pub use tracking_event::Model as TrackingEvent;
