//! Merchants, the carrier, and whoever cancels.

use chrono::Duration;
use kernel::Clock as _;
use orders::command::{CancelOrder, CancelUnits, Decide, Decision, Deliver, LineDecision, Ship};
use orders::event::LineUnits;
use orders::model::status::CancelReason;
use orders::model::tracking::Scan;

use super::{Again, STALE};
use crate::model::{Line, Part, State};
use crate::simulation::Simulation;

/// Ways of a parcel, in the carrier's words.
const WORDS: [&str; 3] = ["in_transit", "out_for_delivery", "delivered"];

fn units(part: &Part, lines: &[(usize, i64)]) -> Vec<LineUnits> {
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
        let opens = |of: &crate::model::Sent| of.lines.iter().any(|row| row.1 > row.2 + row.3);
        let open: Vec<usize> = (0..part.sent.len()).filter(|at| opens(&part.sent[*at])).collect();
        let sent = if open.is_empty() { 0 } else { self.chance.pick(&open) };
        let from = &part.sent[sent];
        let most: Vec<_> = from.lines.iter().map(|row| (row.0, row.1 - row.2 - row.3)).collect();
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

    pub(super) async fn deliver(&mut self) {
        let waits = |part: &Part| part.parcels.iter().any(|parcel| !parcel.delivered);
        let Some((at, index)) = self.a_part(|_, part| waits(part)) else { return };
        let part = self.model.orders[at].parts[index].clone();
        let open: Vec<usize> = (0..part.parcels.len()).filter(|at| !part.parcels[*at].delivered).collect();
        let all: Vec<usize> = (0..part.parcels.len()).collect();
        let Some(from) = [open, all].into_iter().find(|from| !from.is_empty()) else { return };
        let parcel = self.chance.pick(&from);
        self.model.deliver(at, index, parcel);
        let what = format!("deliver {at}.{index}.{parcel}");
        if self.chance.one_in(2) {
            let staff = self.shops[part.shop].staff.clone();
            let input = Deliver { shipment: part.parcels[parcel].id, delivered_at: None, proof: None };
            self.ask(what, Ok(()), Again::Same, || orders::command::deliver(&staff, input.clone())).await;
        } else {
            let scans = self.scans(&part.parcels[parcel].number);
            let ctx = context::Ctx::system(self.world.clone(), "carrier");
            let make = || orders::command::tracking_events(&ctx, "dhl", &scans);
            self.ask(format!("{what} by the carrier"), Ok(()), Again::Same, make).await;
        }
    }

    /// What the carrier tells of a parcel, in any order and some of it twice.
    fn scans(&mut self, number: &str) -> Vec<Scan> {
        let now = self.clock.now();
        let scan = |(at, word): (i32, &str)| Scan {
            tracking_number: number.to_owned(),
            code: word.to_owned(),
            occurred_at: now - Duration::seconds(10 - i64::from(at)),
            text: None,
            received_by: None,
        };
        let mut scans: Vec<Scan> = (0..).zip(WORDS).map(scan).collect();
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
