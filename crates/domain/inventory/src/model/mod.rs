//! Plain types and pure decisions.

pub mod demand;
mod types;

pub(crate) use types::sellable;

pub use types::{Location, LocationStock, Movement, MovementKind, RowError, StockLevel, Store};

/// The most units a level, a count or a reservation can hold.
pub const QUANTITY_MAX: i64 = 1_000_000_000;
/// The most rows of one bulk command.
pub const ROWS_MAX: usize = 500;
/// The longest SKU, in characters.
pub const SKU_MAX: usize = 100;
