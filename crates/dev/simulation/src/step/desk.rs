//! The order desk: orders that staff prepares for buyers.

use kernel::Money;
use kernel::id::DraftOrderId;
use orders::command::{
    CartDetails, DraftCreate, DraftEdit, DraftPlace, QuantityChange, draft_create, draft_delete, draft_edit,
    draft_place,
};
use orders::model::draft::{DraftLine, NewPrice, PriceChange};

use super::place::{Basket, address};
use super::{Again, STALE};
use crate::market::EUR;
use crate::model::Method;
use crate::simulation::Simulation;

/// How buyers pay whom staff speaks with.
const METHODS: [Method; 3] = [Method::Transfer, Method::Cash, Method::Invoice];
const OVER: &str = "INVALID_TRANSITION";

/// An order that is being prepared.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: DraftOrderId,
    pub basket: Basket,
    pub open: bool,
}

fn price(minor: i64) -> NewPrice {
    NewPrice { unit: Money::new(minor, EUR), reason: "an old friend".to_owned() }
}

impl Simulation {
    pub(super) async fn desk(&mut self) {
        let open: Vec<usize> = (0..self.drafts.len()).filter(|at| self.drafts[*at].open).collect();
        if self.drafts.is_empty() || (open.len() < 3 && self.chance.one_in(3)) {
            return self.prepare().await;
        }
        let at = if open.is_empty() || self.chance.one_in(10) {
            self.chance.index(self.drafts.len())
        } else {
            self.chance.pick(&open)
        };
        match self.chance.between(0, 9) {
            0..=3 => self.change_draft(at).await,
            4..=8 => self.place_draft(at).await,
            _ => {
                let Draft { id, open, .. } = self.drafts[at];
                let (ctx, expected) = (self.operator(), if open { Ok(()) } else { Err(OVER) });
                let version = orders::query::draft(&ctx, id).await.unwrap().version;
                self.drafts[at].open = false;
                let make = || draft_delete(&ctx, id, version);
                self.ask(format!("give draft {at} up"), expected, Again::Refused(OVER), make).await;
            }
        }
    }

    async fn prepare(&mut self) {
        let mut basket = self.basket(&METHODS);
        let mut lines = Vec::new();
        for (at, (good, quantity)) in basket.lines.iter().enumerate() {
            let own = self.chance.one_in(3).then(|| self.chance.between(0, 9_000));
            basket.prices[at] = own.unwrap_or(basket.prices[at]);
            lines.push(DraftLine { offer: self.goods[*good].offer, quantity: *quantity, price: own.map(price) });
        }
        if basket.prices.iter().all(|price| *price == 0) {
            basket.coupon = None;
        }
        let details = CartDetails {
            email: Some("ann@example.org".to_owned()),
            ship_to: Some(address()),
            choices: Vec::new(),
            coupon_code: basket.coupon.map(|(code, _)| Some(code.to_owned())),
            company: basket.firm.map(|firm| Some(self.firms[firm].id)),
            locale: None,
            po_number: None,
        };
        let input =
            DraftCreate { channel: "web".to_owned(), currency: None, customer: None, lines, details, note: None };
        self.story.tell(format!("  prepare {:?} at {:?} by {:?}", basket.lines, basket.prices, basket.method));
        let id = draft_create(&self.operator(), input).await.unwrap().id;
        self.drafts.push(Draft { id, basket, open: true });
    }

    /// More or fewer units of a line, or another price.
    async fn change_draft(&mut self, at: usize) {
        let ctx = self.operator();
        let Draft { id, mut basket, open } = self.drafts[at].clone();
        let seen = orders::query::draft(&ctx, id).await.unwrap();
        let line = self.chance.index(basket.lines.len());
        let cart_line = seen.cart.lines[line].id;
        assert_eq!(seen.cart.lines[line].offer, self.goods[basket.lines[line].0].offer, "lines of the draft");
        let mut input = DraftEdit {
            draft: id,
            expected_version: seen.version,
            add: Vec::new(),
            set: Vec::new(),
            prices: Vec::new(),
            details: CartDetails::default(),
            customer: None,
            note: None,
        };
        if self.chance.one_in(2) {
            basket.lines[line].1 = self.chance.between(1, 5);
            input.set.push(QuantityChange { line: cart_line, quantity: basket.lines[line].1 });
        } else {
            let own = self.chance.one_in(2).then(|| self.chance.between(1, 9_000));
            basket.prices[line] = own.unwrap_or(self.goods[basket.lines[line].0].price);
            input.prices.push(PriceChange { line: cart_line, price: own.map(price) });
        }
        let expected = if open { Ok(()) } else { Err(OVER) };
        if open {
            self.drafts[at].basket = basket.clone();
        }
        let what = format!("change draft {at} to {:?} at {:?}", basket.lines, basket.prices);
        self.ask(what, expected, STALE, || draft_edit(&ctx, input.clone())).await;
    }

    async fn place_draft(&mut self, at: usize) {
        let ctx = self.operator();
        let Draft { id, basket, open } = self.drafts[at].clone();
        let seen = orders::query::draft(&ctx, id).await.unwrap();
        let plan = orders::query::plan_of_draft(&ctx, &seen).await.unwrap();
        let total = plan.totals.total;
        let expected = if open { self.can_be_placed(&basket, total) } else { Err(OVER) };
        let input = DraftPlace {
            draft: id,
            idempotency_key: self.key(),
            expected_version: seen.version,
            expected_total_minor: total,
            plan_hash: plan.hash,
            payment: basket.pay_with(),
            bill_to: None,
        };
        let what = format!("place draft {at} {:?} by {:?}", basket.lines, basket.method);
        self.ask(what, expected, Again::Same, || draft_place(&ctx, input.clone())).await;
        if expected.is_ok() {
            let order = draft_place(&ctx, input).await.unwrap();
            self.drafts[at].open = false;
            self.placed(&basket, &order, total).await;
        }
    }
}
