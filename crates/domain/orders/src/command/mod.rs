//! Use cases.

mod cancel;
mod cart;
mod charge_back;
mod close;
mod decide;
mod deliver;
mod expire;
mod money;
mod place;
mod placement;
mod plan;
mod refund;
mod release;
mod ship;
mod work;

pub use cancel::{CancelOrder, CancelUnits, cancel_order, cancel_units};
pub(crate) use cart::find as find_cart;
pub use cart::{
    CartAccess, CartCreate, CartCreated, CartDetails, DeliveryChoice, QuantityChange, cart_create, cart_edit,
    cart_lines_add, cart_lines_set, carts_forget,
};
pub use charge_back::{ChargeBack, ChargedBack, charge_back, charge_back_of};
pub use close::{close, close_due};
pub use decide::{Decide, Decision, LineDecision, decide};
pub use deliver::{Deliver, deliver};
pub use expire::expire_due;
pub use money::{
    MoneyArrived, PaymentAuthorized, capture_failed, money_arrived, payment_authorized, payment_failed, refund_failed,
    refund_settled,
};
pub use place::{PayWith, Place, place};
pub use plan::{cart_plan, plan_of};
pub use refund::{RefundUnits, refund_units};
pub use release::release;
pub use ship::{Ship, ship};
pub(crate) use work::market_fault;
