//! Use cases.

mod cancel;
mod cart;
mod cart_forget;
mod charge_back;
mod close;
mod company;
mod conversation;
mod decide;
mod deliver;
mod draft;
mod draft_place;
mod edit;
mod edit_parts;
mod erase;
mod expire;
mod fulfillment;
mod incident;
mod late;
mod making;
mod money;
mod overdue;
mod paying;
mod pickup;
mod place;
mod placement;
mod plan;
mod quote;
mod reasons;
mod refund;
mod release;
mod remind;
mod returns;
mod ship;
mod standing;
mod tracking;
mod undelivered;
mod work;

pub use cancel::{CancelOrder, CancelUnits, cancel_order, cancel_units};
pub use cart::{
    CartAccess, CartCreate, CartCreated, CartDetails, DeliveryChoice, QuantityChange, cart_create, cart_edit,
    cart_lines_add, cart_lines_set,
};
pub(crate) use cart::{find as find_cart, from_rows as cart_from_rows};
pub use cart_forget::carts_forget;
pub use charge_back::{ChargeBack, ChargedBack, charge_back, charge_back_of};
pub use close::{close, close_due};
pub(crate) use company::customers_fault;
pub use company::{ApproveCart, cart_approve};
pub use conversation::{
    About, OpenConversation, PostAsGuest, conversation_open, conversation_post_as_guest, guest_conversations,
};
pub use decide::{Decide, Decision, LineDecision, decide};
pub use deliver::{Deliver, Proof, deliver};
pub(crate) use draft::wide;
pub use draft::{DraftCreate, DraftEdit, draft_create, draft_delete, draft_edit, drafts_expire};
pub use draft_place::{DraftPlace, draft_place};
pub use edit::{EditConfirm, EditOrder, order_edit, order_edit_preview};
pub use edit_parts::NewDelivery;
pub(crate) use erase::ERASED;
pub use erase::{erase_buyer, erase_order};
pub use expire::expire_due;
pub use fulfillment::{
    OfFulfillment, fulfillment_hold, fulfillment_merge, fulfillment_move, fulfillment_release, fulfillment_split,
};
pub use incident::{CloseIncident, OpenIncident, incident_close, incident_open};
pub use late::{Late, LatePayment, late_payment};
pub use money::{
    MoneyArrived, PaymentAuthorized, capture_failed, money_arrived, owed_changed, payment_authorized, payment_failed,
    refund_failed, refund_settled,
};
pub use overdue::find_overdue;
pub use pickup::{HandOver, pickup_hand_over, pickup_make_ready};
pub use place::{PayWith, Place, place};
pub(crate) use plan::plan_unchecked;
pub use plan::{cart_plan, plan_of};
pub(crate) use quote::chosen_of_quote;
pub use quote::{
    OfQuote, QuoteAccept, QuoteApprove, QuoteOfferMake, QuoteRefuse, QuoteRequest, quote_accept, quote_accept_for,
    quote_approve, quote_ask_change, quote_decline, quote_offer, quote_refuse, quote_request, quote_withdraw,
    quotes_expire,
};
pub use refund::{RefundAmount, RefundUnits, refund_amount, refund_approve, refund_reject, refund_units};
pub use release::release;
pub use remind::remind_due;
pub use returns::{
    ApproveReturn, InspectReturn, InspectedUnits, OfReturn, RefundReturn, RejectReturn, RequestReturn, SendGoods,
    SendReturn, return_approve, return_cancel, return_close, return_inspect, return_receive, return_refund,
    return_reject, return_replace, return_report_no_reception, return_request, return_send, return_send_back,
};
pub use ship::{Ship, ship};
pub use tracking::{SCANS_MAX, Scanned, tracking_catch_up, tracking_events};
pub use undelivered::{ParcelEnded, parcel_ended};
pub(crate) use work::market_fault;
