//! Reads.

mod snapshot;

pub use snapshot::{snapshot, snapshot_on};
