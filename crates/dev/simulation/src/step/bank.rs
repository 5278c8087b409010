//! The bank, the warehouse, the clock.

use std::future::Future;

use billing::{MarkPaid, MarkReturned, RunPayouts};
use kernel::{Clock as _, Money, PageArgs};
use payments::TransferReceived;

use super::quote::Stage;
use super::{Again, STALE};
use crate::market::{EUR, WEEKS, set_stock};
use crate::model::Credit;
use crate::simulation::Simulation;

impl Simulation {
    pub(super) async fn transfer(&mut self) {
        let wants = |at: &usize| self.model.orders[*at].unpaid + self.model.orders[*at].owes() > 0;
        let open: Vec<usize> = (0..self.model.orders.len()).filter(wants).collect();
        if open.is_empty() && !self.chance.one_in(6) {
            return;
        }
        let (reference, minor) = if open.is_empty() || self.chance.one_in(8) {
            let minor = self.chance.between(1, 9_000);
            self.model.stray_transfer(minor);
            ("nobody knows".to_owned(), minor)
        } else {
            let at = self.chance.pick(&open);
            let unpaid = self.model.orders[at].unpaid + self.model.orders[at].owes();
            let minor = match self.chance.between(0, 4) {
                0 => self.chance.between(1, unpaid),
                1 => unpaid + self.chance.between(1, 500),
                _ => unpaid,
            };
            self.model.transferred(at, minor);
            (self.model.orders[at].number.clone(), minor)
        };
        let amount = Money::new(minor, EUR);
        let what = format!("a transfer of {minor} for {reference}");
        let input = TransferReceived { reference, amount, bank_reference: self.key(), received_at: None };
        let ctx = self.operator();
        self.ask(what, Ok(()), Again::Same, || payments::transfer_received(&ctx, input.clone())).await;
    }

    /// A company may owe more from now on, or less: then it buys nothing until it has paid.
    pub(super) async fn agree_credit(&mut self) {
        let at = self.chance.index(self.firms.len());
        let credit = Credit { limit: self.chance.between(0, 80_000), vouched: self.chance.one_in(2) };
        let (ctx, id) = (self.operator(), self.firms[at].id);
        let lines = payments::query::credit_lines_of_seen_companies(&ctx, &[id]).await.unwrap();
        let input = crate::firm::terms(id, credit, lines[&id][0].version);
        self.model.limits[at] = credit;
        let what = format!("company {at} may owe {credit:?}");
        self.ask(what, Ok(()), STALE, || payments::set_credit_line(&ctx, input.clone())).await;
    }

    pub(super) async fn count_stock(&mut self) {
        let at = self.chance.index(self.goods.len());
        let mut counted = [0; 2];
        for (place, counted) in counted.iter_mut().enumerate() {
            let stock = self.model.stock.get_mut(&(at, place)).unwrap();
            // What is counted may be less than before, but what is promised lies there.
            stock.on_hand = stock.reserved + self.chance.between(0, 12);
            *counted = stock.on_hand;
        }
        self.story.tell(format!("  count good {at}: {counted:?}"));
        let good = self.goods[at].clone();
        set_stock(&self.shops[good.shop], &good.sku, counted).await;
    }

    pub(super) async fn pay_out(&mut self) {
        let sent = self.model.pay_out();
        let key = self.key();
        let input = RunPayouts { run_key: key, currency: EUR, cut_off_at: None, minimum_minor: None };
        let ctx = self.operator();
        let what = format!("pay out {sent:?}");
        self.ask(what, Ok(()), Again::Same, || billing::run_payouts(&ctx, input.clone())).await;
        let run = billing::run_payouts(&ctx, input).await.unwrap();
        assert_eq!(run.payout_count, i64::try_from(sent.len()).unwrap(), "payouts of the run");
        let filter = billing::query::PayoutFilter { run: Some(run.id), ..Default::default() };
        let made = billing::query::payouts(&ctx, &filter, &PageArgs::first(100)).await.unwrap().items;
        for payout in sent {
            let shop = self.shops[payout.shop].id;
            let (_, made) = made.iter().find(|(_, made)| made.merchant_id == shop).unwrap();
            assert_eq!(made.amount.minor, payout.minor, "what is paid out");
            self.payouts.push(made.id);
        }
    }

    /// The bank says what became of a payout.
    pub(super) async fn bank_tells(&mut self) {
        if self.payouts.is_empty() {
            return;
        }
        let at = self.chance.index(self.payouts.len());
        let (payout_id, ctx) = (self.payouts[at], self.operator());
        if self.chance.one_in(3) {
            self.model.payout_returned(at);
            let input = MarkReturned { payout_id, reason: "account closed".to_owned() };
            let make = || billing::mark_returned(&ctx, input.clone());
            self.ask(format!("payout {at} comes back"), Ok(()), Again::Same, make).await;
        } else {
            let expected = self.model.payout_paid(at);
            let input = MarkPaid { payout_id, bank_reference: Some(self.key()), paid_at: None };
            let make = || billing::mark_paid(&ctx, input.clone());
            self.ask(format!("payout {at} is paid"), expected, Again::Same, make).await;
        }
    }

    /// More time passes than any deadline, and everything happens that happens by the clock.
    pub(super) async fn weeks_pass(&mut self) {
        self.story.tell("  weeks pass".to_owned());
        self.model.weeks_pass();
        self.drafts.iter_mut().for_each(|draft| draft.open = false);
        self.quotes.iter_mut().for_each(|quote| quote.stage = Stage::Over);
        self.clock.advance(WEEKS);
        let ctx = context::Ctx::system(self.world.clone(), "clock");
        let now = self.clock.now();
        self.chore("acceptance", || orders::command::expire_due(&ctx, 200)).await;
        self.chore("payments", || payments::expire_due(&ctx, now)).await;
        self.settle().await;
        let now = self.clock.now();
        self.chore("release", || billing::command::release_due(&ctx, now)).await;
        self.chore("close", || orders::command::close_due(&ctx, 200)).await;
        self.chore("sweep", || payments::sweep(&ctx, now)).await;
        self.chore("renew", || payments::renew_due(&ctx, now)).await;
        self.chore("debts", || billing::command::age_debts(&ctx, now)).await;
        self.chore("drafts", || orders::command::drafts_expire(&ctx, 200)).await;
        self.chore("quotes", || orders::command::quotes_expire(&ctx, 200)).await;
        self.chore("carts", || orders::command::carts_forget(&ctx, 200)).await;
    }

    /// Something that a schedule does; it may crash, and the next node does it again.
    pub async fn chore<T, E: std::fmt::Debug, F: Future<Output = Result<T, E>>>(
        &mut self,
        name: &str,
        make: impl Fn() -> F,
    ) {
        if self.rates.worker_crash > 0 && self.chance.one_in(self.rates.worker_crash) {
            let after = self.chance.between(1, 20);
            if self.fuse.crash(after, make()).await.is_none() {
                self.story.tell(format!("    {name} crashed after {after}"));
            }
        }
        make().await.unwrap();
    }
}
