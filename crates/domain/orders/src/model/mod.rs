//! Plain types and pure decisions.

pub mod book;
pub mod cart;
pub mod money;
pub mod number;
pub mod plan;
pub mod settle;
pub mod state;
pub mod status;
pub mod types;
