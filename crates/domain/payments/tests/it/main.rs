#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bank;
mod card;
mod chaos;
mod desk;
mod hand;
mod orphans;
mod webhooks;
