//! Carts, split plans, orders, merchant orders, parcels, refunds.

/// The payload of what places an order: it carries the plan of now where that is why nothing was placed.
macro_rules! placed_payload {
    ($(#[$doc:meta])* $name:ident { $(#[$plan_doc:meta])* plan }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// The order.
            pub order: Option<$crate::orders::Order>,
            $(#[$plan_doc])*
            pub plan: Option<$crate::orders::SplitPlan>,
            /// Why nothing was done; empty after success.
            pub user_errors: Vec<$crate::error::UserError>,
        }

        impl $crate::error::Payload for $name {
            type Done = $crate::orders::Order;
            fn done(order: Self::Done) -> Self {
                Self { order: Some(order), plan: None, user_errors: Vec::new() }
            }
            fn refused(user_errors: Vec<$crate::error::UserError>) -> Self {
                Self { order: None, plan: None, user_errors }
            }
        }
    };
}

mod care;
mod care_enums;
mod care_input;
mod care_mutation;
mod cart;
mod delivery_origin;
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
mod quote;
mod quote_enums;
mod quote_input;
mod quote_mutation;
mod quote_query;
pub mod shop;

pub use care::CareQuery;
pub use care_mutation::*;
pub use cart::Cart;
pub(crate) use delivery_origin::DeliveryOrigin;
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
pub use quote::Quote;
pub use quote_mutation::*;
pub use quote_query::QuoteQuery;
pub use shop::*;
