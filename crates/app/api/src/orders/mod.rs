//! Carts, split plans, orders, merchant orders, parcels, refunds.

mod care;
mod care_enums;
mod care_input;
mod care_mutation;
mod cart;
mod desk_mutation;
mod draft;
mod draft_input;
mod edit;
mod enums;
mod input;
mod loader;
mod merchant_order;
pub mod mutation;
mod order;
pub mod pickup;
mod plan;
mod query;
pub mod shop;

pub use care::CareQuery;
pub use care_mutation::*;
pub use cart::Cart;
pub use desk_mutation::*;
pub use draft::{DeskQuery, DraftOrder};
pub(crate) use loader::DetailLoader;
pub use merchant_order::{MerchantOrder, OrderLine, Shipment};
pub(crate) use merchant_order::{line, shipment};
pub use mutation::*;
pub use order::Order;
pub use pickup::PickupMutation;
pub use plan::SplitPlan;
pub use query::OrdersQuery;
pub use shop::*;
