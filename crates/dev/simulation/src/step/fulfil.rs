//! Merchants, the carrier, and whoever cancels.

use chrono::Duration;
use kernel::Clock as _;
use orders::command::{CancelOrder, CancelUnits, Decide, Decision, Deliver, LineDecision, ParcelEnded, Ship};
use orders::event::LineUnits;
use orders::model::status::CancelReason;
use orders::model::tracking::Scan;

use super::{Again, STALE};
use crate::model::{Expected, Line, Parcel, Part, Row, State, Way};
use crate::simulation::Simulation;

/// Ways of a parcel, in the carrier's words.
const WORDS: [&str; 2] = ["in_transit", "out_for_delivery"];

pub(super) fn units(part: &Part, lines: &[(usize, i64)]) -> Vec<LineUnits> {
    lines.iter().map(|(line, quantity)| LineUnits { line: part.lines[*line].id, quantity: *quantity }).collect()
}

impl Simulation {
    /// Some lines with some units each, at most `most` of it; now and then one more.
    pub(super) fn some_units(&mut self, most: &[(usize, i64)]) -> Vec<(usize, i64)> {
        let mut lines = Vec::new();
        for (line, most) in most {
            if *most > 0 && !self.chance.one_in(3) {
                lines.push((*line, self.chance.between(1, *most)));
            }
        }
        if lines.is_empty() {
            let (line, most) = self.chance.pick(most);
            lines.push((line, most.max(1)));
        }
        if self.chance.one_in(12) {
            lines[0].1 = most.iter().find(|(line, _)| *line == lines[0].0).map_or(1, |(_, most)| most + 1);
        }
        lines
    }

    pub(super) async fn decide(&mut self) {
        let Some((at, index)) = self.a_part(|_, part| part.state() == State::Waiting) else { return };
        let shown = self.shown(at, index).await;
        let part = self.model.orders[at].parts[index].clone();
        let refused: Vec<usize> = if self.chance.one_in(4) {
            (0..part.lines.len()).filter(|_| self.chance.one_in(2)).collect()
        } else {
            Vec::new()
        };
        let decision = if refused.is_empty() {
            Decision::AcceptAll
        } else {
            let decide = |(at, line): (usize, &Line)| {
                let (accept, reason) = (!refused.contains(&at), Some(CancelReason::OutOfStock));
                LineDecision { line: line.id, accept, reason }
            };
            Decision::Lines(part.lines.iter().enumerate().map(decide).collect())
        };
        let expected = self.model.decide(at, index, &refused);
        let staff = self.shops[part.shop].staff.clone();
        let expected_version = Some(shown.merchant_order.version);
        let input = Decide { merchant_order: part.id, expected_version, decision };
        let what = format!("decide {at}.{index}, refuse {refused:?}");
        self.ask(what, expected, STALE, || orders::command::decide(&staff, input.clone())).await;
    }

    pub(super) async fn ship(&mut self) {
        let Some((at, index)) = self.a_part(|_, part| part.state() == State::ToShip) else { return };
        let shown = self.shown(at, index).await;
        let part = self.model.orders[at].parts[index].clone();
        let sent = self.a_sent(&part);
        let from = &part.sent[sent];
        let most: Vec<_> = from.rows.iter().map(|row| (row.line, row.open())).collect();
        let lines = self.some_units(&most);
        let made = self.model.ship(at, index, sent, &lines);
        self.keys += 1;
        let number = format!("0034043{:08}", self.keys);
        let found = shown.fulfillments.iter().find(|found| found.fulfillment_order.id == from.id).unwrap();
        let input = Ship {
            fulfillment_order: from.id,
            expected_version: Some(found.fulfillment_order.version),
            lines: units(&part, &lines),
            carrier: Some("dhl".to_owned()),
            tracking_number: Some(number.clone()),
            tracking_url: None,
        };
        let staff = self.shops[part.shop].staff.clone();
        let expected = made.as_ref().map(drop).map_err(|code| *code);
        let what = format!("ship {lines:?} of {at}.{index}.{sent}");
        self.ask(what, expected, STALE, || orders::command::ship(&staff, input.clone())).await;
        if let Ok(mut parcel) = made {
            let shown = self.shown(at, index).await;
            let known = &mut self.model.orders[at].parts[index].parcels;
            assert_eq!(shown.shipments.len(), known.len() + 1, "one parcel more");
            let new = shown.shipments.iter().find(|new| known.iter().all(|parcel| parcel.id != new.shipment.id));
            (parcel.id, parcel.number) = (new.unwrap().shipment.id, number);
            known.push(parcel);
        }
    }

    /// Something that a place sends, mostly of which something is left.
    pub(super) fn a_sent(&mut self, part: &Part) -> usize {
        let open: Vec<usize> = (0..part.sent.len()).filter(|at| part.sent[*at].sum(Row::open) > 0).collect();
        if open.is_empty() || self.chance.one_in(12) {
            self.chance.index(part.sent.len())
        } else {
            self.chance.pick(&open)
        }
    }

    pub(super) async fn deliver(&mut self) {
        let Some((at, index, parcel)) = self.a_parcel() else { return };
        let part = self.model.orders[at].parts[index].clone();
        let what = format!("deliver {at}.{index}.{parcel}");
        let expected = self.model.deliver(at, index, parcel);
        if self.chance.one_in(2) {
            let staff = self.shops[part.shop].staff.clone();
            let input = Deliver { shipment: part.parcels[parcel].id, delivered_at: None, proof: None };
            self.ask(what, expected, Again::Same, || orders::command::deliver(&staff, input.clone())).await;
        } else {
            // What does not fit any more is kept, and nothing comes of it.
            self.carrier_tells(what, &part.parcels[parcel].number, "delivered", Ok(())).await;
        }
    }

    /// A parcel is lost or comes back, as the merchant says or the carrier.
    pub(super) async fn parcel_ends(&mut self) {
        let Some((at, index, parcel)) = self.a_parcel() else { return };
        let part = self.model.orders[at].parts[index].clone();
        let lost = self.chance.one_in(2);
        let what = format!("{at}.{index}.{parcel} does not arrive, lost: {lost}");
        if self.chance.one_in(2) {
            let restock = self.chance.one_in(2);
            let expected = self.model.parcel_ends(at, index, parcel, lost, restock);
            let staff = self.shops[part.shop].staff.clone();
            let input = ParcelEnded { shipment: part.parcels[parcel].id, lost, restock, note: None };
            let make = || orders::command::parcel_ended(&staff, input.clone());
            self.ask(what, expected, Again::Refused("INVALID_TRANSITION"), make).await;
        } else {
            let told = self.model.parcel_ends(at, index, parcel, lost, true);
            let expected = if told == Err("INVALID_TRANSITION") { Ok(()) } else { told };
            let word = if lost { "lost" } else { "returned_to_sender" };
            self.carrier_tells(what, &part.parcels[parcel].number, word, expected).await;
        }
    }

    async fn carrier_tells(&mut self, what: String, number: &str, last: &'static str, expected: Expected) {
        let scans = self.scans(number, last);
        let ctx = context::Ctx::system(self.world.clone(), "carrier");
        let make = || orders::command::tracking_events(&ctx, "dhl", &scans);
        self.ask(format!("{what}, by the carrier"), expected, Again::Same, make).await;
    }

    /// A parcel, mostly one on its way.
    fn a_parcel(&mut self) -> Option<(usize, usize, usize)> {
        let going = |parcel: &Parcel| parcel.way == Way::Going;
        let (at, index) = self.a_part(|_, part| part.parcels.iter().any(going))?;
        let part = &self.model.orders[at].parts[index];
        let all: Vec<usize> = (0..part.parcels.len()).collect();
        let open: Vec<usize> = all.iter().copied().filter(|at| going(&part.parcels[*at])).collect();
        let from = if open.is_empty() || self.chance.one_in(8) { all } else { open };
        if from.is_empty() { None } else { Some((at, index, self.chance.pick(&from))) }
    }

    /// What the carrier tells of a parcel, in any order and some of it twice.
    fn scans(&mut self, number: &str, last: &'static str) -> Vec<Scan> {
        let now = self.clock.now();
        let scan = |(at, word): (i32, &str)| Scan {
            tracking_number: number.to_owned(),
            code: word.to_owned(),
            occurred_at: now - Duration::seconds(10 - i64::from(at)),
            text: None,
            received_by: None,
        };
        let mut scans: Vec<Scan> = (0..).zip([WORDS[0], WORDS[1], last]).map(scan).collect();
        if self.chance.one_in(2) {
            scans.push(scans[2].clone());
        }
        self.chance.shuffle(&mut scans);
        scans
    }

    pub(super) async fn cancel(&mut self) {
        let may = |part: &Part| matches!(part.state(), State::Waiting | State::ToShip);
        let Some((at, index)) = self.a_part(|_, part| may(part)) else { return };
        let shown = self.shown(at, index).await;
        let part = self.model.orders[at].parts[index].clone();
        let most: Vec<_> = part.lines.iter().enumerate().map(|(at, line)| (at, line.open())).collect();
        let lines = self.some_units(&most);
        let expected = self.model.cancel(at, index, &lines);
        let input = CancelUnits {
            merchant_order: part.id,
            expected_version: Some(shown.merchant_order.version),
            lines: units(&part, &lines),
            reason: CancelReason::OutOfStock,
            note: None,
        };
        let staff = self.shops[part.shop].staff.clone();
        let what = format!("cancel {lines:?} of {at}.{index}");
        self.ask(what, expected, STALE, || orders::command::cancel_units(&staff, input.clone())).await;
    }

    pub(super) async fn cancel_all(&mut self) {
        let Some((at, _)) = self.a_part(|_, part| matches!(part.state(), State::Staging | State::Waiting)) else {
            return;
        };
        let expected = self.model.cancel_all(at);
        let order = self.model.orders[at].id;
        let input = CancelOrder { order, reason: CancelReason::BuyerRequest, note: None };
        let ctx = self.operator();
        let make = || orders::command::cancel_order(&ctx, input.clone());
        self.ask(format!("cancel all of {at}"), expected, Again::Refused("INVALID_TRANSITION"), make).await;
    }
}
