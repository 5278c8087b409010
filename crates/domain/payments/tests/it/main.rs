#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bank;
mod card;
mod chaos;
mod credit;
mod desk;
mod hand;
mod line;
mod orphans;
mod renewal;
mod session;
mod stripe;
mod webhooks;
