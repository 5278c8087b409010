//! From where things are sent, decided anew.

use orders::command::{
    OfFulfillment, fulfillment_hold, fulfillment_merge, fulfillment_move, fulfillment_release, fulfillment_split,
};

use super::STALE;
use super::fulfil::units;
use crate::model::{Part, Row, State};
use crate::simulation::Simulation;

impl Simulation {
    pub(super) async fn replan(&mut self) {
        let plans = |part: &Part| matches!(part.state(), State::Waiting | State::ToShip);
        let Some((at, index)) = self.a_part(|_, part| plans(part)) else { return };
        let part = self.model.orders[at].parts[index].clone();
        let sent = self.a_sent(&part);
        let shown = self.shown(at, index).await;
        let row = shown.fulfillments.iter().find(|found| found.fulfillment_order.id == part.sent[sent].id).unwrap();
        let of = OfFulfillment { id: part.sent[sent].id, expected_version: Some(row.fulfillment_order.version) };
        let ctx = self.shops[part.shop].staff.clone();
        let name = format!("{at}.{index}.{sent}");
        let together = |of: usize| part.sent.iter().filter(|other| other.place == part.sent[of].place).count() > 1;
        let merges = together(sent) && self.chance.one_in(2);
        match if merges { 5 } else { self.chance.between(0, 5) } {
            0 | 1 => {
                // What is held is mostly let go again.
                let hold = part.sent[sent].held == self.chance.one_in(6);
                let expected = self.model.hold(at, index, sent, hold);
                if hold {
                    let make = || fulfillment_hold(&ctx, of, "the labels are out");
                    self.ask(format!("hold {name}"), expected, STALE, make).await;
                } else {
                    self.ask(format!("let {name} go"), expected, STALE, || fulfillment_release(&ctx, of)).await;
                }
            }
            2 => {
                let elsewhere = 1 - part.sent[sent].place;
                let to = if self.chance.one_in(8) { part.sent[sent].place } else { elsewhere };
                let expected = self.model.moves(at, index, sent, to);
                let place = self.shops[part.shop].places[to];
                let make = || fulfillment_move(&ctx, of, place);
                self.ask(format!("move {name} to place {to}"), expected, STALE, make).await;
            }
            3 | 4 => {
                let most: Vec<_> = part.sent[sent].rows.iter().map(|row| (row.line, row.open())).collect();
                let lines = self.some_units(&most);
                let expected = self.model.splits(at, index, sent, &lines);
                let wanted = units(&part, &lines);
                let make = || fulfillment_split(&ctx, of, &wanted);
                self.ask(format!("split {lines:?} of {name}"), expected, STALE, make).await;
            }
            _ => {
                let same = |other: &usize| part.sent[*other].place == part.sent[sent].place && *other != sent;
                let fits: Vec<usize> = (0..part.sent.len()).filter(same).collect();
                let into = if fits.is_empty() || self.chance.one_in(8) {
                    self.chance.index(part.sent.len())
                } else {
                    self.chance.pick(&fits)
                };
                let expected = self.model.merges(at, index, sent, into);
                let id = part.sent[into].id;
                let make = || fulfillment_merge(&ctx, of, id);
                self.ask(format!("merge {name} into {into}"), expected, STALE, make).await;
            }
        }
        self.name_rows(at, index).await;
    }

    /// What is new in the model takes the ids of the product.
    async fn name_rows(&mut self, at: usize, index: usize) {
        let shown = self.shown(at, index).await;
        let part = &mut self.model.orders[at].parts[index];
        assert_eq!(shown.fulfillments.len(), part.sent.len(), "fulfillment orders of {at}.{index}");
        for (of, found) in part.sent.iter_mut().zip(&shown.fulfillments) {
            of.id = found.fulfillment_order.id;
            for row in &mut of.rows {
                let line = part.lines[row.line].id;
                let found = found.lines.iter().find(|found| found.order_line_id == line);
                *row = Row { id: found.unwrap().id, ..*row };
            }
        }
    }
}
