//! Re-derives orders: sums, quantities, states.

use chrono::Duration;
use kernel::id::OrderId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;

use crate::Error;
use crate::entity::{Refund, Shipment, capture, order, refund, refund_line, shipment, shipment_line};
use crate::model::book::Book;
use crate::model::money::Parts;
use crate::model::state::Units;
use crate::model::status::{CaptureTiming, FeeState, RefundKind, ShipmentState, ShippingState};
use crate::repo;

/// Checks every order and describes each difference; an empty list means that all is well.
///
/// # Errors
/// The database error.
pub async fn orders<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut differences = Vec::new();
    let mut last: Option<OrderId> = None;
    loop {
        let mut find = order::Entity::find().select_only().column(order::Column::Id);
        if let Some(last) = last {
            find = find.filter(order::Column::Id.gt(last));
        }
        let ids: Vec<OrderId> = find.order_by_asc(order::Column::Id).limit(200).into_tuple().all(conn).await?;
        let Some(newest) = ids.last() else { return Ok(differences) };
        last = Some(*newest);
        for id in ids {
            one(conn, id, &mut differences).await?;
        }
    }
}

/// What is re-derived of one order.
struct Audit<'a> {
    book: &'a Book,
    shipments: Vec<(Shipment, Vec<shipment_line::Model>)>,
    refunds: Vec<(Refund, Vec<refund_line::Model>)>,
    captures: Vec<capture::Model>,
    found: &'a mut Vec<String>,
}

async fn one<C: ConnectionTrait>(conn: &C, id: OrderId, found: &mut Vec<String>) -> Result<(), Error> {
    let book = repo::book(conn, id, false).await?;
    let shipments = shipment::Entity::find().filter(shipment::Column::OrderId.eq(id)).all(conn).await?;
    let parcels: Vec<_> = shipments.iter().map(|shipment| shipment.id).collect();
    let lines = shipment_line::Entity::find()
        .filter(shipment_line::Column::ShipmentId.is_in(db::dialect::pad(parcels)))
        .all(conn)
        .await?;
    let refunds = refund::Entity::find().filter(refund::Column::OrderId.eq(id)).all(conn).await?;
    let refund_ids: Vec<_> = refunds.iter().map(|refund| refund.id).collect();
    let refund_lines = refund_line::Entity::find()
        .filter(refund_line::Column::RefundId.is_in(db::dialect::pad(refund_ids)))
        .all(conn)
        .await?;
    let captures = capture::Entity::find().filter(capture::Column::OrderId.eq(id)).all(conn).await?;
    let of_shipment = |row: &Shipment| lines.iter().filter(|l| l.shipment_id == row.id).cloned().collect();
    let of_refund = |row: &Refund| refund_lines.iter().filter(|l| l.refund_id == row.id).cloned().collect();
    let mut audit = Audit {
        book: &book,
        shipments: shipments.iter().map(|row| (row.clone(), of_shipment(row))).collect(),
        refunds: refunds.iter().map(|row| (row.clone(), of_refund(row))).collect(),
        captures,
        found,
    };
    audit.sums();
    audit.quantities();
    audit.states();
    audit.parts();
    Ok(())
}

impl Audit<'_> {
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, stored: T, derived: T) {
        if stored != derived {
            let number = &self.book.order.number;
            self.found.push(format!("order {number}: {what} is {stored:?}, should be {derived:?}"));
        }
    }

    /// The parts sum to the whole, component by component.
    fn sums(&mut self) {
        let book = self.book;
        let order = &book.order;
        let sum = |f: fn(&crate::MerchantOrder) -> i64| book.parts.iter().map(f).sum::<i64>();
        self.equal("goods", order.goods_minor, sum(|p| p.goods_minor));
        self.equal("delivery", order.delivery_minor, sum(|p| p.delivery_minor));
        self.equal("discount", order.discount_minor, sum(|p| p.discount_minor));
        self.equal("tax", order.tax_minor, sum(|p| p.tax_minor));
        self.equal("total", order.total_minor, sum(|p| p.total_minor));
        self.equal("captured", order.captured_minor, sum(|p| p.captured_minor));
        self.equal("refunds", order.refund_minor, sum(|p| p.refund_minor));
        for part in &book.parts {
            let lines: Vec<_> = book.lines.iter().filter(|l| l.merchant_order_id == part.id).collect();
            let sent: Vec<_> = book.fulfillments.iter().filter(|f| f.merchant_order_id == part.id).collect();
            let of = |what: &str| format!("{what} of {}", part.number);
            self.equal(&of("goods"), part.goods_minor, lines.iter().map(|l| l.gross_minor).sum());
            self.equal(&of("discount"), part.discount_minor, lines.iter().map(|l| l.discount_minor).sum());
            self.equal(&of("delivery"), part.delivery_minor, sent.iter().map(|f| f.shipping_gross_minor).sum());
            let tax =
                lines.iter().map(|l| l.tax_minor).sum::<i64>() + sent.iter().map(|f| f.shipping_tax_minor).sum::<i64>();
            self.equal(&of("tax"), part.tax_minor, tax);
            let item = lines.iter().map(|l| l.commission_minor).sum();
            self.equal(&of("commission on items"), part.commission_item_minor, item);
            let shipping = sent.iter().map(|f| f.shipping_commission_minor).sum();
            self.equal(&of("commission on shipping"), part.commission_shipping_minor, shipping);
            let vat = lines.iter().map(|l| l.commission_vat_minor).sum::<i64>()
                + sent.iter().map(|f| f.shipping_commission_vat_minor).sum::<i64>()
                + part.fixed_fee_vat_minor;
            self.equal(&of("VAT on commission"), part.commission_vat_minor, vat);
            let captures = self.captures.iter().filter(|c| c.merchant_order_id == part.id);
            let (captured, discount) =
                captures.fold((0, 0), |(paid, given), c| (paid + c.amount_minor, given + c.discount_minor));
            self.equal(&of("captured"), part.captured_minor, captured);
            self.equal(&of("captured discount"), part.captured_discount_minor, discount);
            let refunds = self.refunds.iter().filter(|(r, _)| r.merchant_order_id == part.id);
            let refunds = refunds.map(|(r, _)| r.amount_minor).sum();
            self.equal(&of("refunds"), part.refund_minor, refunds);
        }
    }

    /// Fulfillment lines, parcels and refunds sum to the order lines.
    fn quantities(&mut self) {
        let book = self.book;
        let delivered: HashMap<_, bool> =
            self.shipments.iter().map(|(s, _)| (s.id, s.state == ShipmentState::Delivered)).collect();
        for line in &book.lines {
            let own = |f: fn(&crate::FulfillmentLine) -> i64| {
                book.fulfillment_lines.iter().filter(|l| l.order_line_id == line.id).map(f).sum::<i64>()
            };
            let of = |what: &str| format!("{what} of line {}", line.line_no);
            self.equal(&of("ordered"), line.ordered, own(|l| l.ordered));
            self.equal(&of("canceled"), line.canceled, own(|l| l.canceled));
            self.equal(&of("shipped"), line.shipped, own(|l| l.shipped));
            self.equal(&of("delivered"), line.delivered, own(|l| l.delivered));
            let all_sent = self.shipments.iter().flat_map(|(_, lines)| lines);
            let sent: Vec<_> = all_sent.filter(|l| l.order_line_id == line.id).cloned().collect();
            let (all, arrived): (i64, i64) = sent.iter().fold((0, 0), |(all, arrived), l| {
                let there = delivered.get(&l.shipment_id).copied().unwrap_or(false);
                (all + l.quantity, arrived + if there { l.quantity } else { 0 })
            });
            self.equal(&of("shipped in parcels"), line.shipped, all);
            self.equal(&of("delivered in parcels"), line.delivered, arrived);
            let mut slots: Vec<(i64, i64)> = sent.iter().map(|l| (l.slot_from, l.slot_to)).collect();
            slots.sort_unstable();
            let gapless = slots.iter().try_fold(0, |at, (from, to)| (*from == at).then_some(*to));
            self.equal(&of("slots shipped"), gapless, Some(line.shipped));
            let refunds = self.refunds.iter().filter(|(r, _)| r.kind != RefundKind::Cancellation);
            let refunded =
                refunds.flat_map(|(_, l)| l).filter(|l| l.order_line_id == line.id).map(|l| l.quantity).sum();
            self.equal(&of("refunded"), line.refunded, refunded);
            let units = Units {
                ordered: line.ordered,
                canceled: line.canceled,
                shipped: line.shipped,
                delivered: line.delivered,
                refunded: line.refunded,
            };
            self.equal(&of("soundness"), units.is_sound(), true);
        }
    }

    /// The stored states are those that the quantities give.
    fn states(&mut self) {
        let mut derived = self.book.clone();
        derived.derive(self.book.order.placed_at, Duration::zero());
        let order = &self.book.order;
        self.equal("state", order.state, derived.order.state);
        self.equal("fulfillment state", order.fulfillment_state, derived.order.fulfillment_state);
        self.equal("payment state", order.payment_state, derived.order.payment_state);
        for (stored, derived) in self.book.parts.iter().zip(&derived.parts) {
            self.equal(&format!("state of {}", stored.number), stored.state, derived.state);
        }
        for (stored, derived) in self.book.fulfillments.iter().zip(&derived.fulfillments) {
            self.equal(&format!("state of {}", stored.id), stored.state, derived.state);
        }
    }

    /// What was earned and given back is what the slots say, and nothing that was taken is left without a cause.
    fn parts(&mut self) {
        let book = self.book;
        for part in &book.parts {
            let earned: Parts =
                self.shipments.iter().filter(|(s, _)| s.merchant_order_id == part.id).map(|(s, _)| s.parts.0).sum();
            let lines = book.lines.iter().filter(|l| l.merchant_order_id == part.id);
            let slots: Parts = lines.map(|line| book.slots(line, 0, line.shipped)).sum();
            let sent = book.fulfillments.iter().filter(|f| f.merchant_order_id == part.id);
            let moved = sent.filter(|f| matches!(f.shipping_state, ShippingState::Moved | ShippingState::Returned));
            let mut derived = moved.map(|f| book.shipping(f)).sum::<Parts>().plus(slots);
            if part.fixed_fee_state != FeeState::Open {
                derived = derived.plus(crate::model::money::fixed_fee(part.fixed_fee_minor, part.fixed_fee_vat_minor));
            }
            self.equal(&format!("what {} earned", part.number), earned, derived);
            self.left(part);
        }
    }

    /// Captured without what went back is exactly what the units that were kept cost, once everything is captured.
    fn left(&mut self, part: &crate::MerchantOrder) {
        let book = self.book;
        let whole = part.captured_minor > 0 && part.captured_minor >= part.capture_requested_minor;
        if part.capture == CaptureTiming::OnDelivery || !whole || part.released_at.is_none() {
            return;
        }
        let lines = book.lines.iter().filter(|l| l.merchant_order_id == part.id);
        let kept: i64 = lines.map(|line| book.slots(line, line.refunded, line.ordered - line.canceled).gross).sum();
        let sent = book.fulfillments.iter().filter(|f| f.merchant_order_id == part.id);
        let shipping = sent.filter(|f| matches!(f.shipping_state, ShippingState::Open | ShippingState::Moved));
        let kept = kept + shipping.map(|f| f.shipping_gross_minor).sum::<i64>();
        self.equal(&format!("money kept for {}", part.number), part.captured_minor - part.refund_minor, kept);
    }
}
