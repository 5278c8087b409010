//! Giving back.

use super::books::{AVAILABLE, GOODWILL, OWED, PENDING, PROMOTION};
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

/// What somebody wants back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Units of lines that the buyer keeps, and deliveries.
    Units(Vec<(usize, i64)>, Vec<usize>),
    /// Units of a line that came back.
    Back(usize, i64),
    /// These very units, and deliveries: line, the first and the one after the last.
    Slots(Vec<(usize, i64, i64)>, Vec<usize>),
    /// An amount, from the merchant or from the marketplace.
    Amount(i64, bool),
}

/// What waits until somebody else agrees.
#[derive(Debug, Clone)]
pub struct Wish {
    pub wanted: Wanted,
    pub cash: i64,
    /// What it is for.
    pub back: Option<Returned>,
}

impl Part {
    /// Gives back what is wanted: cash, and what is undone.
    pub(super) fn give(&mut self, wanted: &Wanted, refund_fee: bool) -> Result<(i64, Cut), &'static str> {
        let before = self.sum(|line| line.refunded);
        let (mut given, sents) = match wanted {
            Wanted::Units(lines, sents) => {
                let free = |line: usize| self.lines[line].refundable() - self.lines[line].spoken_for();
                if lines.iter().any(|(line, units)| *units > free(*line)) {
                    return Err(TOO_MANY);
                }
                (self.give_units(lines), sents.as_slice())
            }
            Wanted::Back(line, units) if *units > self.lines[*line].refundable() => return Err(TOO_MANY),
            Wanted::Back(line, units) => (self.lines[*line].give_units(*units), &[][..]),
            Wanted::Slots(units, sents) => (self.give_slots(units), sents.as_slice()),
            Wanted::Amount(minor, by_merchant) => ((*minor, self.give_amount(*minor, *by_merchant)?), &[][..]),
        };
        if sents.iter().any(|sent| self.sent[*sent].state != SentState::Moved) {
            return Err("NOTHING_TO_REFUND");
        }
        for sent in sents {
            let (back, cut) = self.sent[*sent].delivery.give_rest();
            self.sent[*sent].state = SentState::Returned;
            given = (given.0 + back, given.1 + cut);
        }
        if refund_fee {
            given.1 += self.give_fee();
        }
        // Units that cost nothing are given back all the same.
        let touched = given != (0, Cut::default()) || self.sum(|line| line.refunded) > before;
        if touched { Ok(given) } else { Err("NOTHING_TO_REFUND") }
    }

    fn give_units(&mut self, lines: &[(usize, i64)]) -> (i64, Cut) {
        let (mut cash, mut undone) = (0, Cut::default());
        for (line, units) in lines {
            let (back, cut) = self.lines[*line].give_units(*units);
            self.lines[*line].kept += units;
            cash += back;
            undone += cut;
        }
        (cash, undone)
    }

    /// These units, as far as they were not given back.
    pub(super) fn give_slots(&mut self, units: &[(usize, i64, i64)]) -> (i64, Cut) {
        let (mut cash, mut undone) = (0, Cut::default());
        for (line, from, to) in units {
            let of = &mut self.lines[*line];
            let range = usize::try_from(*from).unwrap()..usize::try_from(*to).unwrap();
            for unit in of.units[range].iter_mut().filter(|unit| !unit.over) {
                let (back, cut) = unit.give_rest();
                cash += back;
                undone += cut;
                of.refunded += 1;
            }
        }
        (cash, undone)
    }

    fn give_amount(&mut self, minor: i64, by_merchant: bool) -> Result<Cut, &'static str> {
        let mut places = places(self);
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
        Ok(undone)
    }

    /// The fee goes back once nothing is left that it was for.
    fn give_fee(&mut self) -> Cut {
        let over = self.sum(Line::open) == 0 && self.sum(Line::refundable) == 0;
        if !over || self.fee_state != FeeState::Moved {
            return Cut::default();
        }
        self.fee_state = FeeState::Returned;
        self.fee
    }
}

impl Model {
    /// Somebody asks for a refund.
    pub fn refund(&mut self, at: usize, index: usize, wanted: Wanted) -> Expected {
        let order = &self.orders[at];
        if !order.parts[index].may_refund(order.method) {
            return Err(NOT_NOW);
        }
        self.refund_now(at, index, wanted, None)
    }

    /// Pays back, or waits until somebody agrees.
    pub(super) fn refund_now(&mut self, at: usize, index: usize, wanted: Wanted, back: Option<Returned>) -> Expected {
        let mut part = self.orders[at].parts[index].clone();
        let (cash, undone) = part.give(&wanted, self.refund_fee)?;
        if self.agree_above.is_some_and(|limit| cash > limit) {
            self.orders[at].parts[index].wishes.push(Wish { wanted, cash, back });
            return Ok(());
        }
        let back = self.pays_back(at, index, &wanted, cash)?;
        self.orders[at].parts[index] = part;
        self.gave_back(at, index, (cash, back), undone);
        Ok(())
    }

    /// Somebody else agrees to a refund, or does not.
    pub fn decide_wish(&mut self, at: usize, index: usize, which: usize, agrees: bool) -> Expected {
        let mut part = self.orders[at].parts[index].clone();
        let Wish { wanted, cash, back } = part.wishes.remove(which);
        if agrees {
            let (now, undone) = part.give(&wanted, self.refund_fee)?;
            if now != cash {
                return Err("REQUEST_OUTDATED");
            }
            let back = self.pays_back(at, index, &wanted, cash)?;
            self.orders[at].parts[index] = part;
            self.gave_back(at, index, (cash, back), undone);
        } else {
            // What came back can be decided anew.
            if let Some(back) = back {
                part.lines[back.line].settled_back -= back.quantity;
                part.returns.push(back);
            }
            self.orders[at].parts[index] = part;
        }
        Ok(())
    }

    /// Money goes back to the buyer, `back` of it from us, and what was earned of it is undone.
    fn gave_back(&mut self, at: usize, index: usize, (cash, back): (i64, i64), undone: Cut) {
        let place = self.orders[at].method.place();
        let part = &mut self.orders[at].parts[index];
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
        // On account less is owed, and what was paid goes back.
        let credited = self.orders[at].owe_less(index, cash);
        self.books.add(OWED, -credited);
        self.books.add(place, credited - back);
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
    pub fn refund_returned(&mut self, at: usize, index: usize, which: usize) -> Expected {
        self.whole(|model| {
            let part = &mut model.orders[at].parts[index];
            let back = part.returns.remove(which);
            let wanted = Wanted::Back(back.line, back.quantity);
            let line = back.line;
            model.refund_now(at, index, wanted, Some(back.clone()))?;
            model.orders[at].parts[index].lines[line].settled_back += back.quantity;
            Ok(())
        })
    }
}
