//! What is where: stock at locations, promises of it to orders, and the journal of every change.
//!
//! A merchant's article is a [`kernel::id::StockItemId`], derived from merchant and SKU, so that offers and stock agree on it
//! without a table between them. Stock of one article at one location is a level: `on_hand` units lie there, `reserved` of
//! them are promised to order lines, `safety` are kept back; the rest can be sold. The journal ([`Movement`]) is append-only
//! and its sum is `on_hand`; the open parts of the reservations sum to `reserved`. [`check::stock`] proves both.

pub mod actions;
pub mod check;
pub mod command;
mod entity;
mod error;
pub mod event;
pub mod model;
pub mod query;
mod repo;

pub use command::adjust::{AdjustKind, StockAdjust, stock_adjust};
pub use command::issue::{Issue, issue_in_tx};
pub use command::location::{LocationCreate, LocationEdit, location_create, location_edit};
pub use command::release::{Release, release_in_tx};
pub use command::reserve::{Reserve, reserve_in_tx};
pub use command::restock::{Restock, restock_in_tx};
pub use command::set::{StockSet, StockSetLine, StockSetOutcome, stock_set};
pub use error::{Error, Short};
pub use event::{LocationChanged, StockChanged};
pub use model::{Location, LocationStock, Movement, MovementKind, RowError, StockLevel, Store};
pub use query::availability::{availability, availability_on, available};
pub use query::levels::{LevelFilter, level, levels, levels_by_item_ids};
pub use query::locations::{active_locations_on, location, locations, locations_by_ids, locations_by_merchant_ids};
pub use query::movements::movements;
