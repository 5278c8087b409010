//! An order with all its parts in memory, and what can be done with it. Pure: it changes quantities, money
//! counters and derived states; the commands carry the effects to stock, payments and listeners.

use chrono::{DateTime, Duration, Utc};
use kernel::id::{FulfillmentLineId, FulfillmentOrderId, LocationId, MerchantOrderId, OrderLineId};

use super::money::{LineMoney, Parts, ShippingMoney, cancel_slots, fixed_fee, ship_slots};
use super::state::{self, MerchantOrderAction, MerchantOrderFacts, MoneyFacts, Units};
use super::status::{CaptureTiming, FeeState, MerchantOrderState, OrderState, ShippingState};
use crate::Error;
use crate::entity::{FulfillmentLine, FulfillmentOrder, MerchantOrder, Order, OrderLine};
use crate::event::LineUnits;

/// An order with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// The order.
    pub order: Order,
    /// Its merchant orders, by number.
    pub parts: Vec<MerchantOrder>,
    /// Its lines, by line number.
    pub lines: Vec<OrderLine>,
    /// Its fulfillment orders, by position.
    pub fulfillments: Vec<FulfillmentOrder>,
    /// Their lines.
    pub fulfillment_lines: Vec<FulfillmentLine>,
}

/// Slots of a line that move together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// The line.
    pub line: OrderLineId,
    /// The first slot.
    pub from: i64,
    /// The slot after the last.
    pub to: i64,
    /// What the buyer pays for them.
    pub gross: i64,
}

/// Units of a line promised at a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    /// The line.
    pub line: OrderLineId,
    /// The location.
    pub location: LocationId,
    /// Units.
    pub quantity: i64,
}

/// What canceling took out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CanceledUnits {
    /// All components of the units and of the shipping given up with them.
    pub parts: Parts,
    /// The slots.
    pub slots: Vec<Slots>,
    /// The fulfillment orders whose shipping was given up.
    pub shipping_of: Vec<FulfillmentOrderId>,
    /// Stock that is free again.
    pub released: Vec<Promised>,
}

/// What went into a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShippedUnits {
    /// All components, with the shipping and the fixed fee if this parcel is the first.
    pub parts: Parts,
    /// The slots with the fulfillment line each belongs to.
    pub slots: Vec<(FulfillmentLineId, Slots)>,
    /// The fulfillment orders whose shipping it carries.
    pub shipping_of: Vec<FulfillmentOrderId>,
}

/// The units of a line.
#[must_use]
pub fn of_line(line: &OrderLine) -> Units {
    // What is in open returns is spoken for, and what was paid back without a return is not paid back again.
    let arrived = line.delivered - line.return_requested - line.refunded_kept;
    let payable = refundable(line) - (line.return_requested - line.return_done);
    Units {
        ordered: line.ordered,
        canceled: line.canceled,
        shipped: line.shipped,
        delivered: line.delivered,
        undelivered: line.lost + line.bounced,
        refunded: line.refunded,
        returned: line.return_ok + line.return_bad,
        returnable: arrived.min(payable).max(0),
    }
}

/// Shipped units that were not given back as a whole.
#[must_use]
pub fn refundable(line: &OrderLine) -> i64 {
    line.shipped - line.given_back.0.iter().filter(|run| run.unit.is_over).map(|run| run.count).sum::<i64>()
}

/// The units of a line of a fulfillment order.
#[must_use]
pub fn of_fulfillment_line(line: &FulfillmentLine) -> Units {
    let FulfillmentLine { ordered, canceled, shipped, delivered, .. } = *line;
    Units { ordered, canceled, shipped, delivered, ..Units::default() }
}

pub(super) fn missing() -> Error {
    context::Error::NotFound("order line").into()
}

impl Book {
    /// A merchant order.
    ///
    /// # Errors
    /// Not found when it is of another order.
    pub fn part(&self, id: MerchantOrderId) -> Result<&MerchantOrder, Error> {
        self.parts.iter().find(|part| part.id == id).ok_or(context::Error::NotFound("merchant order").into())
    }

    pub(crate) fn part_mut(&mut self, id: MerchantOrderId) -> Result<&mut MerchantOrder, Error> {
        self.parts.iter_mut().find(|part| part.id == id).ok_or(context::Error::NotFound("merchant order").into())
    }

    /// The units of a merchant order.
    #[must_use]
    pub fn units(&self, part: MerchantOrderId) -> Units {
        self.lines.iter().filter(|line| line.merchant_order_id == part).map(of_line).sum()
    }

    /// What decides the state of a merchant order.
    #[must_use]
    pub fn facts(&self, part: &MerchantOrder) -> MerchantOrderFacts {
        facts(part, self.units(part.id))
    }

    /// The frozen money of a line.
    pub(super) fn line_money(&self, line: &OrderLine) -> LineMoney {
        LineMoney {
            ordered: line.ordered,
            gross: line.gross_minor,
            discount: line.discount_minor,
            tax: line.tax_minor,
            commission: line.commission_minor,
            commission_vat: line.commission_vat_minor,
            operator_remits_tax: self.remits(line.merchant_order_id),
        }
    }

    fn shipping_money(&self, fulfillment: &FulfillmentOrder) -> ShippingMoney {
        ShippingMoney {
            gross: fulfillment.shipping_gross_minor,
            discount: fulfillment.shipping_discount_minor,
            tax: fulfillment.shipping_tax_minor,
            commission: fulfillment.shipping_commission_minor,
            commission_vat: fulfillment.shipping_commission_vat_minor,
            operator_remits_tax: self.remits(fulfillment.merchant_order_id),
        }
    }

    /// What the units `from..to` of a line carry.
    #[must_use]
    pub fn slots(&self, line: &OrderLine, from: i64, to: i64) -> Parts {
        self.line_money(line).slots(from, to)
    }

    /// What the shipping of a fulfillment order carries.
    #[must_use]
    pub fn shipping(&self, fulfillment: &FulfillmentOrder) -> Parts {
        self.shipping_money(fulfillment).whole()
    }

    fn remits(&self, part: MerchantOrderId) -> bool {
        self.parts.iter().any(|p| p.id == part && p.operator_remits_tax)
    }

    /// What the units of a merchant order that were not canceled cost the buyer, with their shipping.
    #[must_use]
    pub fn due(&self, part: MerchantOrderId) -> i64 {
        let goods = self.kept_goods(part).gross;
        let shipping: i64 = self.kept_shipping(part).map(FulfillmentOrder::shipping_cash_minor).sum();
        // What was to be paid at the door and never will be.
        let lost = self.parts.iter().find(|p| p.id == part).map_or(0, |p| p.uncollected_minor);
        goods + shipping - lost
    }

    /// What the marketplace pays for the units of a merchant order that were not canceled, and for their shipping.
    #[must_use]
    pub fn discount(&self, part: MerchantOrderId) -> i64 {
        let shipping: i64 = self.kept_shipping(part).map(|f| f.shipping_discount_minor).sum();
        self.kept_goods(part).discount + shipping
    }

    fn kept_shipping(&self, part: MerchantOrderId) -> impl Iterator<Item = &FulfillmentOrder> {
        let kept =
            move |f: &&FulfillmentOrder| f.merchant_order_id == part && f.shipping_state != ShippingState::Canceled;
        self.fulfillments.iter().filter(kept)
    }

    fn kept_goods(&self, part: MerchantOrderId) -> Parts {
        let kept = |line: &OrderLine| self.line_money(line).slots(0, line.ordered - line.canceled);
        self.lines.iter().filter(|line| line.merchant_order_id == part).map(kept).sum()
    }

    /// The marketplace's share of a part once the buyer has paid `captured_minor` of it: in step with the buyer.
    #[must_use]
    pub fn discount_due(&self, part: MerchantOrderId, captured_minor: i64) -> i64 {
        let due = self.due(part);
        kernel::cumulative(self.discount(part), captured_minor.min(due), due, kernel::Rounding::HalfUp)
    }

    /// Refuses what the state of the merchant order does not allow.
    ///
    /// # Errors
    /// [`Error::InvalidTransition`] with what is allowed; [`Error::PaymentInFlight`].
    pub fn require(&self, part: MerchantOrderId, action: MerchantOrderAction) -> Result<(), Error> {
        let facts = self.facts(self.part(part)?);
        let allowed = state::allowed(&facts);
        if allowed.contains(&action) {
            return Ok(());
        }
        let state = state::merchant_order(&facts);
        if action == MerchantOrderAction::Cancel && state == MerchantOrderState::AwaitingPayment {
            return Err(Error::PaymentInFlight);
        }
        let allowed = state::names(&allowed);
        Err(Error::InvalidTransition { action: action.as_str(), state: state.as_str(), allowed })
    }

    /// Every open unit of a merchant order.
    #[must_use]
    pub fn open_units(&self, part: MerchantOrderId) -> Vec<LineUnits> {
        self.lines
            .iter()
            .filter(|line| line.merchant_order_id == part)
            .map(|line| LineUnits { line: line.id, quantity: of_line(line).open() })
            .filter(|units| units.quantity > 0)
            .collect()
    }

    pub(super) fn line_index(&self, part: MerchantOrderId, id: OrderLineId) -> Result<usize, Error> {
        self.lines.iter().position(|l| l.id == id && l.merchant_order_id == part).ok_or_else(missing)
    }

    /// Takes open units out, those of the last locations first.
    ///
    /// # Errors
    /// [`Error::TooManyUnits`]; not found for a line of another merchant order. The book is unusable after an error.
    pub fn cancel(&mut self, part: MerchantOrderId, wanted: &[LineUnits]) -> Result<CanceledUnits, Error> {
        let mut result = CanceledUnits::default();
        for (index, units) in wanted.iter().enumerate() {
            let at = self.line_index(part, units.line)?;
            let line = &self.lines[at];
            let open = of_line(line).open();
            check_units(index, units.quantity, open)?;
            let (from, to) = cancel_slots(line.ordered, line.canceled, units.quantity);
            let money = self.line_money(line).slots(from, to);
            result.slots.push(Slots { line: units.line, from, to, gross: money.gross });
            result.parts = result.parts.plus(money);
            self.lines[at].canceled += units.quantity;
            self.release(units, &mut result.released);
        }
        for index in 0..self.fulfillments.len() {
            let fulfillment = &self.fulfillments[index];
            // What was split is delivered for one price, which is given up when nothing more will leave. It may not have
            // moved although something left: what was put to goods of which some had left waits for the next parcel.
            let units = self.group_units(fulfillment.group_id);
            let costs = units.canceled == units.ordered || fulfillment.shipping_gross_minor > 0;
            let gone = units.open() == 0 && costs && fulfillment.shipping_state == ShippingState::Open;
            if fulfillment.merchant_order_id == part && gone {
                result.parts = result.parts.plus(self.shipping_money(fulfillment).whole());
                result.shipping_of.push(fulfillment.id);
                self.fulfillments[index].shipping_state = ShippingState::Canceled;
            }
        }
        Ok(result)
    }

    fn release(&mut self, units: &LineUnits, released: &mut Vec<Promised>) {
        let mut missing = units.quantity;
        for line in self.fulfillment_lines.iter_mut().rev().filter(|line| line.order_line_id == units.line) {
            let quantity = missing.min(of_fulfillment_line(line).open());
            if quantity > 0 {
                line.canceled += quantity;
                missing -= quantity;
                let from = self.fulfillments.iter().find(|f| f.id == line.fulfillment_order_id);
                released.extend(from.map(|f| Promised { line: units.line, location: f.location_id, quantity }));
            }
        }
    }

    /// Takes back the cancellation of an order that was never handed to its merchants. Returns the stock it needs.
    pub fn revive(&mut self) -> Vec<Promised> {
        let mut needed = Vec::with_capacity(self.fulfillment_lines.len());
        for line in &mut self.fulfillment_lines {
            line.canceled = 0;
            let from = self.fulfillments.iter().find(|f| f.id == line.fulfillment_order_id);
            let promised = |f: &FulfillmentOrder| Promised {
                line: line.order_line_id,
                location: f.location_id,
                quantity: line.ordered,
            };
            needed.extend(from.map(promised));
        }
        for line in &mut self.lines {
            line.canceled = 0;
        }
        for fulfillment in &mut self.fulfillments {
            fulfillment.shipping_state = ShippingState::Open;
        }
        for part in &mut self.parts {
            part.outcome = None;
            part.decided_at = None;
            part.state = MerchantOrderState::Staging;
        }
        needed
    }

    /// The units of a fulfillment order.
    #[must_use]
    pub fn fulfillment_units(&self, id: FulfillmentOrderId) -> Units {
        self.fulfillment_lines.iter().filter(|line| line.fulfillment_order_id == id).map(of_fulfillment_line).sum()
    }

    /// The units of all fulfillment orders that one delivery price is for.
    fn group_units(&self, group: FulfillmentOrderId) -> Units {
        self.fulfillments.iter().filter(|f| f.group_id == group).map(|f| self.fulfillment_units(f.id)).sum()
    }

    /// Every open unit of a fulfillment order.
    #[must_use]
    pub fn open_of_fulfillment(&self, id: FulfillmentOrderId) -> Vec<LineUnits> {
        self.fulfillment_lines
            .iter()
            .filter(|line| line.fulfillment_order_id == id)
            .map(|line| LineUnits { line: line.order_line_id, quantity: of_fulfillment_line(line).open() })
            .filter(|units| units.quantity > 0)
            .collect()
    }

    /// Puts open units of a fulfillment order into a parcel.
    ///
    /// # Errors
    /// [`Error::TooManyUnits`]; not found for a line of another fulfillment order.
    pub fn ship(&mut self, id: FulfillmentOrderId, wanted: &[LineUnits]) -> Result<ShippedUnits, Error> {
        let mut result = ShippedUnits::default();
        for (index, units) in wanted.iter().enumerate() {
            let own = |l: &FulfillmentLine| l.fulfillment_order_id == id && l.order_line_id == units.line;
            let at = self.fulfillment_lines.iter().position(own).ok_or_else(missing)?;
            check_units(index, units.quantity, of_fulfillment_line(&self.fulfillment_lines[at]).open())?;
            let line = self.lines.iter().position(|l| l.id == units.line).ok_or_else(missing)?;
            let (from, to) = ship_slots(self.lines[line].shipped, units.quantity);
            let money = self.line_money(&self.lines[line]).slots(from, to);
            let slots = Slots { line: units.line, from, to, gross: money.gross };
            result.slots.push((self.fulfillment_lines[at].id, slots));
            result.parts = result.parts.plus(money);
            self.lines[line].shipped += units.quantity;
            self.fulfillment_lines[at].shipped += units.quantity;
        }
        let at = self.fulfillments.iter().position(|f| f.id == id).ok_or_else(missing)?;
        let group = self.fulfillments[at].group_id;
        for index in 0..self.fulfillments.len() {
            let fulfillment = &self.fulfillments[index];
            if fulfillment.group_id == group && fulfillment.shipping_state == ShippingState::Open {
                result.parts = result.parts.plus(self.shipping_money(fulfillment).whole());
                result.shipping_of.push(fulfillment.id);
                self.fulfillments[index].shipping_state = ShippingState::Moved;
            }
        }
        let part = self.part_mut(self.fulfillments[at].merchant_order_id)?;
        if part.fixed_fee_state == FeeState::Open {
            result.parts = result.parts.plus(fixed_fee(part.fixed_fee_minor, part.fixed_fee_vat_minor));
            part.fixed_fee_state = FeeState::Moved;
        }
        Ok(result)
    }

    /// Marks shipped units of fulfillment lines as arrived.
    ///
    /// # Errors
    /// Not found for a line of another order.
    pub fn deliver(&mut self, units: &[(FulfillmentLineId, i64)]) -> Result<(), Error> {
        for (id, quantity) in units {
            let line = self.fulfillment_lines.iter_mut().find(|l| l.id == *id).ok_or_else(missing)?;
            line.delivered += quantity;
            let order_line = line.order_line_id;
            let line = self.lines.iter_mut().find(|l| l.id == order_line).ok_or_else(missing)?;
            line.delivered += quantity;
        }
        Ok(())
    }

    /// Sets every derived column from quantities and decisions. `hold` runs from the last delivery to closing.
    pub fn derive(&mut self, now: DateTime<Utc>, hold: Duration) {
        for index in 0..self.fulfillments.len() {
            let units = self.fulfillment_units(self.fulfillments[index].id);
            let is_held = self.fulfillments[index].held_at.is_some();
            self.fulfillments[index].state = state::fulfillment_order(&units, is_held);
        }
        for index in 0..self.parts.len() {
            let facts = self.facts(&self.parts[index]);
            let part = &mut self.parts[index];
            part.state = state::merchant_order(&facts);
            if part.state == MerchantOrderState::Delivered && part.delivered_at.is_none() {
                part.delivered_at = Some(now);
                part.close_after = Some(now + hold);
            }
        }
        let states: Vec<MerchantOrderState> = self.parts.iter().map(|part| part.state).collect();
        let money = self.money(&states);
        self.order.state = state::order(&states);
        self.order.fulfillment_state = state::fulfillment(&self.lines.iter().map(of_line).sum());
        self.order.captured_minor = money.captured;
        self.order.refund_minor = money.refunded;
        self.order.payment_state = state::payment(&money);
    }

    fn money(&self, states: &[MerchantOrderState]) -> MoneyFacts {
        MoneyFacts {
            authorized: self.order.authorized_minor,
            captured: self.parts.iter().map(|part| part.captured_minor).sum(),
            refunded: self.parts.iter().map(|part| part.refund_minor).sum(),
            due: self.parts.iter().map(|part| self.due(part.id)).sum(),
            owed: self.order.owed_minor,
            is_canceled: state::order(states) == OrderState::Canceled,
        }
    }

    /// Whether money for the open units of a merchant order has been taken.
    #[must_use]
    pub fn is_captured(&self, part: &MerchantOrder) -> bool {
        let beforehand = matches!(part.capture, CaptureTiming::OnAcceptance | CaptureTiming::OnPayment);
        beforehand && part.captured_minor + part.captured_discount_minor > 0
    }
}

/// What decides the state of `part`, whose lines have `units`.
#[must_use]
pub fn facts(part: &MerchantOrder, units: Units) -> MerchantOrderFacts {
    MerchantOrderFacts {
        units,
        released_at: part.released_at,
        outcome: part.outcome,
        closed_at: part.closed_at,
        capture: part.capture,
        capture_requested_minor: part.capture_requested_minor,
        captured_minor: part.captured_minor,
        captured_discount_minor: part.captured_discount_minor,
        incident_open: part.incident_open,
        returns_open: part.returns_open,
    }
}

pub(super) fn check_units(index: usize, wanted: i64, available: i64) -> Result<(), Error> {
    let field = format!("lines.{index}.quantity");
    if wanted < 1 {
        return Err(kernel::Invalid::range(field, 1, available.max(1)).into());
    }
    if wanted > available { Err(Error::TooManyUnits { field, available }) } else { Ok(()) }
}
