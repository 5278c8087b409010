//! Reads.

mod captures;
mod care;
mod cart;
mod conduct;
mod details;
mod drafts;
mod explain;
mod lists;
mod preview;
mod quotes;
mod reading;
mod standing;
mod timeline;
mod to_do;

pub use captures::captures_of_operation;
pub use care::{
    IncidentFilter, ReturnDetail, ReturnFilter, goods_return, incidents, incidents_by_parts, returns, returns_by_parts,
};
pub use cart::{cart, newest_cart_of_mine};
pub use conduct::{CanceledByMerchant, Conduct, ParcelConduct, RefundConduct, ReturnConduct, conduct_on};
pub use details::{
    FulfillmentDetail, PartDetail, RefundDetail, ShipmentDetail, details_by_merchant_orders, ordered_of_all,
    ordered_of_merchant, parts_by_orders, refund_lines, shipment, shipment_lines,
};
pub use drafts::{draft, drafts, plan_of_draft};
pub use explain::{Cause, Explained, ExplainedLine, explain};
pub use lists::{
    GuestOrder, MerchantOrderFilter, OrderFilter, currency_to_edit, guest_order, guest_parts, merchant_order,
    merchant_orders, merchant_orders_by_ids, order, orders, orders_by_ids, plan_of_order, refunds_open,
};
pub use preview::{CommissionDifference, CommissionPreview, CommissionTrial, commission_preview};
pub use quotes::{QuoteFilter, offers_by_quotes, plan_of_quote, quote, quotes, steps_by_quotes};
pub use standing::open_of_merchant_on;
pub use timeline::{timeline_of_merchant_order, timeline_of_order};
pub use to_do::{LateWork, RefundStanding, late_work_on, refund_standing_on};

pub(crate) use lists::{guest_order_on, order_on};
