//! Money and goods go back.

use kernel::Money;
use orders::command::{
    ApproveReturn, InspectReturn, InspectedUnits, OfReturn, RefundAmount, RefundReturn, RefundUnits, RequestReturn,
};
use orders::event::LineUnits;
use orders::model::status::{BadReason, Bearer, RefundReason, RefundState, ReturnMethod, ReturnReason};

use super::{Again, STALE};
use crate::market::EUR;
use crate::model::{Part, Returned, SentState, Wanted};
use crate::simulation::Simulation;

impl Simulation {
    pub(super) async fn refund_units(&mut self) {
        let Some((at, index)) = self.a_part(|order, part| part.may_refund(order.method)) else { return };
        let shown = self.shown(at, index).await;
        let part = self.model.orders[at].parts[index].clone();
        let unpaid = |of: &crate::model::Sent| of.state == SentState::Moved && of.delivery.left() > 0;
        let mut sents: Vec<usize> = (0..part.sent.len()).filter(|at| unpaid(&part.sent[*at])).collect();
        if !self.chance.one_in(4) {
            sents.clear();
        }
        let left = |line: &crate::model::Line| (line.refundable() - line.spoken_for()).max(0);
        let most = part.lines.iter().enumerate().map(|(at, line)| (at, left(line)));
        let most: Vec<_> = most.collect();
        let lines = if sents.is_empty() || self.chance.one_in(2) { self.some_units(&most) } else { Vec::new() };
        let expected = self.model.refund(at, index, Wanted::Units(lines.clone(), sents.clone()));
        let input = RefundUnits {
            merchant_order: part.id,
            expected_version: Some(shown.merchant_order.version),
            lines: lines
                .iter()
                .map(|(line, quantity)| LineUnits { line: part.lines[*line].id, quantity: *quantity })
                .collect(),
            shipping_of: sents.iter().map(|sent| part.sent[*sent].id).collect(),
            reason: RefundReason::Damaged,
            note: None,
        };
        let staff = self.shops[part.shop].staff.clone();
        let what = format!("refund {lines:?} and delivery {sents:?} of {at}.{index}");
        self.ask(what, expected, STALE, || orders::command::refund_units(&staff, input.clone())).await;
    }

    pub(super) async fn refund_amount(&mut self) {
        let Some((at, index)) = self.a_part(|order, part| part.may_refund(order.method)) else { return };
        let part = self.model.orders[at].parts[index].clone();
        let left = (part.captured - part.refunded).max(0);
        let minor = if self.chance.one_in(8) { left + 1 } else { self.chance.between(1, left.clamp(1, 3_000)) };
        let by_merchant = self.chance.one_in(2);
        let expected = self.model.refund(at, index, Wanted::Amount(minor, by_merchant));
        let input = RefundAmount {
            idempotency_key: self.key(),
            merchant_order: part.id,
            amount: Money::new(minor, EUR),
            bearer: if by_merchant { Bearer::Merchant } else { Bearer::Operator },
            lines: Vec::new(),
            shipping_of: Vec::new(),
            reason: RefundReason::Goodwill,
            note: None,
        };
        let ctx = if by_merchant { self.shops[part.shop].staff.clone() } else { self.operator() };
        let what = format!("refund {minor} of {at}.{index}, by the merchant: {by_merchant}");
        self.ask(what, expected, Again::Same, || orders::command::refund_amount(&ctx, input.clone())).await;
    }

    /// Somebody else agrees to a refund that is large, or does not.
    pub(super) async fn agree(&mut self) {
        let waits = |part: &Part| !part.wishes.is_empty();
        let Some((at, index)) = self.a_part(|_, part| waits(part)) else { return };
        let part = self.model.orders[at].parts[index].clone();
        if part.wishes.is_empty() {
            return;
        }
        let which = self.chance.index(part.wishes.len());
        let shown = self.shown(at, index).await;
        let mut rows: Vec<_> = shown.refunds.iter().map(|found| &found.refund).collect();
        rows.retain(|row| row.state == RefundState::AwaitingApproval);
        rows.sort_by_key(|row| row.id);
        let amounts: Vec<i64> = rows.iter().map(|row| row.amount_minor).collect();
        assert_eq!(amounts, part.wishes.iter().map(|wish| wish.cash).collect::<Vec<_>>(), "refunds that wait");
        let (id, agrees) = (rows[which].id, !self.chance.one_in(4));
        let expected = self.model.decide_wish(at, index, which, agrees);
        let (ctx, again) = (self.operator(), Again::Refused("INVALID_TRANSITION"));
        let what = format!("agree to refund {which} of {at}.{index}: {agrees}, {:?}", part.wishes[which]);
        if agrees {
            self.ask(what, expected, again, || orders::command::refund_approve(&ctx, id)).await;
        } else {
            self.ask(what, expected, again, || orders::command::refund_reject(&ctx, id, None)).await;
        }
    }

    /// Goods come back, one step of the way at a time.
    pub(super) async fn take_back(&mut self) {
        let returnable = |part: &Part| part.sum(crate::model::Line::returnable) > 0;
        let Some((at, index)) = self.a_part(|_, part| returnable(part) || !part.returns.is_empty()) else { return };
        let part = self.model.orders[at].parts[index].clone();
        if part.returns.is_empty() || self.chance.one_in(5) {
            return self.ask_back(at, index, &part).await;
        }
        let which = self.chance.index(part.returns.len());
        let Returned { id, line, quantity, stage, .. } = part.returns[which].clone();
        let ctx = self.shops[part.shop].staff.clone();
        let shown = orders::query::goods_return(&ctx, id).await.unwrap();
        let of = OfReturn { id, expected_version: Some(shown.goods_return.version) };
        let what = format!("return {which} of {at}.{index} after {stage}");
        match stage {
            0 => {
                let (label, note, location) = (None, None, Some(self.shops[part.shop].places[0]));
                let input = ApproveReturn { of, method: ReturnMethod::ByMail, label, location, note };
                self.ask(what, Ok(()), STALE, || orders::command::return_approve(&ctx, input.clone())).await;
            }
            1 => self.ask(what, Ok(()), STALE, || orders::command::return_receive(&ctx, of)).await,
            2 => {
                let ok = self.chance.between(0, quantity);
                self.model.inspected(at, index, which, ok, 0);
                let line = part.lines[line].id;
                let (restocked, bad, bad_reason) = (ok, quantity - ok, Some(BadReason::DamagedProduct));
                let input = InspectReturn { of, lines: vec![InspectedUnits { line, ok, restocked, bad, bad_reason }] };
                self.ask(what, Ok(()), STALE, || orders::command::return_inspect(&ctx, input.clone())).await;
                return;
            }
            _ => {
                let expected = self.model.refund_returned(at, index, which);
                let input = RefundReturn { of, with_bad: true, shipping_of: Vec::new() };
                self.ask(what, expected, STALE, || orders::command::return_refund(&ctx, input.clone())).await;
                return;
            }
        }
        self.model.orders[at].parts[index].returns[which].stage += 1;
    }

    async fn ask_back(&mut self, at: usize, index: usize, part: &Part) {
        let line = self.chance.index(part.lines.len());
        let most = part.lines[line].returnable();
        let units = if self.chance.one_in(6) { most + 1 } else { self.chance.between(1, most.max(1)) };
        let expected = self.model.ask_back(at, index, line, units);
        let input = RequestReturn {
            merchant_order: part.id,
            guest: None,
            lines: vec![LineUnits { line: part.lines[line].id, quantity: units }],
            reason: ReturnReason::ChangedMind,
            note: None,
        };
        let ctx = self.operator();
        let what = format!("ask to send {units} of line {line} of {at}.{index} back");
        self.ask(what, expected, Again::Anew, || orders::command::return_request(&ctx, input.clone())).await;
        if expected.is_ok() {
            let found = orders::query::returns_by_parts(&ctx, &[part.id]).await.unwrap();
            let id = found[&part.id].iter().map(|found| found.goods_return.id).max().unwrap();
            let made = Returned { id, line, quantity: units, stage: 0, ok: 0 };
            self.model.orders[at].parts[index].returns.push(made);
        }
    }
}
