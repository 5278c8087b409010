//! A ledger as small as can be: what each account holds on the side on which it grows.

use std::collections::BTreeMap;

use super::cut::Cut;

/// Accounts that merchants have one of each.
pub const OF_MERCHANTS: [&str; 5] = [PENDING, AVAILABLE, RESERVE, IN_PAYOUT, FROZEN];

pub const FUNDS: &str = "liability:order_funds";
pub const PENDING: &str = "liability:merchant:pending";
pub const AVAILABLE: &str = "liability:merchant:available";
pub const RESERVE: &str = "liability:merchant:reserve";
pub const IN_PAYOUT: &str = "liability:payouts_in_transit";
pub const PROMOTION: &str = "expense:promotion:marketplace_funded";
pub const GOODWILL: &str = "expense:goodwill";
pub const BANK: &str = "asset:bank";
pub const PROVIDER: &str = "asset:psp:clearing";
pub const CARRIER: &str = "asset:cod:receivable";
pub const FROZEN: &str = "liability:merchant:dispute_hold";
pub const DISPUTES: &str = "asset:disputes";
pub const DISPUTE_FEES: &str = "expense:dispute_fees";
pub const BAD_DEBT: &str = "expense:bad_debt";
pub const OWED: &str = "asset:buyer:receivable";
pub const UNAPPLIED: &str = "liability:unapplied_receipts";
pub const TO_BUYERS: &str = "liability:refunds_in_transit";
pub const BUYER_CREDIT: &str = "liability:buyer_credit";
const COMMISSION: &str = "revenue:commission";
const FEE: &str = "revenue:fixed_fee";
const COMMISSION_TAX: &str = "liability:tax:commission";
const REMITTED: &str = "liability:tax:sales_operator_remitted";

/// What accounts hold, by role and, where it matters, by merchant.
#[derive(Debug, Clone, Default)]
pub struct Books(BTreeMap<(&'static str, Option<usize>), i64>);

impl Books {
    /// Adds to an account that belongs to nobody in particular.
    pub fn add(&mut self, role: &'static str, minor: i64) {
        *self.0.entry((role, None)).or_default() += minor;
    }

    /// Adds to an account of a merchant.
    pub fn add_of(&mut self, role: &'static str, shop: usize, minor: i64) {
        *self.0.entry((role, Some(shop))).or_default() += minor;
    }

    /// What a merchant has.
    pub fn of(&self, role: &'static str, shop: usize) -> i64 {
        self.0.get(&(role, Some(shop))).copied().unwrap_or(0)
    }

    /// What all accounts of a role hold.
    pub fn sum(&self, role: &str) -> i64 {
        self.0.iter().filter(|((of, _), _)| *of == role).map(|(_, minor)| minor).sum()
    }

    /// Every role that holds something.
    pub fn roles(&self) -> Vec<&'static str> {
        let mut roles: Vec<_> = self.0.keys().map(|(role, _)| *role).collect();
        roles.dedup();
        roles
    }

    /// Assets and expenses less everything else: zero, or the model itself is wrong.
    pub fn balance(&self) -> i64 {
        let debit = |role: &str| role.starts_with("asset:") || role.starts_with("expense:");
        self.0.iter().map(|((role, _), minor)| if debit(role) { *minor } else { -*minor }).sum()
    }

    /// Money comes in for an order.
    pub fn captured(&mut self, place: &'static str, cash: i64, discount: i64) {
        self.add(place, cash);
        self.add(PROMOTION, discount);
        self.add(FUNDS, cash + discount);
    }

    /// Captured money goes back before it was earned.
    pub fn canceled(&mut self, place: &'static str, cash: i64, discount: i64) {
        self.captured(place, -cash, -discount);
    }

    /// What the operator earns of a sale, or gives back of it.
    pub fn charged(&mut self, cut: &Cut) {
        self.add(COMMISSION, cut.commission);
        self.add(FEE, cut.fee);
        self.add(COMMISSION_TAX, cut.vat);
        self.add(REMITTED, cut.remitted);
    }
}
