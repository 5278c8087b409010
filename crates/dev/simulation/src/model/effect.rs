//! How orders are paid, decided and canceled.

use super::books::{BANK, BUYER_CREDIT, FUNDS, OWED, UNAPPLIED};
use super::cut::{Cut, part_of, spread};
use super::order::{Line, Method, Order, Owed, Phase, SentState, State, pay};
use super::{Expected, Model, Wanted};

const NOT_NOW: &str = "INVALID_TRANSITION";
const TOO_MANY: &str = "TOO_MANY_UNITS";

impl Model {
    /// What became of the payment once everybody was told.
    pub fn paid(&mut self, at: usize, works: bool) {
        if !works {
            return self.give_up(at);
        }
        let order = &mut self.orders[at];
        if order.method == Method::Transfer && order.total() > 0 {
            order.unpaid = order.total();
            return;
        }
        if order.method == Method::Wallet {
            for part in 0..self.orders[at].parts.len() {
                let due = self.orders[at].parts[part].due();
                self.capture(at, part, due, Method::Wallet.place());
            }
        }
        self.release(at);
    }

    /// A transfer for an order.
    pub fn transferred(&mut self, at: usize, minor: i64) {
        if self.orders[at].method == Method::Invoice {
            return self.paid_on_account(at, minor);
        }
        let applied = minor.min(self.orders[at].unpaid);
        self.books.add(BANK, minor - applied);
        self.books.add(UNAPPLIED, minor - applied);
        let parts = &self.orders[at].parts;
        let owed: Vec<i64> = parts.iter().map(|part| (part.due() - part.captured).max(0)).collect();
        for (part, share) in spread(applied, &owed).into_iter().enumerate() {
            if share > 0 {
                self.capture(at, part, share, BANK);
            }
        }
        self.orders[at].unpaid -= applied;
        if applied > 0 && self.orders[at].unpaid == 0 {
            self.release(at);
        }
    }

    /// Pays all that is owed for an order and its additions, what left first before all; the rest is the company's.
    fn paid_on_account(&mut self, at: usize, minor: i64) {
        let id = self.orders[at].id;
        let on_account = |order: &&mut Order| order.id == id && order.method == Method::Invoice;
        let mut owed: Vec<&mut Owed> =
            self.orders.iter_mut().filter(on_account).flat_map(|order| &mut order.owed).collect();
        owed.sort_by_key(|owed| owed.turn);
        let applied = pay(owed.into_iter(), minor);
        self.books.add(BANK, minor);
        self.books.add(OWED, -applied);
        self.books.add(BUYER_CREDIT, minor - applied);
    }

    /// Money that names no order.
    pub fn stray_transfer(&mut self, minor: i64) {
        self.books.add(BANK, minor);
        self.books.add(UNAPPLIED, minor);
    }

    fn capture(&mut self, at: usize, part: usize, cash: i64, place: &'static str) {
        let part = &mut self.orders[at].parts[part];
        let due = part.due();
        let before = part.captured_discount;
        let now = if due == 0 { before } else { part_of(part.discount(), (part.captured + cash).min(due), due) };
        part.captured += cash;
        part.captured_discount = now.max(before);
        self.books.captured(place, cash, now.max(before) - before);
    }

    /// What a coupon pays whole needs nobody else.
    fn capture_gift(&mut self, at: usize, part: usize) {
        let part = &mut self.orders[at].parts[part];
        let discount = part.discount() - part.captured_discount;
        if part.due() == 0 && discount > 0 {
            part.captured_discount += discount;
            self.books.captured(BANK, 0, discount);
        }
    }

    fn release(&mut self, at: usize) {
        let method = self.orders[at].method;
        for index in 0..self.orders[at].parts.len() {
            let part = &mut self.orders[at].parts[index];
            part.phase = Phase::Waiting;
            if matches!(method, Method::Wallet | Method::Transfer) {
                self.capture_gift(at, index);
            }
            if self.terms[self.orders[at].parts[index].shop].auto_accept {
                self.accepted(at, index);
            }
        }
    }

    fn accepted(&mut self, at: usize, index: usize) {
        self.orders[at].parts[index].phase = Phase::Accepted;
        if self.orders[at].method == Method::Card {
            let due = self.orders[at].parts[index].due();
            if due > 0 {
                self.capture(at, index, due, Method::Card.place());
            }
            self.capture_gift(at, index);
        }
    }

    /// A merchant accepts all lines but those that it refuses.
    pub fn decide(&mut self, at: usize, index: usize, refused: &[usize]) -> Expected {
        let part = &self.orders[at].parts[index];
        if part.state() != State::Waiting {
            return Err(NOT_NOW);
        }
        let lines: Vec<_> =
            refused.iter().map(|line| (*line, part.lines[*line].open())).filter(|(_, units)| *units > 0).collect();
        self.take_out(at, index, &lines);
        if self.orders[at].parts[index].sum(Line::open) > 0 {
            self.accepted(at, index);
        } else {
            self.orders[at].parts[index].phase = Phase::Gone;
        }
        Ok(())
    }

    /// Open units are canceled.
    pub fn cancel(&mut self, at: usize, index: usize, lines: &[(usize, i64)]) -> Expected {
        let part = &self.orders[at].parts[index];
        if !matches!(part.state(), State::Waiting | State::ToShip) || part.sum(Line::open) == 0 {
            return Err(NOT_NOW);
        }
        if lines.iter().any(|(line, units)| *units > part.lines[*line].open()) {
            return Err(TOO_MANY);
        }
        self.take_out(at, index, lines);
        Ok(())
    }

    /// The operator cancels a whole order.
    pub fn cancel_all(&mut self, at: usize) -> Expected {
        let all = self.together(at);
        let parts = all.iter().flat_map(|at| &self.orders[*at].parts);
        let lets = |part: &super::Part| match part.state() {
            State::Canceled | State::Undelivered | State::Staging | State::Waiting => true,
            State::ToShip => part.sum(|line| line.shipped) == 0,
            State::Shipped | State::Delivered | State::Closed => false,
        };
        if !parts.clone().any(|part| part.sum(Line::open) > 0) || !parts.clone().all(lets) {
            return Err(NOT_NOW);
        }
        all.into_iter().for_each(|at| self.give_up(at));
        Ok(())
    }

    /// Everything that was bought under the id of this, at once or later.
    pub fn together(&self, at: usize) -> Vec<usize> {
        (0..self.orders.len()).filter(|other| self.orders[*other].id == self.orders[at].id).collect()
    }

    /// Whether something of an order can still be changed: merchants have it, and not everything is at its end.
    pub fn can_be_edited(&self, at: usize) -> bool {
        let all = self.together(at);
        let released = self.orders[all[0]].parts.iter().any(|part| part.phase != Phase::Staging);
        let over = |part: &super::Part| matches!(part.state(), State::Canceled | State::Undelivered | State::Closed);
        released && !all.iter().flat_map(|at| &self.orders[*at].parts).all(over)
    }

    /// A line has so many units from now on: how many are to be added.
    pub fn resize(&mut self, at: usize, index: usize, line: usize, units: i64) -> Result<i64, &'static str> {
        let of = &self.orders[at].parts[index].lines[line];
        let kept = of.ordered - of.canceled;
        if units < of.shipped {
            return Err("OUT_OF_RANGE");
        }
        if units < kept {
            self.cancel(at, index, &[(line, kept - units)])?;
        }
        Ok((units - kept).max(0))
    }

    pub(super) fn give_up(&mut self, at: usize) {
        for index in 0..self.orders[at].parts.len() {
            self.take_out_open(at, index);
        }
        (self.orders[at].given_up, self.orders[at].unpaid) = (true, 0);
    }

    pub(super) fn take_out_open(&mut self, at: usize, index: usize) {
        let part = &self.orders[at].parts[index];
        let open = part.lines.iter().enumerate().map(|(line, of)| (line, of.open())).filter(|(_, units)| *units > 0);
        let open: Vec<_> = open.collect();
        self.take_out(at, index, &open);
    }

    fn take_out(&mut self, at: usize, index: usize, lines: &[(usize, i64)]) {
        if lines.is_empty() {
            return;
        }
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        let mut cut = Cut::default();
        for (line, units) in lines {
            let of = &mut part.lines[*line];
            let end = usize::try_from(of.ordered - of.canceled).unwrap();
            let taken = &of.units[end - usize::try_from(*units).unwrap()..end];
            cut = taken.iter().fold(cut, |sum, unit| sum + unit.cut);
            of.canceled += units;
            let (good, mut missing) = (of.good, *units);
            let places = part.sent.iter_mut().flat_map(|sent| sent.rows.iter_mut().map(|row| (sent.place, row)));
            let mut rows: Vec<_> = places.filter(|(_, row)| row.line == *line).collect();
            // What was planned last is taken out first.
            rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.id));
            for (place, row) in rows {
                let here = missing.min(row.open());
                row.canceled += here;
                missing -= here;
                self.stock.get_mut(&(good, place)).unwrap().reserved -= here;
            }
        }
        for sent in 0..part.sent.len() {
            // A delivery that nothing is left for is not paid.
            if part.sent[sent].state == SentState::Open && part.open_of_group(part.sent[sent].group) == 0 {
                part.sent[sent].state = SentState::Canceled;
                cut += part.sent[sent].delivery.cut;
            }
        }
        if matches!(method, Method::Cash | Method::Invoice) || part.captured + part.captured_discount == 0 {
            return;
        }
        let left = part.captured - part.refunded;
        let (cash, discount) = if cut.cash <= left { (cut.cash, cut.discount) } else { (left, part.captured_discount) };
        let back = self.undo(at, index, cash);
        self.orders[at].parts[index].refunded += cash;
        self.books.canceled(method.place(), back, discount);
        self.books.add(FUNDS, back - cash);
    }

    /// What of a refund the buyer gets from us. What a bank disputes is not paid back as well, unless it is undone.
    pub(super) fn pays_back(
        &mut self,
        at: usize,
        index: usize,
        wanted: &Wanted,
        cash: i64,
    ) -> Result<i64, &'static str> {
        if matches!(wanted, Wanted::Slots(..)) {
            return Ok(self.undo(at, index, cash));
        }
        let order = &self.orders[at];
        if cash > 0 && !order.disputes.is_empty() && cash > order.payable() {
            return Err("EXCEEDS_CAPTURED");
        }
        Ok(cash)
    }

    /// Does something whole or not at all.
    pub(super) fn whole<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, &'static str>,
    ) -> Result<T, &'static str> {
        let before = self.clone();
        let done = work(self);
        if done.is_err() {
            *self = before;
        }
        done
    }
}
