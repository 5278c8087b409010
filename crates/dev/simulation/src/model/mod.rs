//! A small model of stock, orders and ledger that predicts what the product answers and what it holds afterwards.
//!
//! It knows nothing of transactions, providers, events and retries: whatever goes wrong between a command and its last
//! consequence, the outcome must be the one that is written here in a few lines each.

pub mod books;
pub mod cut;
mod dispute;
mod effect;
mod order;
mod parcel;
mod refund;
mod time;

use std::collections::BTreeMap;

use books::Books;
pub use order::{
    Dispute, Expected, FeeState, Line, Method, Order, Parcel, Part, Phase, Returned, Row, Sent, SentState, State, Way,
};
pub use refund::{Wanted, Wish};

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

/// What a delivery costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tariff {
    pub first: i64,
    pub more: i64,
    /// It is free for goods of so much.
    pub free_from: i64,
    /// Whether the marketplace pays the merchant what is free for the buyer.
    pub funded: bool,
}

impl Default for Tariff {
    /// What the marketplace asks when nobody changes it.
    fn default() -> Self {
        Self { first: 490, more: 100, free_from: 10_000, funded: false }
    }
}

impl Tariff {
    /// What the buyer pays, and what the marketplace does.
    #[must_use]
    pub fn price(self, goods: i64, units: i64) -> (i64, i64) {
        let whole = self.first + self.more * (units - 1);
        match goods >= self.free_from {
            false => (whole, 0),
            true if self.funded => (0, whole),
            true => (0, 0),
        }
    }
}

/// What a company may buy on account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    pub limit: i64,
    /// Whether the marketplace vouches for it.
    pub vouched: bool,
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
    /// What each merchant's deliveries cost, where that is not as usual.
    pub tariffs: Vec<Tariff>,
    pub payouts: Vec<Payout>,
    /// The most that each company may owe.
    pub limits: Vec<Credit>,
    /// Whether the fixed fee goes back with the last unit.
    pub refund_fee: bool,
    /// Above how much somebody else has to agree to a refund.
    pub agree_above: Option<i64>,
    /// Whether merchants pay what lost disputes cost.
    pub recharges: bool,
    /// What banks have of the provider's money.
    pub taken: i64,
    /// The smallest payout.
    pub minimum: i64,
    /// The last turn of what companies owe.
    turn: usize,
}

impl Model {
    /// What orders of a company wait to take of its credit, and what it owes.
    #[must_use]
    pub fn credit_used(&self, company: usize) -> (i64, i64) {
        let own = self.orders.iter().filter(|order| order.account.is_some_and(|(of, _)| of == company));
        own.fold((0, 0), |(reserved, owed), order| (reserved + order.reserved(), owed + order.owes()))
    }

    /// What a company can still buy on account.
    #[must_use]
    pub fn credit_left(&self, company: usize) -> i64 {
        let (reserved, owed) = self.credit_used(company);
        (self.limits[company].limit - reserved - owed).max(0)
    }

    /// Whether goods are there in such numbers, wherever they lie.
    #[must_use]
    pub fn has(&self, lines: &[(usize, i64)]) -> bool {
        let free = |good: usize| -> i64 { (0..2).map(|place| self.stock[&(good, place)].free()).sum() };
        lines.iter().all(|(good, units)| *units <= free(*good))
    }
}
