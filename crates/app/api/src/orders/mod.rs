//! Carts, split plans, orders, merchant orders, parcels, refunds.

mod cart;
mod enums;
mod input;
mod loader;
mod merchant_order;
mod mutation;
mod order;
mod plan;
mod query;
mod shop;

pub use cart::Cart;
pub use merchant_order::MerchantOrder;
pub use mutation::OrdersMutation;
pub use order::Order;
pub use plan::SplitPlan;
pub use query::OrdersQuery;
pub use shop::CheckoutMutation;
