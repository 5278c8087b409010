//! Behavior of customers on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod accounts;
mod addresses;
mod companies;
mod support;
