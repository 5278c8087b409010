//! The promises of the platform: what commits together, what is answered twice, what is delivered once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod audit;
mod delivery;
mod feed;
mod transaction;
