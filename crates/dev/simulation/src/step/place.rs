//! Buying.

use kernel::id::OrderId;
use marketplace::model::CouponValue;
use orders::command::{CartAccess, CartCreate, CartDetails, PayWith, Place};
use orders::model::cart::NewLine;
use orders::model::types::Address;
use orders::query::PartDetail;

use super::Again;
use crate::market::{COMMISSION_PPM, COUPONS, FEE, TAX_PPM};
use crate::model::cut::{Cut, Unit, rate_of, spread, tax_within};
use crate::model::{Expected, FeeState, Line, Method, Order, Part, Phase, Sent, SentState};
use crate::simulation::Simulation;

const TOKENS: [&str; 8] =
    ["tok_ok", "tok_ok", "tok_ok", "tok_ok", "tok_timeout", "tok_late", "tok_very_late", "tok_declined"];

/// A line of one merchant: good, units, gross, what the coupon takes off.
type Wanted = (usize, i64, i64, i64);

/// What a buyer wants.
struct Wish {
    /// Good and units.
    lines: Vec<(usize, i64)>,
    discounts: Vec<i64>,
    coupon: Option<&'static str>,
    method: Method,
    token: &'static str,
}

impl Simulation {
    fn wish(&mut self) -> Wish {
        let mut goods: Vec<usize> = (0..self.goods.len()).collect();
        self.chance.shuffle(&mut goods);
        goods.truncate(usize::try_from(self.chance.between(1, 4)).unwrap());
        let lines: Vec<(usize, i64)> = goods.into_iter().map(|good| (good, self.chance.between(1, 4))).collect();
        let gross: Vec<i64> = lines.iter().map(|(good, units)| self.goods[*good].price * units).collect();
        let sum: i64 = gross.iter().sum();
        let coupon = if sum > 0 && self.chance.one_in(3) { Some(self.chance.pick(&COUPONS)) } else { None };
        let off = match coupon.map(|(_, value)| value) {
            None => 0,
            Some(CouponValue::Amount(minor)) => minor.min(sum),
            Some(CouponValue::Percent(rate)) => rate_of(sum, rate.ppm()),
        };
        Wish {
            discounts: spread(off, &gross),
            lines,
            coupon: coupon.map(|(code, _)| code),
            method: self.chance.pick(&Method::ALL),
            token: self.chance.pick(&TOKENS),
        }
    }

    fn in_stock(&self, wish: &Wish) -> bool {
        let free = |good: usize| -> i64 { (0..2).map(|place| self.model.stock[&(good, place)].free()).sum() };
        wish.lines.iter().all(|(good, units)| *units <= free(*good))
    }

    pub(super) async fn place(&mut self) {
        let wish = self.wish();
        let ctx = self.buyer();
        let line = |(good, quantity): &(usize, i64)| NewLine {
            offer: self.goods[*good].offer,
            quantity: *quantity,
            delivery_quote: None,
        };
        let details = CartDetails {
            email: Some("ann@example.org".to_owned()),
            ship_to: Some(address()),
            choices: Vec::new(),
            coupon_code: wish.coupon.map(|code| Some(code.to_owned())),
            company: None,
            locale: None,
            po_number: None,
        };
        let lines = wish.lines.iter().map(line).collect();
        let cart = CartCreate { channel: "web".to_owned(), currency: None, lines, details };
        let made = orders::command::cart_create(&ctx, cart).await.unwrap();
        let access = CartAccess { id: made.cart.id, token: Some(made.token) };
        let plan = orders::command::cart_plan(&ctx, &access).await.unwrap();
        let expected: Expected = if self.in_stock(&wish) { Ok(()) } else { Err("OUT_OF_STOCK") };
        let place = Place {
            cart: access,
            idempotency_key: self.key(),
            expected_total_minor: plan.totals.total,
            plan_hash: plan.hash.clone(),
            payment: PayWith {
                method: wish.method.code().to_owned(),
                token: matches!(wish.method, Method::Card | Method::Wallet).then(|| wish.token.to_owned()),
                ..PayWith::default()
            },
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
        let placed = self.written(&wish, order.id, order.number).await;
        assert_eq!(plan.totals.total, placed.total(), "the plan's total");
        assert_eq!(order.total_minor, placed.total(), "the order's total");
        let works = wish.token != "tok_declined" || placed.total() == 0;
        let works = works || matches!(wish.method, Method::Transfer | Method::Cash);
        self.model.orders.push(placed);
        self.model.paid(self.model.orders.len() - 1, works);
    }

    /// The order as it must have been frozen. Where things are sent from is the product's decision.
    async fn written(&mut self, wish: &Wish, id: OrderId, number: String) -> Order {
        let mut parts = Vec::new();
        for shown in self.parts(id).await {
            parts.push(self.part(wish, &shown));
        }
        let lines: usize = parts.iter().map(|part| part.lines.len()).sum();
        assert_eq!(lines, wish.lines.len(), "every line is somebody's");
        Order { id, number, method: wish.method, parts, unpaid: 0, given_up: false }
    }

    fn part(&mut self, wish: &Wish, shown: &PartDetail) -> Part {
        let shop = self.shops.iter().position(|shop| shop.id == shown.merchant_order.merchant_id).unwrap();
        let terms = self.model.terms[shop];
        // The lines of this merchant with their gross, by the order of the cart.
        let wanted = wish.lines.iter().zip(&wish.discounts);
        let wanted = wanted.filter(|((good, _), _)| self.goods[*good].shop == shop);
        let own: Vec<Wanted> =
            wanted.map(|((good, units), off)| (*good, *units, self.goods[*good].price * units, *off)).collect();
        let mut sent = self.sent(shop, shown, &own);
        let shares: Vec<i64> =
            own.iter().map(|line| line.2).chain(sent.iter().map(|of| of.delivery.cut.cash)).collect();
        let mut commission: Vec<i64> = shares.iter().map(|gross| rate_of(*gross, COMMISSION_PPM)).collect();
        commission.push(FEE);
        let vat = spread(rate_of(commission.iter().sum(), terms.vat_ppm), &commission);
        for (at, of) in sent.iter_mut().enumerate() {
            let at = own.len() + at;
            (of.delivery.cut.commission, of.delivery.cut.vat) = (commission[at], vat[at]);
        }
        let mut lines = Vec::new();
        for (at, (good, units, gross, discount)) in own.iter().enumerate() {
            assert_eq!(shown.lines[at].sku, self.goods[*good].sku, "lines are in the order of the cart");
            let remitted = if terms.remits { tax_within(*gross, TAX_PPM) } else { 0 };
            let (cash, fee) = (gross - discount, 0);
            let (commission, vat) = (commission[at], vat[at]);
            let cut = Cut { cash, discount: *discount, remitted, commission, fee, vat };
            let there: i64 = sent.iter().flat_map(|of| &of.lines).filter(|of| of.0 == at).map(|of| of.1).sum();
            assert_eq!(there, *units, "every unit is sent from somewhere");
            lines.push(line(shown.lines[at].id, *good, *units, cut));
        }
        self.promise(&own, &sent);
        let fee = Cut { fee: FEE, vat: *vat.last().unwrap(), ..Cut::default() };
        Part {
            id: shown.merchant_order.id,
            shop,
            phase: Phase::Staging,
            closed: false,
            lines,
            sent,
            parcels: Vec::new(),
            returns: Vec::new(),
            fee,
            fee_state: FeeState::Open,
            captured: 0,
            captured_discount: 0,
            refunded: 0,
            holds: Vec::new(),
        }
    }

    /// What each place sends: the product chose the places, the price of the delivery is the model's.
    fn sent(&self, shop: usize, shown: &PartDetail, own: &[Wanted]) -> Vec<Sent> {
        let mut sent = Vec::new();
        for found in &shown.fulfillments {
            let row = &found.fulfillment_order;
            let place = self.shops[shop].places.iter().position(|place| *place == row.location_id).unwrap();
            let line = |line| shown.lines.iter().position(|of| of.id == line).unwrap();
            let lines: Vec<_> = found.lines.iter().map(|of| (line(of.order_line_id), of.ordered, 0, 0)).collect();
            let units: i64 = lines.iter().map(|of| of.1).sum();
            let goods: i64 = lines.iter().map(|of| self.goods[own[of.0].0].price * of.1).sum();
            let cash = if goods >= 10_000 { 0 } else { 490 + 100 * (units - 1) };
            let remitted = if self.model.terms[shop].remits { tax_within(cash, TAX_PPM) } else { 0 };
            let delivery = Unit { cut: Cut { cash, remitted, ..Cut::default() }, ..Unit::default() };
            sent.push(Sent { id: row.id, place, lines, delivery, state: SentState::Open });
        }
        sent
    }

    /// The units of an order are promised where they are sent from.
    fn promise(&mut self, own: &[Wanted], sent: &[Sent]) {
        for of in sent {
            for (line, units, _, _) in &of.lines {
                let stock = self.model.stock.get_mut(&(own[*line].0, of.place)).unwrap();
                stock.reserved += units;
                assert!(stock.free() >= 0, "more is promised than lies there");
            }
        }
    }
}

fn line(id: kernel::id::OrderLineId, good: usize, ordered: i64, cut: Cut) -> Line {
    Line {
        id,
        good,
        ordered,
        canceled: 0,
        shipped: 0,
        delivered: 0,
        refunded: 0,
        kept: 0,
        asked_back: 0,
        settled_back: 0,
        units: Unit::cut_line(cut, ordered),
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
