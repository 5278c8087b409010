//! Giving back.

use super::books::{AVAILABLE, GOODWILL, PENDING, PROMOTION};
use super::cut::{Cut, Unit, spread};
use super::order::{FeeState, Line, Part, Returned, SentState};
use super::{Expected, Model};

const NOT_NOW: &str = "INVALID_TRANSITION";
const TOO_MANY: &str = "TOO_MANY_UNITS";

/// Where an amount is taken from.
fn places(part: &mut Part) -> Vec<&mut Unit> {
    let goods = part.lines.iter_mut().flat_map(|line| {
        let shipped = usize::try_from(line.shipped).unwrap();
        line.units[..shipped].iter_mut()
    });
    let sent = part.sent.iter_mut().filter(|sent| sent.state == SentState::Moved).map(|sent| &mut sent.delivery);
    goods.chain(sent).collect()
}

impl Line {
    /// Gives whole units back, the first that are left.
    fn give_units(&mut self, units: i64) -> (i64, Cut) {
        let (mut cash, mut undone) = (0, Cut::default());
        let shipped = usize::try_from(self.shipped).unwrap();
        let left = self.units[..shipped].iter_mut().filter(|unit| !unit.over);
        for unit in left.take(usize::try_from(units).unwrap()) {
            let (back, cut) = unit.give_rest();
            cash += back;
            undone += cut;
        }
        self.refunded += units;
        (cash, undone)
    }
}

impl Model {
    /// Units and deliveries are paid back: how much the buyer gets.
    pub fn refund_units(
        &mut self,
        at: usize,
        index: usize,
        lines: &[(usize, i64)],
        sents: &[usize],
    ) -> Result<i64, &'static str> {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        if !part.may_refund(method) {
            return Err(NOT_NOW);
        }
        let too_many = |(line, units): &(usize, i64)| {
            let line = &part.lines[*line];
            *units > line.refundable() - line.spoken_for()
        };
        if lines.iter().any(too_many) {
            return Err(TOO_MANY);
        }
        if sents.iter().any(|sent| part.sent[*sent].state != SentState::Moved) {
            return Err("NOTHING_TO_REFUND");
        }
        let (mut cash, mut undone) = (0, Cut::default());
        for (line, units) in lines {
            let (back, cut) = part.lines[*line].give_units(*units);
            part.lines[*line].kept += units;
            cash += back;
            undone += cut;
        }
        for sent in sents {
            let (back, cut) = part.sent[*sent].delivery.give_rest();
            part.sent[*sent].state = SentState::Returned;
            cash += back;
            undone += cut;
        }
        self.gave_back(at, index, cash, undone);
        Ok(cash)
    }

    /// An amount is paid back, by the merchant or by the operator.
    pub fn refund_amount(&mut self, at: usize, index: usize, minor: i64, by_merchant: bool) -> Expected {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        if !part.may_refund(method) {
            return Err(NOT_NOW);
        }
        let mut places = places(part);
        let left: Vec<i64> = places.iter().map(|unit| unit.left()).collect();
        if minor > left.iter().sum() {
            return Err("EXCEEDS_REFUNDABLE");
        }
        let mut undone = Cut::default();
        for (unit, share) in places.iter_mut().zip(spread(minor, &left)) {
            if share > 0 {
                undone += unit.give(share, by_merchant);
            }
        }
        self.gave_back(at, index, minor, undone);
        Ok(())
    }

    fn gave_back(&mut self, at: usize, index: usize, cash: i64, mut undone: Cut) {
        let place = self.orders[at].method.place();
        let part = &mut self.orders[at].parts[index];
        let over = part.sum(Line::open) == 0 && part.sum(|line| line.refunded) == part.sum(|line| line.shipped);
        if self.refund_fee && over && part.fee_state == FeeState::Moved {
            part.fee_state = FeeState::Returned;
            undone += part.fee;
        }
        part.refunded += cash;
        let net = undone.net();
        let mut missing = net.max(0);
        for held in &mut part.holds {
            let share = missing.min(*held);
            *held -= share;
            missing -= share;
        }
        let from_pending = net.max(0) - missing;
        self.books.add_of(PENDING, part.shop, -from_pending);
        self.books.add_of(AVAILABLE, part.shop, from_pending - net);
        self.books.charged(&-undone);
        self.books.add(GOODWILL, cash - undone.cash);
        self.books.add(PROMOTION, -undone.discount);
        self.books.add(place, -cash);
    }

    /// A buyer wants to send units back.
    pub fn ask_back(&mut self, at: usize, index: usize, line: usize, units: i64) -> Expected {
        let part = &mut self.orders[at].parts[index];
        if part.sum(Line::returnable) == 0 {
            return Err(NOT_NOW);
        }
        if units > part.lines[line].returnable() {
            return Err(TOO_MANY);
        }
        part.lines[line].asked_back += units;
        Ok(())
    }

    /// The units came; those that are as they should be lie at `place` again.
    pub fn inspected(&mut self, at: usize, index: usize, which: usize, ok: i64, place: usize) {
        let part = &mut self.orders[at].parts[index];
        let Returned { line, .. } = part.returns[which];
        (part.returns[which].ok, part.returns[which].stage) = (ok, 3);
        self.stock.entry((part.lines[line].good, place)).or_default().on_hand += ok;
    }

    /// What came back is paid back, whatever its condition.
    pub fn refund_returned(&mut self, at: usize, index: usize, which: usize) -> i64 {
        let part = &mut self.orders[at].parts[index];
        let Returned { line, quantity, .. } = part.returns.remove(which);
        part.lines[line].settled_back += quantity;
        let (cash, undone) = part.lines[line].give_units(quantity);
        self.gave_back(at, index, cash, undone);
        cash
    }
}
