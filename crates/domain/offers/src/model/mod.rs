//! Plain types and pure decisions.

pub mod best;
pub mod input;
pub mod sale;
mod types;

pub use types::{Condition, Offer, OfferAction, OfferPrice, OfferStatus};

/// The most rows of one bulk command.
pub const ROWS_MAX: usize = 500;
/// The longest SKU, in characters.
pub const SKU_MAX: usize = 100;
/// The most prices of one offer.
pub const PRICES_MAX: usize = 40;
/// The highest price, in minor units.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;
/// The most units of one line.
pub const QUANTITY_MAX: i64 = 100_000;
/// The longest handling time, in days.
pub const HANDLING_DAYS_MAX: i32 = 365;
