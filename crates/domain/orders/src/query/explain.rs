//! What a movement of money is made of: units, their frozen prices and commission.

use kernel::id::{RefundId, ShipmentId};

use super::{PartDetail, ShipmentDetail};
use crate::entity::{FulfillmentOrder, OrderLine};
use crate::model::money::{LineMoney, Parts};

/// What moved the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A parcel left.
    Shipment(ShipmentId),
    /// Money went back to the buyer.
    Refund(RefundId),
    /// The merchant order as a whole.
    Whole,
}

/// Units of a line with what they carry.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedLine {
    /// The line.
    pub line: OrderLine,
    /// Units.
    pub quantity: i64,
    /// What they carry, in every component.
    pub parts: Parts,
}

/// What a movement of money is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The units, by line.
    pub lines: Vec<ExplainedLine>,
    /// What is sent by the shipping that moved, with where its price comes from.
    pub deliveries: Vec<FulfillmentOrder>,
    /// All of it: the units, the shipping and the fixed fee that moved with them.
    pub total: Parts,
}

/// Takes a movement of money of a merchant order apart. `None` when the cause is not of this merchant order.
#[must_use]
pub fn explain(part: &PartDetail, cause: Cause) -> Option<Explained> {
    match cause {
        Cause::Shipment(id) => {
            let parcel = part.shipments.iter().find(|parcel| parcel.shipment.id == id)?;
            let slots = parcel.lines.iter().map(|row| (row.order_line_id, row.slot_from, row.slot_to));
            let total = parcel.shipment.parts.0;
            let deliveries =
                if total.shipping + total.shipping_discount > 0 { sent_with(part, parcel) } else { Vec::new() };
            Some(Explained { lines: lines(part, slots), deliveries, total })
        }
        Cause::Refund(id) => {
            let refund = part.refunds.iter().find(|refund| refund.refund.id == id)?;
            let slots = refund.lines.iter().map(|row| (row.order_line_id, row.slot_from, row.slot_to));
            let deliveries = deliveries(part, |row| refund.refund.shipping_of.0.contains(&row.id));
            Some(Explained { lines: lines(part, slots), deliveries, total: refund.refund.parts.0 })
        }
        Cause::Whole => {
            let slots = part.lines.iter().map(|line| (line.id, 0, line.ordered - line.canceled));
            let lines = lines(part, slots);
            let total = lines.iter().map(|line| line.parts).sum();
            Some(Explained { lines, deliveries: deliveries(part, |_| true), total })
        }
    }
}

fn deliveries(part: &PartDetail, of: impl Fn(&FulfillmentOrder) -> bool) -> Vec<FulfillmentOrder> {
    part.fulfillments.iter().map(|row| &row.fulfillment_order).filter(|row| of(row)).cloned().collect()
}

/// Everything whose shipping moved with a parcel: it shares its price with what was split from it.
fn sent_with(part: &PartDetail, parcel: &ShipmentDetail) -> Vec<FulfillmentOrder> {
    let own = |row: &FulfillmentOrder| row.id == parcel.shipment.fulfillment_order_id;
    let group = deliveries(part, own).first().map(|row| row.group_id);
    deliveries(part, |row| Some(row.group_id) == group && row.shipping_gross_minor > 0)
}

fn lines(part: &PartDetail, slots: impl Iterator<Item = (kernel::id::OrderLineId, i64, i64)>) -> Vec<ExplainedLine> {
    let explained = slots.filter_map(|(id, from, to)| {
        let line = part.lines.iter().find(|line| line.id == id)?;
        let money = LineMoney {
            ordered: line.ordered,
            gross: line.gross_minor,
            discount: line.discount_minor,
            tax: line.tax_minor,
            commission: line.commission_minor,
            commission_vat: line.commission_vat_minor,
            operator_remits_tax: part.merchant_order.operator_remits_tax,
        };
        Some(ExplainedLine { line: line.clone(), quantity: to - from, parts: money.slots(from, to) })
    });
    explained.collect()
}
