#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod at;
mod connect;
mod critical;
mod debts;
mod disputes;
mod entries;
mod example;
mod ledger;
mod papers;
mod payouts;
mod reconcile;
mod refunds;
mod schedules;
mod shop;
mod statements;
mod tamper;
mod transfers;
mod worked;
