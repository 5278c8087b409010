//! Behaviors of carts and orders, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod account;
mod blocked;
mod cancels;
mod carts;
mod companies;
mod coupons;
mod decisions;
mod disputes;
mod drafts;
mod edges;
mod edits;
mod erasure;
mod goodwill;
mod incidents;
mod late;
mod mixed;
mod parcels;
mod pickups;
mod places;
mod previews;
mod promises;
mod quotes;
mod quotes_desk;
mod quotes_hostile;
mod races;
mod rates;
mod refunds;
mod replan;
mod returns;
mod rights;
mod sceptic;
mod ships;
mod support;
mod tracking;
mod ways;
