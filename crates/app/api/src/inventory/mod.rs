//! Stock, its journal, and where it lies.

mod input;
mod loader;
mod mutation;
mod object;
mod query;

pub use input::*;
pub use loader::{AvailabilityLoader, AvailableLoader, LevelsLoader, LocationLoader};
pub use mutation::*;
pub use object::*;
pub use query::{InventoryQuery, StockLevelFilter};
