//! What must have been frozen when an order was placed.

use kernel::id::OrderId;
use orders::query::PartDetail;

use super::place::Basket;
use crate::market::{COMMISSION_PPM, FEE, TAX_PPM};
use crate::model::cut::{Cut, Unit, rate_of, spread, tax_within};
use crate::model::{FeeState, Line, Method, Order, Part, Phase, Row, Sent, SentState};
use crate::simulation::Simulation;

/// A line of one merchant: good, units, gross, what the coupon takes off.
type Wanted = (usize, i64, i64, i64);

impl Simulation {
    /// The order as it must have been frozen. Where things are sent from is the product's decision.
    pub(super) async fn written(&mut self, basket: &Basket, id: OrderId, number: String) -> Order {
        let before: Vec<&Part> =
            self.model.orders.iter().filter(|order| order.id == id).flat_map(|order| &order.parts).collect();
        let known: Vec<_> = before.iter().map(|part| part.id).collect();
        let paying: Vec<usize> = before.iter().map(|part| part.shop).collect();
        let mut parts = Vec::new();
        for shown in self.parts(id).await {
            if !known.contains(&shown.merchant_order.id) {
                parts.push(self.part(basket, &shown, &paying));
            }
        }
        let lines: usize = parts.iter().map(|part| part.lines.len()).sum();
        assert_eq!(lines, basket.lines.len(), "every line is somebody's");
        let firm = basket.firm.filter(|_| basket.method == Method::Invoice);
        let account = firm.map(|firm| (firm, self.model.limits[firm].vouched));
        Order {
            id,
            number,
            method: basket.method,
            parts,
            unpaid: 0,
            firm: basket.firm,
            account,
            owed: Vec::new(),
            given_up: false,
            disputes: Vec::new(),
            charged_back: 0,
        }
    }

    fn part(&mut self, basket: &Basket, shown: &PartDetail, paying: &[usize]) -> Part {
        let shop = self.shops.iter().position(|shop| shop.id == shown.merchant_order.merchant_id).unwrap();
        let terms = self.model.terms[shop];
        // The lines of this merchant with their gross, by the order of the cart.
        let discounts = basket.discounts();
        let wanted = basket.lines.iter().zip(&basket.prices).zip(&discounts);
        let wanted = wanted.filter(|(((good, _), _), _)| self.goods[*good].shop == shop);
        let own: Vec<Wanted> =
            wanted.map(|(((good, units), price), off)| (*good, *units, price * units, *off)).collect();
        let mut sent = self.sent(shop, shown, &own);
        let shares: Vec<i64> =
            own.iter().map(|line| line.2).chain(sent.iter().map(|of| of.delivery.cut.gross())).collect();
        let mut commission: Vec<i64> = shares.iter().map(|gross| rate_of(*gross, COMMISSION_PPM)).collect();
        // Nobody pays more for selling than what is sold costs: the fee gives way.
        let (whole, share) = (shares.iter().sum::<i64>(), commission.iter().sum::<i64>());
        let fits = |fee: &i64| share + fee + rate_of(share + fee, terms.vat_ppm) <= whole;
        let taken = (0..=FEE).rev().find(fits).unwrap_or(0);
        commission.push(taken);
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
            let there: i64 =
                sent.iter().flat_map(|of| &of.rows).filter(|row| row.line == at).map(|row| row.ordered).sum();
            assert_eq!(there, *units, "every unit is sent from somewhere");
            lines.push(line(shown.lines[at].id, *good, *units, cut));
        }
        self.promise(&own, &sent);
        // The fee is taken once of a merchant and an order.
        let fee = if paying.contains(&shop) {
            Cut::default()
        } else {
            Cut { fee: taken, vat: *vat.last().unwrap(), ..Cut::default() }
        };
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
            kept_back: Vec::new(),
            wishes: Vec::new(),
            incident: false,
        }
    }

    /// What each place sends: the product chose the places, the price of the delivery is the model's.
    fn sent(&self, shop: usize, shown: &PartDetail, own: &[Wanted]) -> Vec<Sent> {
        let mut sent = Vec::new();
        for found in &shown.fulfillments {
            let row = &found.fulfillment_order;
            let place = self.shops[shop].places.iter().position(|place| *place == row.location_id).unwrap();
            let line = |line| shown.lines.iter().position(|of| of.id == line).unwrap();
            let of = |of: &orders::FulfillmentLine| Row {
                id: of.id,
                line: line(of.order_line_id),
                ordered: of.ordered,
                canceled: 0,
                shipped: 0,
            };
            let rows: Vec<Row> = found.lines.iter().map(of).collect();
            let units: i64 = rows.iter().map(|row| row.ordered).sum();
            let price = |row: &Row| own[row.line].2 / own[row.line].1;
            let goods: i64 = rows.iter().map(|row| price(row) * row.ordered).sum();
            let (cash, discount) = self.model.tariffs.get(shop).copied().unwrap_or_default().price(goods, units);
            let remitted = if self.model.terms[shop].remits { tax_within(cash + discount, TAX_PPM) } else { 0 };
            let delivery = Unit { cut: Cut { cash, discount, remitted, ..Cut::default() }, ..Unit::default() };
            let group = sent.len();
            sent.push(Sent { id: row.id, place, rows, group, held: false, delivery, state: SentState::Open });
        }
        sent
    }

    /// The units of an order are promised where they are sent from.
    fn promise(&mut self, own: &[Wanted], sent: &[Sent]) {
        for of in sent {
            for row in &of.rows {
                let stock = self.model.stock.get_mut(&(own[row.line].0, of.place)).unwrap();
                stock.reserved += row.ordered;
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
        lost: 0,
        bounced: 0,
        refunded: 0,
        kept: 0,
        asked_back: 0,
        settled_back: 0,
        units: Unit::cut_line(cut, ordered),
    }
}
