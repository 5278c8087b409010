//! What orders do to stock and books.

use super::books::{AVAILABLE, BANK, CARRIER, IN_PAYOUT, PENDING, RESERVE, UNAPPLIED};
use super::cut::{Cut, part_of, rate_of, spread};
use super::order::{FeeState, Line, Method, Parcel, Phase, SentState, State};
use super::{Expected, Model, Payout};

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
        let parts = &self.orders[at].parts;
        let lets = |part: &super::Part| match part.state() {
            State::Canceled | State::Staging | State::Waiting => true,
            State::ToShip => part.sum(|line| line.shipped) == 0,
            State::Shipped | State::Delivered | State::Closed => false,
        };
        if !parts.iter().any(|part| part.sum(Line::open) > 0) || !parts.iter().all(lets) {
            return Err(NOT_NOW);
        }
        self.give_up(at);
        Ok(())
    }

    fn give_up(&mut self, at: usize) {
        for index in 0..self.orders[at].parts.len() {
            self.take_out_open(at, index);
        }
        (self.orders[at].given_up, self.orders[at].unpaid) = (true, 0);
    }

    fn take_out_open(&mut self, at: usize, index: usize) {
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
            let mut missing = *units;
            for sent in part.sent.iter_mut().rev() {
                for row in sent.lines.iter_mut().filter(|row| row.0 == *line) {
                    let here = missing.min(row.1 - row.2 - row.3);
                    row.2 += here;
                    missing -= here;
                    self.stock.get_mut(&(of.good, sent.place)).unwrap().reserved -= here;
                }
            }
        }
        for sent in part.sent.iter_mut().filter(|sent| sent.state == SentState::Open) {
            if sent.lines.iter().all(|(_, ordered, canceled, _)| ordered == canceled) {
                sent.state = SentState::Canceled;
                cut += sent.delivery.cut;
            }
        }
        if method == Method::Cash || part.captured + part.captured_discount == 0 {
            return;
        }
        let left = part.captured - part.refunded;
        let (cash, discount) = if cut.cash <= left { (cut.cash, cut.discount) } else { (left, part.captured_discount) };
        part.refunded += cash;
        self.books.canceled(method.place(), cash, discount);
    }

    /// A parcel leaves: what it carries.
    pub fn ship(
        &mut self,
        at: usize,
        index: usize,
        sent: usize,
        lines: &[(usize, i64)],
    ) -> Result<Parcel, &'static str> {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        if part.state() != State::ToShip {
            return Err(NOT_NOW);
        }
        let from = &mut part.sent[sent];
        let fits = |(line, units): &(usize, i64)| {
            let row = from.lines.iter().find(|row| row.0 == *line).unwrap();
            *units <= row.1 - row.2 - row.3
        };
        if !lines.iter().all(fits) {
            return Err(TOO_MANY);
        }
        let mut cut = Cut::default();
        for (line, units) in lines {
            from.lines.iter_mut().find(|row| row.0 == *line).unwrap().3 += units;
            let of = &mut part.lines[*line];
            let begin = usize::try_from(of.shipped).unwrap();
            let taken = &of.units[begin..begin + usize::try_from(*units).unwrap()];
            cut = taken.iter().fold(cut, |sum, unit| sum + unit.cut);
            of.shipped += units;
            let stock = self.stock.get_mut(&(of.good, from.place)).unwrap();
            stock.on_hand -= units;
            stock.reserved -= units;
        }
        if from.state == SentState::Open {
            from.state = SentState::Moved;
            cut += from.delivery.cut;
        }
        if part.fee_state == FeeState::Open {
            part.fee_state = FeeState::Moved;
            cut += part.fee;
        }
        if method != Method::Cash {
            self.recognize(at, index, &cut);
        }
        Ok(Parcel {
            id: kernel::id::ShipmentId(uuid::Uuid::nil()),
            number: String::new(),
            lines: lines.to_vec(),
            cut,
            delivered: false,
        })
    }

    fn recognize(&mut self, at: usize, index: usize, cut: &Cut) {
        let part = &mut self.orders[at].parts[index];
        self.books.add(super::books::FUNDS, -(cut.cash + cut.discount));
        self.books.charged(cut);
        let net = cut.net();
        if net > 0 {
            part.holds.push(net);
            self.books.add_of(PENDING, part.shop, net);
        } else {
            self.books.add_of(AVAILABLE, part.shop, net);
        }
    }

    /// A parcel arrives; cash is collected at the door.
    pub fn deliver(&mut self, at: usize, index: usize, parcel: usize) {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        if part.parcels[parcel].delivered {
            return;
        }
        part.parcels[parcel].delivered = true;
        let Parcel { lines, cut, .. } = part.parcels[parcel].clone();
        for (line, units) in lines {
            part.lines[line].delivered += units;
        }
        if method == Method::Cash {
            part.captured += cut.cash;
            part.captured_discount += cut.discount;
            self.books.captured(CARRIER, cut.cash, cut.discount);
            self.recognize(at, index, &cut);
        }
    }

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
        for shop in 0..self.terms.len() {
            let kept = self.books.of(RESERVE, shop);
            self.books.add_of(RESERVE, shop, -kept);
            self.books.add_of(AVAILABLE, shop, kept);
        }
        for part in self.orders.iter_mut().flat_map(|order| &mut order.parts) {
            for held in part.holds.drain(..) {
                let kept = rate_of(held, self.terms[part.shop].reserve_ppm);
                self.books.add_of(PENDING, part.shop, -held);
                self.books.add_of(AVAILABLE, part.shop, held - kept);
                self.books.add_of(RESERVE, part.shop, kept);
            }
            part.closed |= part.state() == State::Delivered && part.returns.is_empty();
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
