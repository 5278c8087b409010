//! A small model of stock, orders and ledger that predicts what the product answers and what it holds afterwards.
//!
//! It knows nothing of transactions, providers, events and retries: whatever goes wrong between a command and its last
//! consequence, the outcome must be the one that is written here in a few lines each.

pub mod books;
pub mod cut;
mod effect;
mod order;
mod refund;

use std::collections::BTreeMap;

use books::Books;
pub use order::{Expected, FeeState, Line, Method, Order, Part, Phase, Returned, Sent, SentState, State};

/// What lies at a place, and what of it is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    pub on_hand: i64,
    pub reserved: i64,
}

impl Stock {
    /// What can be sold.
    #[must_use]
    pub const fn free(&self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// The terms of a merchant.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    pub vat_ppm: i64,
    pub reserve_ppm: i64,
    pub remits: bool,
    pub auto_accept: bool,
}

/// A payout that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payout {
    pub shop: usize,
    pub minor: i64,
    pub paid: bool,
    pub returned: bool,
}

/// Everything that the simulated marketplace should hold.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// By good and place.
    pub stock: BTreeMap<(usize, usize), Stock>,
    pub orders: Vec<Order>,
    pub books: Books,
    pub terms: Vec<Terms>,
    pub payouts: Vec<Payout>,
    /// Whether the fixed fee goes back with the last unit.
    pub refund_fee: bool,
    /// The smallest payout.
    pub minimum: i64,
}
