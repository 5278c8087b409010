//! Stock, its journal, and where it lies.

mod input;
mod loader;
mod mutation;
mod object;
mod query;

pub use loader::{AvailabilityLoader, LevelsLoader, LocationLoader};
pub use mutation::InventoryMutation;
pub use object::{LocationStock, StockLevel, StockLocation};
pub use query::InventoryQuery;
