//! What time does, and the bank.

use super::books::{AVAILABLE, BANK, IN_PAYOUT, PENDING, RESERVE};
use super::cut::rate_of;
use super::order::{Phase, State};
use super::{Expected, Model, Payout};

impl Model {
    /// Weeks pass: deadlines run out, earnings are released, what was delivered is closed.
    pub fn weeks_pass(&mut self) {
        for at in 0..self.orders.len() {
            if self.orders[at].unpaid > 0 {
                self.give_up(at);
            }
            for index in 0..self.orders[at].parts.len() {
                if self.orders[at].parts[index].state() == State::Waiting {
                    self.take_out_open(at, index);
                    self.orders[at].parts[index].phase = Phase::Gone;
                }
            }
        }
        for at in 0..self.orders.len() {
            for index in 0..self.orders[at].parts.len() {
                let waits = self.orders[at].waits(index);
                if !self.orders[at].parts[index].incident && !waits {
                    self.release_earnings(at, index);
                }
                let part = &mut self.orders[at].parts[index];
                part.closed |= part.state() == State::Delivered && part.returns.is_empty() && !part.incident;
            }
        }
    }

    fn release_earnings(&mut self, at: usize, index: usize) {
        let part = &mut self.orders[at].parts[index];
        for kept in part.kept_back.drain(..) {
            self.books.add_of(RESERVE, part.shop, -kept);
            self.books.add_of(AVAILABLE, part.shop, kept);
        }
        for held in part.holds.drain(..) {
            let kept = rate_of(held, self.terms[part.shop].reserve_ppm);
            self.books.add_of(PENDING, part.shop, -held);
            self.books.add_of(AVAILABLE, part.shop, held - kept);
            self.books.add_of(RESERVE, part.shop, kept);
            part.kept_back.push(kept);
        }
    }

    /// Everybody with enough is paid.
    pub fn pay_out(&mut self) -> Vec<Payout> {
        let mut sent = Vec::new();
        for shop in 0..self.terms.len() {
            let minor = self.books.of(AVAILABLE, shop);
            if minor >= self.minimum.max(1) {
                self.books.add_of(AVAILABLE, shop, -minor);
                self.books.add_of(IN_PAYOUT, shop, minor);
                sent.push(Payout { shop, minor, paid: false, returned: false });
            }
        }
        self.payouts.extend(&sent);
        sent
    }

    /// The bank paid.
    pub fn payout_paid(&mut self, at: usize) -> Expected {
        let payout = &mut self.payouts[at];
        if payout.returned {
            return Err("NOT_POSSIBLE");
        }
        if !payout.paid {
            payout.paid = true;
            self.books.add_of(IN_PAYOUT, payout.shop, -payout.minor);
            self.books.add(BANK, -payout.minor);
        }
        Ok(())
    }

    /// The bank sent it back, before or after it was paid.
    pub fn payout_returned(&mut self, at: usize) {
        let payout = &mut self.payouts[at];
        if payout.returned {
            return;
        }
        payout.returned = true;
        if payout.paid {
            self.books.add(BANK, payout.minor);
        } else {
            self.books.add_of(IN_PAYOUT, payout.shop, -payout.minor);
        }
        self.books.add_of(AVAILABLE, payout.shop, payout.minor);
    }
}
