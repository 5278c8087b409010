//! What can be allowed here.

use access::Action;

/// Fill a cart and see its plan.
pub const EDIT_CART: Action = Action::new("cart", "edit");
/// Give a line a delivery price of its own.
pub const QUOTE_DELIVERY: Action = Action::new("cart", "quote_delivery");
/// Approve what others of one's company buy above their limit.
pub const APPROVE_CART: Action = Action::new("cart", "approve");
/// Turn a cart into an order.
pub const PLACE: Action = Action::new("order", "place");
/// See orders: all, or one's own.
pub const READ: Action = Action::new("order", "read");
/// See an order with its number and secret token.
pub const READ_BY_TOKEN: Action = Action::new("order", "read_by_token");
/// Cancel an order: any, or one's own while no merchant has accepted.
pub const CANCEL: Action = Action::new("order", "cancel");
/// See what staff prepares for buyers.
pub const READ_DRAFT: Action = Action::new("draft_order", "read");
/// Prepare orders for buyers and place them.
pub const EDIT_DRAFT: Action = Action::new("draft_order", "edit");
/// Give a line another price than the offer's.
pub const OVERRIDE_PRICE: Action = Action::new("draft_order", "override_price");
/// Ask merchants for prices.
pub const REQUEST_QUOTE: Action = Action::new("quote", "request");
/// See quotes: all, a merchant's, one's own or those of one's company.
pub const READ_QUOTE: Action = Action::new("quote", "read");
/// Make offers for a merchant, or refuse to.
pub const ANSWER_QUOTE: Action = Action::new("quote", "answer");
/// Accept offers, ask for others, decline and withdraw.
pub const DECIDE_QUOTE: Action = Action::new("quote", "decide");
/// Accept offers at the order desk, for the buyers who asked for them.
pub const ACCEPT_QUOTE_FOR: Action = Action::new("quote", "accept_for");
/// Approve offers that others of one's company asked for above their limit.
pub const APPROVE_QUOTE: Action = Action::new("quote", "approve");
/// Change an order that was placed.
pub const EDIT_ORDER: Action = Action::new("order", "edit");
/// Carry facts of payments to orders, and run their timers.
pub const DRIVE: Action = Action::new("order", "drive");
/// See merchant orders.
pub const READ_MERCHANT_ORDER: Action = Action::new("merchant_order", "read");
/// Accept or refuse lines.
pub const DECIDE: Action = Action::new("merchant_order", "decide");
/// Ship and deliver.
pub const SHIP: Action = Action::new("merchant_order", "ship");
/// Cancel units of a merchant order.
pub const CANCEL_UNITS: Action = Action::new("merchant_order", "cancel");
/// Pay shipped units, shipping or an amount back.
pub const REFUND: Action = Action::new("merchant_order", "refund");
/// Pay an amount back at the operator's cost.
pub const GOODWILL: Action = Action::new("refund", "goodwill");
/// Approve refunds above the limit that somebody else asked for.
pub const APPROVE_REFUND: Action = Action::new("refund", "approve");
/// Ask to send goods back, say that they were sent, give it up: for oneself or for any buyer.
pub const REQUEST_RETURN: Action = Action::new("return", "request");
/// Ask to send goods back with the number and secret token of the order.
pub const REQUEST_RETURN_BY_TOKEN: Action = Action::new("return", "request_by_token");
/// See returns.
pub const READ_RETURN: Action = Action::new("return", "read");
/// Answer returns, take goods back, look at them, send goods.
pub const HANDLE_RETURN: Action = Action::new("return", "handle");
/// Pay returned units back.
pub const REFUND_RETURN: Action = Action::new("return", "refund");
/// Open and close incidents.
pub const INCIDENT: Action = Action::new("incident", "open");
/// See incidents.
pub const READ_INCIDENT: Action = Action::new("incident", "read");
