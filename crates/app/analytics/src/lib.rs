//! Read-only projections over the tables of several domains. The only crate that joins them.
//!
//! A projection is never the truth: it can be thrown away and made again, and its `check` compares it with what making it
//! again would give.

mod entity;
mod error;
pub mod storefront;

pub use error::Error;
