//! Reads.

pub mod availability;
pub mod levels;
pub mod locations;
pub mod movements;
