//! Behaviors of the projections, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod listing;
mod plans;
#[path = "../../../../domain/offers/tests/it/world.rs"]
mod world;
