//! Parcels: how they leave, how they end, and from where they are sent.

use kernel::id::{FulfillmentOrderId, ShipmentId};
use uuid::Uuid;

use super::books::{AVAILABLE, CARRIER, FUNDS, OWED, PENDING};
use super::cut::{Cut, Unit};
use super::order::{FeeState, Method, Owed, Parcel, Part, Row, Sent, SentState, State, Way};
use super::{Expected, Model, Wanted};

const NOT_NOW: &str = "INVALID_TRANSITION";
const TOO_MANY: &str = "TOO_MANY_UNITS";

impl Part {
    /// Whether what a place sends may be planned otherwise.
    fn plans(&self, sent: usize) -> bool {
        let state = matches!(self.state(), State::Waiting | State::ToShip);
        state && self.sent[sent].sum(Row::open) > 0 && !self.sent[sent].held
    }
}

impl Model {
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
        if part.state() != State::ToShip || part.sent[sent].held {
            return Err(NOT_NOW);
        }
        let from = &mut part.sent[sent];
        let fits = |(line, units): &(usize, i64)| {
            let row = from.rows.iter().find(|row| row.line == *line).unwrap();
            *units <= row.open()
        };
        if !lines.iter().all(fits) {
            return Err(TOO_MANY);
        }
        let (mut cut, mut units_of) = (Cut::default(), Vec::new());
        for (line, units) in lines {
            from.rows.iter_mut().find(|row| row.line == *line).unwrap().shipped += units;
            let of = &mut part.lines[*line];
            units_of.push((*line, of.shipped, of.shipped + units));
            let begin = usize::try_from(of.shipped).unwrap();
            let taken = &of.units[begin..begin + usize::try_from(*units).unwrap()];
            cut = taken.iter().fold(cut, |sum, unit| sum + unit.cut);
            of.shipped += units;
            let stock = self.stock.get_mut(&(of.good, from.place)).unwrap();
            stock.on_hand -= units;
            stock.reserved -= units;
        }
        let group = part.sent[sent].group;
        let mut carried = Vec::new();
        for (at, of) in part.sent.iter_mut().enumerate() {
            if of.group == group && of.state == SentState::Open {
                of.state = SentState::Moved;
                cut += of.delivery.cut;
                carried.push(at);
            }
        }
        let with_fee = part.fee_state == FeeState::Open;
        if with_fee {
            part.fee_state = FeeState::Moved;
            cut += part.fee;
        }
        if method == Method::Invoice {
            part.captured += cut.cash;
            part.captured_discount += cut.discount;
            self.books.captured(OWED, cut.cash, cut.discount);
            if cut.cash > 0 {
                self.turn += 1;
                self.orders[at].owed.push(Owed { part: index, minor: cut.cash, turn: self.turn });
            }
        }
        if method != Method::Cash {
            self.recognize(at, index, &cut);
        }
        let (id, number) = (ShipmentId(Uuid::nil()), String::new());
        Ok(Parcel { id, number, sent, units: units_of, carried, with_fee, cut, way: Way::Going })
    }

    fn recognize(&mut self, at: usize, index: usize, cut: &Cut) {
        let part = &mut self.orders[at].parts[index];
        self.books.add(FUNDS, -(cut.cash + cut.discount));
        self.books.charged(cut);
        let net = cut.net();
        if net > 0 {
            part.holds.push(net);
            self.books.add_of(PENDING, part.shop, net);
        } else {
            self.books.add_of(AVAILABLE, part.shop, net);
        }
    }

    /// A parcel arrives, also one that was taken for lost; cash is collected at the door.
    pub fn deliver(&mut self, at: usize, index: usize, parcel: usize) -> Expected {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        let Parcel { units, cut, way, .. } = part.parcels[parcel].clone();
        match way {
            Way::Delivered => return Ok(()),
            Way::Lost if method != Method::Cash => {}
            Way::Lost | Way::Returned => return Err(NOT_NOW),
            Way::Going => {}
        }
        part.parcels[parcel].way = Way::Delivered;
        for (line, from, to) in units {
            part.lines[line].delivered += to - from;
            part.lines[line].lost -= if way == Way::Lost { to - from } else { 0 };
        }
        if method == Method::Cash {
            part.captured += cut.cash;
            part.captured_discount += cut.discount;
            self.books.captured(CARRIER, cut.cash, cut.discount);
            self.recognize(at, index, &cut);
        }
        Ok(())
    }

    /// A parcel is lost, or comes back to its sender: its very units are paid back, with the delivery when the parcel
    /// was all of it. What was to be paid at the door is forgotten.
    pub fn parcel_ends(&mut self, at: usize, index: usize, parcel: usize, lost: bool, restock: bool) -> Expected {
        if self.orders[at].parts[index].parcels[parcel].way != Way::Going {
            return Err(NOT_NOW);
        }
        self.whole(|model| model.ended(at, index, parcel, lost, restock))
    }

    fn ended(&mut self, at: usize, index: usize, parcel: usize, lost: bool, restock: bool) -> Expected {
        let method = self.orders[at].method;
        let part = &mut self.orders[at].parts[index];
        part.parcels[parcel].way = if lost { Way::Lost } else { Way::Returned };
        let Parcel { units, sent, carried, with_fee, .. } = part.parcels[parcel].clone();
        for (line, from, to) in &units {
            let of = &mut part.lines[*line];
            *(if lost { &mut of.lost } else { &mut of.bounced }) += to - from;
            if restock && !lost {
                self.stock.get_mut(&(of.good, part.sent[sent].place)).unwrap().on_hand += to - from;
            }
        }
        if method == Method::Cash {
            let refunded: Vec<i64> = part.lines.iter().map(|line| line.refunded).collect();
            part.give_slots(&units);
            // Nothing was paid, so nothing was paid back.
            for (line, refunded) in part.lines.iter_mut().zip(refunded) {
                line.refunded = refunded;
            }
            if carried.iter().any(|sent| part.sent[*sent].delivery.cut.cash > 0) {
                for sent in carried {
                    part.sent[sent].delivery.give_rest();
                    part.sent[sent].state = SentState::Returned;
                }
            }
            if with_fee {
                part.fee_state = FeeState::Returned;
            }
            return Ok(());
        }
        let group = part.sent[sent].group;
        let of_group = part.sent.iter().filter(|of| of.group == group);
        let kept: i64 = of_group.map(|of| of.sum(|row| row.ordered - row.canceled)).sum();
        // Nothing of it arrives, whichever parcel it was in.
        let ended = part.parcels.iter().filter(|of| matches!(of.way, Way::Lost | Way::Returned));
        let ended = ended.filter(|of| part.sent[of.sent].group == group).flat_map(|of| &of.units);
        let mut sents = Vec::new();
        if kept == ended.map(|(_, from, to)| to - from).sum::<i64>() {
            let moved = |at: &usize| part.sent[*at].group == group && part.sent[*at].state == SentState::Moved;
            sents = (0..part.sent.len()).filter(moved).collect();
        }
        match self.refund_now(at, index, Wanted::Slots(units, sents), None) {
            Err("NOTHING_TO_REFUND") => Ok(()),
            other => other,
        }
    }

    /// What a place sends is kept from leaving, or let go again.
    pub fn hold(&mut self, at: usize, index: usize, sent: usize, held: bool) -> Expected {
        let part = &mut self.orders[at].parts[index];
        let now = part.sent[sent].held;
        part.sent[sent].held = false;
        let plans = part.plans(sent);
        part.sent[sent].held = now;
        if !plans || now == held {
            return Err(NOT_NOW);
        }
        part.sent[sent].held = held;
        Ok(())
    }

    /// It is sent from the merchant's other place.
    pub fn moves(&mut self, at: usize, index: usize, sent: usize, to: usize) -> Expected {
        let part = &self.orders[at].parts[index];
        if !part.plans(sent) || part.sent[sent].sum(|row| row.shipped) > 0 {
            return Err(NOT_NOW);
        }
        let from = part.sent[sent].place;
        if from == to {
            return Err("UNCHANGED");
        }
        self.whole(|model| {
            let part = &mut model.orders[at].parts[index];
            part.sent[sent].place = to;
            for row in part.sent[sent].rows.clone() {
                let good = part.lines[row.line].good;
                model.stock.get_mut(&(good, from)).unwrap().reserved -= row.open();
                let there = model.stock.get_mut(&(good, to)).unwrap();
                there.reserved += row.open();
                if row.open() > 0 && there.free() < 0 {
                    return Err("OUT_OF_STOCK");
                }
            }
            Ok(())
        })
    }

    /// Some of it is sent by itself. What is new has no ids yet.
    pub fn splits(&mut self, at: usize, index: usize, sent: usize, lines: &[(usize, i64)]) -> Expected {
        let part = &mut self.orders[at].parts[index];
        if !part.plans(sent) {
            return Err(NOT_NOW);
        }
        let open = |line: usize| part.sent[sent].rows.iter().find(|row| row.line == line).unwrap().open();
        let taken: i64 = lines.iter().map(|(_, units)| units).sum();
        if lines.iter().any(|(line, units)| *units > open(*line)) || taken >= part.sent[sent].sum(Row::open) {
            return Err(TOO_MANY);
        }
        let mut rows = Vec::new();
        for (line, units) in lines {
            let row = part.sent[sent].rows.iter_mut().find(|row| row.line == *line).unwrap();
            row.ordered -= units;
            rows.push(Row { ordered: *units, canceled: 0, shipped: 0, ..*row });
        }
        let Sent { place, group, .. } = part.sent[sent];
        let id = FulfillmentOrderId(Uuid::nil());
        part.sent.push(Sent { id, place, rows, group, held: false, delivery: Unit::default(), state: SentState::Open });
        Ok(())
    }

    /// All of it is sent with another one, for the price of both.
    pub fn merges(&mut self, at: usize, index: usize, sent: usize, into: usize) -> Expected {
        let part = &mut self.orders[at].parts[index];
        if !part.plans(sent) || part.sent[sent].sum(|row| row.shipped) > 0 || !part.plans(into) {
            return Err(NOT_NOW);
        }
        if sent == into || part.sent[sent].place != part.sent[into].place {
            return Err("NOT_MERGEABLE");
        }
        let (from, to) = (part.sent[sent].group, part.sent[into].group);
        for row in part.sent[sent].rows.clone().into_iter().filter(|row| row.ordered > 0) {
            match part.sent[into].rows.iter_mut().find(|known| known.line == row.line) {
                Some(known) => {
                    known.ordered += row.ordered;
                    known.canceled += row.canceled;
                }
                None => part.sent[into].rows.push(row),
            }
        }
        for row in &mut part.sent[sent].rows {
            (row.ordered, row.canceled) = (0, 0);
        }
        for of in part.sent.iter_mut().filter(|of| of.group == from) {
            of.group = to;
        }
        Ok(())
    }
}
