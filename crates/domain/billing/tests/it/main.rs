#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod example;
mod ledger;
mod payouts;
mod refunds;
mod shop;
mod statements;
mod tamper;
mod transfers;
