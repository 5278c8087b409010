//! Prices that companies ask merchants for.

use kernel::Money;
use kernel::id::{QuoteId, QuoteLineId};
use orders::command::{
    OfQuote, QuoteAccept, QuoteOfferMake, QuoteRefuse, QuoteRequest, quote_accept, quote_ask_change, quote_decline,
    quote_offer, quote_refuse, quote_request, quote_withdraw,
};
use orders::model::quote::{NewLineTerms, QuoteReason, QuoteState, SeenQuote, WantedLine};

use super::place::{Basket, address};
use super::{Again, STALE};
use crate::market::EUR;
use crate::model::{Expected, Method};
use crate::simulation::Simulation;

const OVER: &str = "INVALID_TRANSITION";

/// Where a quote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The merchant has to answer.
    Asked,
    /// The buyer has to answer.
    Offered,
    Over,
}

/// What a company asked a merchant for.
#[derive(Debug, Clone)]
pub struct Quote {
    pub id: QuoteId,
    pub firm: usize,
    pub shop: usize,
    /// Line, good, units.
    pub lines: Vec<(QuoteLineId, usize, i64)>,
    pub stage: Stage,
    /// What is offered: good, units, price.
    pub offer: Vec<(usize, i64, i64)>,
}

impl Simulation {
    pub(super) async fn quote(&mut self) {
        let open: Vec<usize> = (0..self.quotes.len()).filter(|at| self.quotes[*at].stage != Stage::Over).collect();
        if self.quotes.is_empty() || (open.len() < 4 && self.chance.one_in(4)) {
            return self.ask_for_prices().await;
        }
        let at = if open.is_empty() || self.chance.one_in(10) {
            self.chance.index(self.quotes.len())
        } else {
            self.chance.pick(&open)
        };
        let stage = self.quotes[at].stage;
        match self.chance.between(0, 19) {
            0..=1 => self.offer(at).await,
            3 => self.answer(at, "refuse").await,
            4 => self.answer(at, "withdraw").await,
            5 => self.answer(at, "decline").await,
            6..=7 => self.answer(at, "ask for a change of").await,
            _ if stage == Stage::Asked => self.offer(at).await,
            _ => self.accept(at).await,
        }
    }

    async fn ask_for_prices(&mut self) {
        let basket = self.basket(&[Method::Invoice]);
        let firm = basket.firm.unwrap();
        let ctx = self.firms[firm].buyer.clone();
        let line = |(good, quantity): &(usize, i64)| WantedLine {
            offer: self.goods[*good].offer,
            quantity: *quantity,
            wished: None,
            note: None,
        };
        let lines = basket.lines.iter().map(line).collect();
        let input = QuoteRequest {
            idempotency_key: self.key(),
            cart: None,
            channel: Some("web".to_owned()),
            currency: None,
            lines,
            company: Some(self.firms[firm].id),
            po_number: None,
            ship_to: Some(address()),
            wished_on: None,
            note: None,
        };
        let what = format!("company {firm} asks for {:?}", basket.lines);
        self.ask(what, Ok(()), Again::Same, || quote_request(&ctx, input.clone())).await;
        let made = quote_request(&ctx, input).await.unwrap();
        let mut asked = 0;
        for SeenQuote { quote, .. } in made {
            let shop = self.shops.iter().position(|shop| shop.id == quote.row.merchant_id).unwrap();
            let good =
                |line: &orders::QuoteLine| self.goods.iter().position(|good| good.offer == line.offer_id).unwrap();
            let lines: Vec<_> = quote.lines.iter().map(|line| (line.id, good(line), line.quantity)).collect();
            asked += lines.len();
            for (_, good, units) in &lines {
                assert_eq!(self.goods[*good].shop, shop, "each merchant is asked for its own");
                assert!(basket.lines.contains(&(*good, *units)), "what was asked for");
            }
            self.quotes.push(Quote { id: quote.row.id, firm, shop, lines, stage: Stage::Asked, offer: Vec::new() });
        }
        assert_eq!(asked, basket.lines.len(), "every line is asked for once");
    }

    async fn seen(&self, at: usize) -> SeenQuote {
        let seen = orders::query::quote(&self.operator(), self.quotes[at].id).await.unwrap();
        let stage = match seen.quote.state_at(kernel::Clock::now(&*self.clock)) {
            QuoteState::Requested | QuoteState::ChangeAsked => Stage::Asked,
            QuoteState::Offered => Stage::Offered,
            _ => Stage::Over,
        };
        assert_eq!(stage, self.quotes[at].stage, "stage of quote {at}");
        seen
    }

    async fn offer(&mut self, at: usize) {
        let seen = self.seen(at).await;
        let Quote { shop, lines, stage, .. } = self.quotes[at].clone();
        let (mut offer, mut terms) = (Vec::new(), Vec::new());
        for (line, good, units) in &lines {
            let left_out = offer.len() + 1 < lines.len() && self.chance.one_in(6);
            let (price, units) = (self.chance.between(1, 9_000), self.chance.between(1, *units));
            if !left_out {
                offer.push((*good, units, price));
            }
            terms.push(NewLineTerms {
                line: *line,
                unit: (!left_out).then(|| Money::new(price, EUR)),
                quantity: (!left_out).then_some(units),
                left_out: left_out.then_some(QuoteReason::TooFew),
            });
        }
        // Something is sold.
        if offer.is_empty() {
            return;
        }
        let what = format!("offer {offer:?} for quote {at}");
        let expected: Expected = if stage == Stage::Over { Err(OVER) } else { Ok(()) };
        if expected.is_ok() {
            (self.quotes[at].offer, self.quotes[at].stage) = (offer, Stage::Offered);
        }
        let input = QuoteOfferMake {
            quote: seen.quote.row.id,
            expected_version: seen.quote.row.version,
            lines: terms,
            delivery: None,
            method: None,
            valid_until: None,
            note: None,
        };
        let ctx = self.shops[shop].staff.clone();
        self.ask(what, expected, STALE, || quote_offer(&ctx, input.clone())).await;
    }

    /// Everything but an offer and its acceptance.
    async fn answer(&mut self, at: usize, what: &'static str) {
        let seen = self.seen(at).await;
        let Quote { firm, shop, stage, .. } = self.quotes[at].clone();
        let (quote, expected_version, note) = (seen.quote.row.id, seen.quote.row.version, Some("no".to_owned()));
        let of = OfQuote { quote, expected_version, note: note.clone() };
        let fits = match what {
            "refuse" => stage != Stage::Over,
            "withdraw" => stage == Stage::Asked,
            _ => stage == Stage::Offered,
        };
        let expected: Expected = if fits { Ok(()) } else { Err(OVER) };
        if fits {
            self.quotes[at].stage = if what.starts_with("ask") { Stage::Asked } else { Stage::Over };
        }
        let (buyer, staff) = (self.firms[firm].buyer.clone(), self.shops[shop].staff.clone());
        let (told, again) = (format!("{what} quote {at}"), Again::Refused(OVER));
        match what {
            "refuse" => {
                let input = QuoteRefuse { quote, expected_version, reason: QuoteReason::Other, note };
                self.ask(told, expected, again, || quote_refuse(&staff, input.clone())).await;
            }
            "withdraw" => self.ask(told, expected, again, || quote_withdraw(&buyer, of.clone())).await,
            "decline" => self.ask(told, expected, again, || quote_decline(&buyer, of.clone())).await,
            _ => self.ask(told, expected, again, || quote_ask_change(&buyer, of.clone())).await,
        }
    }

    async fn accept(&mut self, at: usize) {
        let seen = self.seen(at).await;
        let Quote { firm, stage, offer, .. } = self.quotes[at].clone();
        let ctx = self.firms[firm].buyer.clone();
        let basket = Basket {
            lines: offer.iter().map(|(good, units, _)| (*good, *units)).collect(),
            prices: offer.iter().map(|(.., price)| *price).collect(),
            coupon: None,
            firm: Some(firm),
            ..self.basket(&Method::ALL)
        };
        let (mut total, mut plan_hash) = (0, String::new());
        if stage == Stage::Offered {
            let plan = orders::query::plan_of_quote(&ctx, &seen.quote, Vec::new()).await.unwrap();
            (total, plan_hash) = (plan.totals.total, plan.hash);
        }
        let expected = if stage == Stage::Offered { self.can_be_placed(&basket, total) } else { Err(OVER) };
        let input = QuoteAccept {
            quote: seen.quote.row.id,
            idempotency_key: self.key(),
            offer_version: seen.quote.row.offer_version,
            expected_total_minor: total,
            plan_hash,
            payment: basket.pay_with(),
            choices: Vec::new(),
            email: None,
            bill_to: None,
            po_number: None,
        };
        let what = format!("accept quote {at} by {:?} {}", basket.method, basket.token);
        self.ask(what, expected, Again::Same, || quote_accept(&ctx, input.clone())).await;
        if expected.is_ok() {
            let order = quote_accept(&ctx, input).await.unwrap();
            self.quotes[at].stage = Stage::Over;
            self.placed(&basket, &order, total).await;
        }
    }
}
