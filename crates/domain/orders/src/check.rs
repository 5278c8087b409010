//! Re-derives orders: sums, quantities, states.

mod quotes;

use chrono::Duration;
use kernel::id::{MerchantOrderId, OrderId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{HashMap, HashSet};

use crate::Error;
use crate::entity::{
    GoodsReturnLine, Refund, Shipment, capture, goods_return, goods_return_line, incident, order, refund, refund_line,
    shipment, shipment_line, words,
};
use crate::model::book::{Book, of_line};
use crate::model::money::Parts;
use crate::model::status::{
    CaptureTiming, FeeState, RefundKind, RefundState, ReturnState, ShipmentState, ShippingState,
};
use crate::repo;

/// Checks every order and every quote and describes each difference; an empty list means that all is well.
///
/// # Errors
/// The database error.
pub async fn orders<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, Error> {
    let mut differences = Vec::new();
    quotes::check(conn, &mut differences).await?;
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
    returns: Vec<(ReturnState, GoodsReturnLine)>,
    returns_open: HashMap<MerchantOrderId, i64>,
    incidents: HashSet<MerchantOrderId>,
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
    let (returns, returns_open) = returns(conn, id).await?;
    let incidents = incident::Entity::find()
        .filter(incident::Column::OrderId.eq(id))
        .filter(incident::Column::ClosedAt.is_null())
        .all(conn)
        .await?;
    let on_account = book.parts.iter().any(|part| part.capture == CaptureTiming::OnShipment);
    let owed = if on_account { payments::query::open_of_order_on(conn, id).await? } else { 0 };
    let of_shipment = |row: &Shipment| lines.iter().filter(|l| l.shipment_id == row.id).cloned().collect();
    let of_refund = |row: &Refund| refund_lines.iter().filter(|l| l.refund_id == row.id).cloned().collect();
    let mut audit = Audit {
        book: &book,
        shipments: shipments.iter().map(|row| (row.clone(), of_shipment(row))).collect(),
        refunds: refunds.iter().map(|row| (row.clone(), of_refund(row))).collect(),
        captures,
        returns,
        returns_open,
        incidents: incidents.into_iter().map(|row| row.merchant_order_id).collect(),
        found,
    };
    audit.equal("what is owed", book.order.owed_minor, owed);
    if book.order.erased_at.is_some() {
        let said = words::Entity::find().filter(words::Column::OrderId.eq(id)).count(conn).await?;
        audit.equal("words about an erased buyer", said, 0);
    }
    audit.sums();
    audit.quantities();
    audit.states();
    audit.parts();
    Ok(())
}

type Returned = (Vec<(ReturnState, GoodsReturnLine)>, HashMap<MerchantOrderId, i64>);

/// The lines of an order's returns with their states, and how many are open of each merchant order.
async fn returns<C: ConnectionTrait>(conn: &C, id: OrderId) -> Result<Returned, Error> {
    let rows = goods_return::Entity::find().filter(goods_return::Column::OrderId.eq(id)).all(conn).await?;
    let ids = db::dialect::pad(rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let lines =
        goods_return_line::Entity::find().filter(goods_return_line::Column::ReturnId.is_in(ids)).all(conn).await?;
    let states: HashMap<_, ReturnState> = rows.iter().map(|row| (row.id, row.state)).collect();
    let mut open = HashMap::new();
    for row in rows {
        use ReturnState as S;
        if matches!(row.state, S::Requested | S::Approved | S::InTransit | S::Received | S::Inspected) {
            *open.entry(row.merchant_order_id).or_default() += 1;
        }
    }
    let with_state = |line: GoodsReturnLine| states.get(&line.return_id).map(|state| (*state, line));
    Ok((lines.into_iter().filter_map(with_state).collect(), open))
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
        let named = book.parts.iter().map(|part| &part.ship_to).chain([&order.ship_to]);
        let named = named.filter(|to| to.name != crate::command::ERASED || !to.line1.is_empty()).count();
        if order.erased_at.is_some() {
            self.equal("addresses of an erased buyer", named, 0);
        }
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
            let discount = lines.iter().map(|l| l.discount_minor).sum::<i64>()
                + sent.iter().map(|f| f.shipping_discount_minor).sum::<i64>();
            self.equal(&of("discount"), part.discount_minor, discount);
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
            let moved = |r: &Refund| !matches!(r.state, RefundState::AwaitingApproval | RefundState::Rejected);
            let refunds = self.refunds.iter().filter(|(r, _)| r.merchant_order_id == part.id && moved(r));
            let refunds = refunds.map(|(r, _)| r.amount_minor).sum();
            self.equal(&of("refunds"), part.refund_minor, refunds);
        }
    }

    /// Fulfillment lines, parcels and refunds sum to the order lines.
    fn quantities(&mut self) {
        let book = self.book;
        let state: HashMap<_, ShipmentState> = self.shipments.iter().map(|(s, _)| (s.id, s.state)).collect();
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
            let in_state = |wanted: ShipmentState| -> i64 {
                let there = sent.iter().filter(|l| state.get(&l.shipment_id) == Some(&wanted));
                there.map(|l| l.quantity).sum()
            };
            self.equal(&of("shipped in parcels"), line.shipped, sent.iter().map(|l| l.quantity).sum());
            self.equal(&of("delivered in parcels"), line.delivered, in_state(ShipmentState::Delivered));
            self.equal(&of("lost in parcels"), line.lost, in_state(ShipmentState::Lost));
            self.equal(&of("back in parcels"), line.bounced, in_state(ShipmentState::ReturnedToSender));
            let mut slots: Vec<(i64, i64)> = sent.iter().map(|l| (l.slot_from, l.slot_to)).collect();
            slots.sort_unstable();
            let gapless = slots.iter().try_fold(0, |at, (from, to)| (*from == at).then_some(*to));
            self.equal(&of("slots shipped"), gapless, Some(line.shipped));
            let refunds = self.refunds.iter().filter(|(r, _)| r.kind != RefundKind::Cancellation);
            let refunded =
                refunds.flat_map(|(_, l)| l).filter(|l| l.order_line_id == line.id).map(|l| l.quantity).sum();
            self.equal(&of("refunded"), line.refunded, refunded);
            self.equal(&of("soundness"), of_line(line).is_sound(), true);
            self.returned(line);
        }
    }

    /// What came back is what the returns say.
    fn returned(&mut self, line: &crate::OrderLine) {
        let of = |what: &str| format!("{what} of line {}", line.line_no);
        let own: Vec<_> = self.returns.iter().filter(|(_, l)| l.order_line_id == line.id).collect();
        let sum = |counts: fn(ReturnState) -> bool, units: fn(&GoodsReturnLine) -> i64| -> i64 {
            own.iter().filter(|(state, _)| counts(*state)).map(|(_, l)| units(l)).sum()
        };
        let asked =
            |s: ReturnState| !matches!(s, ReturnState::Rejected | ReturnState::Canceled | ReturnState::NoReception);
        let done = |s: ReturnState| {
            matches!(s, ReturnState::Refunded | ReturnState::Replaced | ReturnState::SentBack | ReturnState::Closed)
        };
        let (requested, settled) = (sum(asked, |l| l.quantity), sum(done, |l| l.quantity));
        let (ok, bad) = (sum(|_| true, |l| l.ok), sum(|_| true, |l| l.bad));
        self.equal(&of("return requested"), line.return_requested, requested);
        self.equal(&of("return settled"), line.return_done, settled);
        self.equal(&of("returned as it should be"), line.return_ok, ok);
        self.equal(&of("returned otherwise"), line.return_bad, bad);
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
            if part.capture != CaptureTiming::OnDelivery {
                let effective = |r: &Refund| {
                    r.merchant_order_id == part.id
                        && r.kind != RefundKind::Cancellation
                        && !matches!(r.state, RefundState::AwaitingApproval | RefundState::Rejected)
                };
                let undone: Parts = self.refunds.iter().filter(|(r, _)| effective(r)).map(|(r, _)| r.parts.0).sum();
                self.equal(&format!("what was undone of {}", part.number), undone, book.undone(part.id));
            }
            let open = self.returns_open.get(&part.id).copied().unwrap_or(0);
            self.equal(&format!("open returns of {}", part.number), part.returns_open, open);
            let incident = self.incidents.contains(&part.id);
            self.equal(&format!("incident of {}", part.number), part.incident_open, incident);
            self.left(part);
        }
    }

    /// Captured without what went back is exactly what the units that were kept cost, once everything is captured.
    fn left(&mut self, part: &crate::MerchantOrder) {
        let book = self.book;
        let whole = part.captured_minor > 0 && part.captured_minor >= part.capture_requested_minor;
        // What is paid at the door or on account is taken parcel by parcel.
        let by_parcel = match part.capture {
            CaptureTiming::OnDelivery => true,
            CaptureTiming::OnShipment => book.units(part.id).open() > 0,
            CaptureTiming::OnAcceptance | CaptureTiming::OnPayment => false,
        };
        if by_parcel || !whole || part.released_at.is_none() {
            return;
        }
        let lines = book.lines.iter().filter(|l| l.merchant_order_id == part.id);
        let kept: i64 = lines.map(|line| book.kept(line)).sum();
        let sent = book.fulfillments.iter().filter(|f| f.merchant_order_id == part.id);
        let shipping = sent.filter(|f| matches!(f.shipping_state, ShippingState::Open | ShippingState::Moved));
        let kept = kept + shipping.map(|f| f.shipping_cash_minor() - f.shipping_given_minor).sum::<i64>();
        self.equal(&format!("money kept for {}", part.number), part.captured_minor - part.refund_minor, kept);
    }
}
