//! Plain types and pure decisions.

pub mod book;
pub mod care;
pub mod cart;
pub mod delivery_price;
pub mod draft;
pub mod edit;
pub mod given;
pub mod giving;
pub mod money;
pub mod number;
pub mod payments_of;
pub mod pickup;
pub mod plan;
pub mod promise;
pub mod quote;
pub mod replan;
pub mod settle;
pub mod state;
pub mod status;
pub mod tracking;
pub mod types;
