//! Money that buyers' banks take back.

use super::books::{AVAILABLE, BAD_DEBT, DISPUTE_FEES, DISPUTES, FROZEN, PROMOTION, PROVIDER, TO_BUYERS};
use super::cut::{Cut, spread};
use super::order::{Dispute, Method, Part, SentState, State};
use super::{Expected, Model, Wanted};

/// What a part would lose.
struct Loss {
    index: usize,
    part: Part,
    undone: Cut,
}

impl Model {
    /// The bank takes money: what merchants would lose of it is frozen as far as they have it.
    pub fn dispute_opened(&mut self, at: usize, mut dispute: Dispute) -> Expected {
        let order = &self.orders[at];
        if !matches!(order.method, Method::Card | Method::Wallet) {
            return Err("NOT_POSSIBLE");
        }
        if dispute.minor > order.payable() {
            return Err("EXCEEDS_CAPTURED");
        }
        self.books.add(DISPUTES, dispute.minor);
        self.books.add(DISPUTE_FEES, dispute.fee);
        self.books.add(PROVIDER, -(dispute.minor + dispute.fee));
        self.taken += dispute.minor + dispute.fee;
        for loss in self.losses(at, &dispute) {
            let has = self.books.of(AVAILABLE, loss.part.shop).max(0);
            let frozen = loss.undone.net().clamp(0, has);
            if frozen > 0 {
                self.books.add_of(AVAILABLE, loss.part.shop, -frozen);
                self.books.add_of(FROZEN, loss.part.shop, frozen);
                dispute.frozen.push((loss.part.shop, frozen));
            }
        }
        self.orders[at].disputes.push(dispute);
        Ok(())
    }

    /// The bank decided.
    pub fn dispute_ends(&mut self, at: usize, which: usize, won: bool, fee_back: i64) -> Expected {
        let dispute = self.orders[at].disputes[which].clone();
        match dispute.won {
            Some(before) if before == won => return Ok(()),
            Some(_) => return Err("NOT_POSSIBLE"),
            None => {}
        }
        self.orders[at].disputes[which].won = Some(won);
        for (shop, frozen) in &dispute.frozen {
            self.books.add_of(FROZEN, *shop, -frozen);
            self.books.add_of(AVAILABLE, *shop, *frozen);
        }
        self.books.add(DISPUTES, -dispute.minor);
        // What was undone meanwhile is the buyer's: from us, or from the bank.
        self.books.add(TO_BUYERS, -dispute.covered);
        if won {
            self.books.add(PROVIDER, dispute.minor + fee_back - dispute.covered);
            self.books.add(DISPUTE_FEES, -fee_back);
            self.taken -= dispute.minor + fee_back;
            return Ok(());
        }
        let losses = self.losses(at, &dispute);
        let borne: Vec<i64> = losses.iter().map(|loss| loss.undone.cash).collect();
        let all: i64 = borne.iter().sum();
        self.orders[at].disputes[which].borne = all;
        self.books.add(BAD_DEBT, dispute.left() - all);
        let fees = if self.recharges { spread(dispute.fee, &borne) } else { vec![0; borne.len()] };
        for (Loss { index, part, undone }, fee) in losses.into_iter().zip(fees) {
            self.books.add_of(AVAILABLE, part.shop, -(undone.net() + fee));
            self.books.add(DISPUTE_FEES, -fee);
            self.books.charged(&-undone);
            self.books.add(PROMOTION, -undone.discount);
            self.orders[at].charged_back += undone.cash;
            self.orders[at].parts[index] = Part { refunded: part.refunded + undone.cash, ..part };
        }
        Ok(())
    }

    /// Who loses what of a dispute: parts in step with what is left of each, all of it as if its units were paid back.
    fn losses(&self, at: usize, dispute: &Dispute) -> Vec<Loss> {
        let parts = &self.orders[at].parts;
        let concerned: Vec<usize> =
            (0..parts.len()).filter(|index| dispute.part.is_none_or(|only| only == *index)).collect();
        let left: Vec<i64> = concerned.iter().map(|index| parts[*index].captured - parts[*index].refunded).collect();
        let minor = dispute.left().min(left.iter().sum());
        let mut losses = Vec::new();
        for ((index, share), left) in concerned.into_iter().zip(spread(minor, &left)).zip(left) {
            if share == 0 {
                continue;
            }
            let all = if share == left { all_of(&parts[index], share, self.refund_fee) } else { None };
            if let Some((part, undone)) = all.or_else(|| some_of(&parts[index], share)) {
                losses.push(Loss { index, part, undone });
            }
        }
        losses
    }

    /// Money of goods that were not sent or never arrive is undone, also when a bank has it: what is disputed of the very
    /// part first, beyond that only what is not there. Gives what the buyer gets from us.
    pub(super) fn undo(&mut self, at: usize, index: usize, cash: i64) -> i64 {
        let order = &mut self.orders[at];
        if order.disputes.is_empty() {
            return cash;
        }
        let own = |dispute: &Dispute| dispute.part == Some(index);
        let there = order.payable();
        let about: i64 = order.disputes.iter().filter(|dispute| own(dispute)).map(Dispute::left).sum();
        let mut bank = about.min(cash).max(cash - there);
        let back = cash - bank;
        let mut sorted: Vec<&mut Dispute> = order.disputes.iter_mut().collect();
        sorted.sort_by_key(|dispute| (!own(dispute), dispute.part.is_some()));
        for dispute in sorted {
            let share = bank.min(dispute.left());
            dispute.covered += share;
            bank -= share;
            match dispute.won {
                None => self.books.add(TO_BUYERS, share),
                // It was written off before it was undone.
                Some(_) => self.books.add(BAD_DEBT, -share),
            }
        }
        assert_eq!(bank, 0, "a bank has more than it took");
        back
    }

    /// Something is wrong with a part, or right again.
    pub fn incident(&mut self, at: usize, index: usize, opens: bool) -> Expected {
        let part = &mut self.orders[at].parts[index];
        let state = matches!(part.state(), State::ToShip | State::Shipped | State::Delivered | State::Undelivered);
        if part.incident == opens || (opens && !state) {
            return Err("INVALID_TRANSITION");
        }
        part.incident = opens;
        Ok(())
    }
}

/// All that is left, unless that is not what was earned, or goods are on their way back.
fn all_of(part: &Part, minor: i64, refund_fee: bool) -> Option<(Part, Cut)> {
    let mut part = part.clone();
    let lines: Vec<_> = part.lines.iter().enumerate().map(|(at, line)| (at, line.refundable())).collect();
    let sents: Vec<_> = (0..part.sent.len()).filter(|at| part.sent[*at].state == SentState::Moved).collect();
    let lines = lines.into_iter().filter(|(_, units)| *units > 0).collect();
    let (cash, undone) = part.give(&Wanted::Units(lines, sents), refund_fee).ok()?;
    (cash == minor && undone.cash == minor).then_some((part, undone))
}

fn some_of(part: &Part, minor: i64) -> Option<(Part, Cut)> {
    let mut part = part.clone();
    let (_, undone) = part.give(&Wanted::Amount(minor, true), false).ok()?;
    (undone.cash == minor).then_some((part, undone))
}
