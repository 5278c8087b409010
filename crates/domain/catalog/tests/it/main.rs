//! The catalog on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bulk;
mod products;
mod shopify;
mod support;
mod taxonomy;
