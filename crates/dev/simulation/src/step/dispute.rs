//! Banks that take money back, and buyers to whom something is wrong.

use kernel::Money;
use kernel::id::DisputeId;
use orders::command::{CloseIncident, OpenIncident};
use orders::model::status::IncidentReason;
use payments::{OpenDispute, ResolveDispute};

use super::Again;
use crate::market::EUR;
use crate::model::{Dispute, Line, Method, Order, Part};
use crate::simulation::Simulation;

/// Whether a bank may dispute something of it.
fn disputable(order: &Order) -> bool {
    matches!(order.method, Method::Card | Method::Wallet) && order.payable() > 0
}

impl Simulation {
    pub(super) async fn dispute(&mut self) {
        let open = |order: &Order| order.disputes.iter().any(|dispute| dispute.won.is_none());
        let known: Vec<usize> = (0..self.model.orders.len()).filter(|at| open(&self.model.orders[*at])).collect();
        if !known.is_empty() && self.chance.one_in(2) {
            let at = self.chance.pick(&known);
            return self.bank_decides(at).await;
        }
        // Now and then before anything left.
        let early = self.chance.one_in(3);
        let sent = |part: &Part| early || part.sum(|line: &Line| line.shipped) > 0;
        let Some((at, index)) = self.a_part(|order, part| disputable(order) && sent(part)) else { return };
        let order = self.model.orders[at].clone();
        // What costs nothing has no payment worth the name.
        if order.total() == 0 {
            return;
        }
        let part = self.chance.one_in(2).then_some(index);
        let most = match part {
            Some(part) => order.parts[part].captured - order.parts[part].refunded,
            None => order.payable(),
        };
        let minor = match self.chance.between(0, 9) {
            0 => order.payable() + 1,
            1..=4 => self.chance.between(1, most.max(1)),
            _ => most.max(1),
        };
        let fee = self.chance.pick(&[0, 1_500, 2_000]);
        let reference = self.key();
        let made = Dispute {
            id: DisputeId(uuid::Uuid::nil()),
            part,
            minor,
            fee,
            won: None,
            frozen: Vec::new(),
            covered: 0,
            borne: 0,
        };
        let expected = self.model.dispute_opened(at, made);
        let ctx = self.operator();
        let payment_id = self.shown(at, index).await.merchant_order.payment_id;
        let input = OpenDispute {
            payment_id,
            merchant_order_id: part.map(|part| order.parts[part].id),
            reference,
            amount: Money::new(minor, EUR),
            fee_minor: fee,
            reason: "fraudulent".to_owned(),
            opened_at: None,
        };
        let what = format!("a bank disputes {minor} of {at}.{part:?}");
        self.ask(what, expected, Again::Same, || payments::open_dispute(&ctx, input.clone())).await;
        if expected.is_ok() {
            let id = payments::open_dispute(&ctx, input).await.unwrap().id;
            self.model.orders[at].disputes.last_mut().unwrap().id = id;
        }
    }

    async fn bank_decides(&mut self, at: usize) {
        let disputes = self.model.orders[at].disputes.clone();
        let which = self.chance.index(disputes.len());
        let won = self.chance.one_in(2);
        let fee_back = if won && self.chance.one_in(2) { disputes[which].fee } else { 0 };
        let expected = self.model.dispute_ends(at, which, won, fee_back);
        let ctx = self.operator();
        let input = ResolveDispute { id: disputes[which].id, won, fee_returned_minor: fee_back, resolved_at: None };
        let what = format!("the bank decides dispute {which} of {at}, won: {won}, {fee_back} of the fee comes back");
        self.ask(what, expected, Again::Same, || payments::resolve_dispute(&ctx, input.clone())).await;
    }

    pub(super) async fn incident(&mut self) {
        let closes = self.chance.one_in(2);
        let sent = |part: &Part| part.sum(|line: &Line| line.shipped) > 0;
        let Some((at, index)) = self.a_part(|_, part| part.incident == closes && sent(part)) else { return };
        let merchant_order = self.model.orders[at].parts[index].id;
        let expected = self.model.incident(at, index, !closes);
        let (ctx, again) = (self.operator(), Again::Refused("INVALID_TRANSITION"));
        if closes {
            let outcome = self.chance.pick(&[Some("it was there"), None]).map(str::to_owned);
            let input = CloseIncident { merchant_order, outcome };
            let make = || orders::command::incident_close(&ctx, input.clone());
            self.ask(format!("{at}.{index} is right again"), expected, again, make).await;
        } else {
            let input = OpenIncident { merchant_order, reason: IncidentReason::Damaged, note: None };
            let make = || orders::command::incident_open(&ctx, input.clone());
            self.ask(format!("something is wrong with {at}.{index}"), expected, again, make).await;
        }
    }
}
