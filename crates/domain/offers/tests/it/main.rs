//! Behaviors of offers, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod keep;
mod sell;
mod world;
