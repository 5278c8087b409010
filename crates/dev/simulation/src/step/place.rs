//! Buying.

use kernel::id::OrderId;
use marketplace::model::CouponValue;
use orders::command::{CartAccess, CartCreate, CartDetails, PayWith, Place};
use orders::model::cart::NewLine;
use orders::model::types::Address;

use super::Again;
use crate::market::COUPONS;
use crate::model::cut::{rate_of, spread};
use crate::model::{Expected, Method};
use crate::simulation::Simulation;

const TOKENS: [&str; 8] =
    ["tok_ok", "tok_ok", "tok_ok", "tok_ok", "tok_timeout", "tok_late", "tok_very_late", "tok_declined"];

/// What a buyer wants.
#[derive(Debug, Clone)]
pub struct Basket {
    /// Good and units.
    pub lines: Vec<(usize, i64)>,
    /// What a unit of each line costs.
    pub prices: Vec<i64>,
    pub coupon: Option<(&'static str, CouponValue)>,
    pub method: Method,
    pub token: &'static str,
    /// The company that buys it.
    pub firm: Option<usize>,
}

impl Basket {
    fn gross(&self) -> Vec<i64> {
        self.lines.iter().zip(&self.prices).map(|((_, units), price)| price * units).collect()
    }

    /// What the coupon takes off each line.
    pub fn discounts(&self) -> Vec<i64> {
        let gross = self.gross();
        let sum: i64 = gross.iter().sum();
        let off = match self.coupon.map(|(_, value)| value) {
            None => 0,
            Some(CouponValue::Amount(minor)) => minor.min(sum),
            Some(CouponValue::Percent(rate)) => rate_of(sum, rate.ppm()),
        };
        spread(off, &gross)
    }

    pub fn pay_with(&self) -> PayWith {
        PayWith {
            method: self.method.code().to_owned(),
            token: matches!(self.method, Method::Card | Method::Wallet).then(|| self.token.to_owned()),
            ..PayWith::default()
        }
    }
}

impl Simulation {
    pub(super) fn basket(&mut self, methods: &[Method]) -> Basket {
        let mut goods: Vec<usize> = (0..self.goods.len()).collect();
        self.chance.shuffle(&mut goods);
        goods.truncate(usize::try_from(self.chance.between(1, 4)).unwrap());
        let lines: Vec<(usize, i64)> = goods.into_iter().map(|good| (good, self.chance.between(1, 4))).collect();
        let prices: Vec<i64> = lines.iter().map(|(good, _)| self.goods[*good].price).collect();
        let costs = prices.iter().any(|price| *price > 0);
        let coupon = if costs && self.chance.one_in(3) { Some(self.chance.pick(&COUPONS)) } else { None };
        let method = self.chance.pick(methods);
        let firm = (method == Method::Invoice).then(|| self.chance.index(self.firms.len()));
        Basket { lines, prices, coupon, method, token: self.chance.pick(&TOKENS), firm }
    }

    /// Whether it can be had, and on account.
    pub(super) fn can_be_placed(&self, basket: &Basket, total: i64) -> Expected {
        if self.model.has(&basket.lines) { self.can_be_paid(basket, total) } else { Err("OUT_OF_STOCK") }
    }

    pub(super) fn can_be_paid(&self, basket: &Basket, total: i64) -> Expected {
        match basket.firm.filter(|_| basket.method == Method::Invoice) {
            Some(firm) if total > self.model.credit_left(firm) => Err("CREDIT_LIMIT_EXCEEDED"),
            _ => Ok(()),
        }
    }

    /// An order that was placed as the model has it, whoever placed it.
    pub(super) async fn placed(&mut self, basket: &Basket, order: &orders::Order, planned: i64) {
        let total = self.paid_for(basket, order.id, order.number.clone()).await;
        assert_eq!((planned, order.total_minor), (total, total), "the plan's total and the order's");
    }

    /// What was bought as the model has it, and what became of its payment: what it costs.
    pub(super) async fn paid_for(&mut self, basket: &Basket, id: OrderId, number: String) -> i64 {
        let placed = self.written(basket, id, number).await;
        let total = placed.total();
        let works = basket.token != "tok_declined" || total == 0;
        let works = works || !matches!(basket.method, Method::Card | Method::Wallet);
        self.model.orders.push(placed);
        self.model.paid(self.model.orders.len() - 1, works);
        total
    }

    pub(super) async fn place(&mut self) {
        let wish = self.basket(&Method::ALL);
        let ctx = wish.firm.map_or_else(|| self.buyer(), |firm| self.firms[firm].buyer.clone());
        let line = |(good, quantity): &(usize, i64)| NewLine {
            offer: self.goods[*good].offer,
            quantity: *quantity,
            delivery_quote: None,
        };
        let details = CartDetails {
            email: Some("ann@example.org".to_owned()),
            ship_to: Some(address()),
            choices: Vec::new(),
            coupon_code: wish.coupon.map(|(code, _)| Some(code.to_owned())),
            company: wish.firm.map(|firm| Some(self.firms[firm].id)),
            locale: None,
            po_number: None,
        };
        let lines = wish.lines.iter().map(line).collect();
        let cart = CartCreate { channel: "web".to_owned(), currency: None, lines, details };
        let made = orders::command::cart_create(&ctx, cart).await.unwrap();
        let access = CartAccess { id: made.cart.id, token: Some(made.token) };
        let plan = orders::command::cart_plan(&ctx, &access).await.unwrap();
        let expected = self.can_be_placed(&wish, plan.totals.total);
        let place = Place {
            cart: access,
            idempotency_key: self.key(),
            expected_total_minor: plan.totals.total,
            plan_hash: plan.hash.clone(),
            payment: wish.pay_with(),
            email: None,
            bill_to: None,
        };
        let (buyer, input) = (ctx.clone(), place.clone());
        let make = || orders::command::place(&buyer, input.clone());
        let what = format!("place {:?} by {:?} {} with {:?}", wish.lines, wish.method, wish.token, wish.coupon);
        self.ask(what, expected, Again::Same, make).await;
        if expected.is_err() {
            return;
        }
        // The same key once more tells which order it became.
        let order = orders::command::place(&ctx, place).await.unwrap();
        self.placed(&wish, &order, plan.totals.total).await;
    }
}

pub fn address() -> Address {
    Address {
        name: "Ann Buyer".to_owned(),
        line1: "Long Street 1".to_owned(),
        postal_code: "10115".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..Address::default()
    }
}
