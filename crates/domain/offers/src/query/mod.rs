//! Reads.

pub mod list;
pub mod products;
pub mod sale;
pub mod storefront;
