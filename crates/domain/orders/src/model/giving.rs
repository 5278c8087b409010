//! Giving back what had been earned: units, shipping, amounts.

use kernel::Rounding;
use kernel::id::{FulfillmentOrderId, MerchantOrderId, OrderLineId};

use super::book::{Book, Slots, check_units, missing, refundable};
use super::given::{Step, Unit, give_amount, give_whole, spread, undone};
use super::money::{Parts, fixed_fee};
use super::status::{Bearer, FeeState, ShippingState};
use super::types::{GivenBack, Wanted};
use crate::Error;
use crate::entity::{FulfillmentOrder, OrderLine};
use crate::event::LineUnits;

/// What is given back of what had been earned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenUnits {
    /// What the buyer gets, and what of the sale is undone.
    pub step: Step,
    /// The units given back as a whole.
    pub slots: Vec<Slots>,
    /// The fulfillment orders whose shipping is given back, whole or in part.
    pub shipping_of: Vec<FulfillmentOrderId>,
}

/// A place that an amount is taken from.
enum Place {
    /// A unit of the line at this index.
    Unit(usize, usize),
    /// The shipping of the fulfillment order at this index.
    Shipping(usize),
}

impl Book {
    /// How half a minor unit of this order is rounded.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        Rounding::parse(&self.order.rounding).unwrap_or_default()
    }

    /// Gives back what is wanted of a merchant order. With `with_fee` the fixed fee goes back too once nothing that was
    /// earned is left. The book is unusable after an error.
    ///
    /// # Errors
    /// [`Error::TooManyUnits`], [`Error::NothingToRefund`], [`Error::ExceedsRefundable`]; not found for what is of
    /// another merchant order.
    pub fn give_back(
        &mut self,
        part: MerchantOrderId,
        wanted: &Wanted,
        bearer: Bearer,
        with_fee: bool,
    ) -> Result<GivenUnits, Error> {
        let mut given = GivenUnits::default();
        match wanted {
            Wanted::Units { lines, shipping_of, returned } => {
                for (index, units) in lines.iter().enumerate() {
                    self.give_units(part, index, units, *returned, &mut given)?;
                }
                self.give_shipping(part, shipping_of, &mut given)?;
            }
            Wanted::Slots { slots, shipping_of } => {
                for (line, from, to) in slots {
                    let at = self.line_index(part, *line)?;
                    self.take(at, (*from..*to).collect(), &mut given);
                }
                self.give_shipping(part, shipping_of, &mut given)?;
            }
            Wanted::Amount { amount_minor, lines, shipping_of } => {
                self.give_an_amount(part, *amount_minor, bearer, (lines, shipping_of), &mut given)?;
            }
        }
        self.give_fee(part, with_fee, &mut given)?;
        // Units that cost nothing are given back all the same.
        if given.step == Step::default() && given.slots.is_empty() {
            return Err(Error::NothingToRefund);
        }
        Ok(given)
    }

    fn give_units(
        &mut self,
        part: MerchantOrderId,
        index: usize,
        units: &LineUnits,
        returned: bool,
        given: &mut GivenUnits,
    ) -> Result<(), Error> {
        let at = self.line_index(part, units.line)?;
        let line = &self.lines[at];
        let spoken_for = if returned { 0 } else { line.return_requested - line.return_done };
        check_units(index, units.quantity, refundable(line) - spoken_for)?;
        let state = line.given_back.units(line.shipped);
        let free = (0_i64..).zip(&state).filter(|(_, unit)| !unit.is_over).map(|(at, _)| at);
        let wanted: Vec<i64> = free.take(usize::try_from(units.quantity).unwrap_or(0)).collect();
        self.take(at, wanted, given);
        if !returned {
            self.lines[at].refunded_kept += units.quantity;
        }
        Ok(())
    }

    /// Takes units of a line as given back, by their places; those that are over already are left out.
    fn take(&mut self, at: usize, places: Vec<i64>, given: &mut GivenUnits) {
        let (money, rounding) = (self.line_money(&self.lines[at]), self.rounding());
        let line = &mut self.lines[at];
        let mut units = line.given_back.units(line.shipped);
        for place in places {
            let Some(unit) = usize::try_from(place).ok().and_then(|place| units.get_mut(place)) else { continue };
            if unit.is_over {
                continue;
            }
            let step = give_whole(&money.slots(place, place + 1), unit, rounding);
            given.step = given.step.plus(step);
            line.refunded += 1;
            match given.slots.last_mut() {
                Some(slots) if slots.line == line.id && slots.to == place => {
                    slots.to += 1;
                    slots.gross += step.cash;
                }
                _ => given.slots.push(Slots { line: line.id, from: place, to: place + 1, gross: step.cash }),
            }
        }
        line.given_back = GivenBack::of(&units);
    }

    /// Takes units as never to be paid: what was to be collected at the door and came back or was lost.
    pub(crate) fn give_up(&mut self, slots: &[(OrderLineId, i64, i64)]) -> Result<(), Error> {
        let rounding = self.rounding();
        for (id, from, to) in slots {
            let at = self.lines.iter().position(|line| line.id == *id).ok_or_else(missing)?;
            let money = self.line_money(&self.lines[at]);
            let line = &mut self.lines[at];
            let mut units = line.given_back.units(line.shipped);
            for (place, unit) in (0_i64..).zip(&mut units) {
                if (*from..*to).contains(&place) && !unit.is_over {
                    give_whole(&money.slots(place, place + 1), unit, rounding);
                }
            }
            line.given_back = GivenBack::of(&units);
        }
        Ok(())
    }

    fn give_shipping(
        &mut self,
        part: MerchantOrderId,
        wanted: &[FulfillmentOrderId],
        given: &mut GivenUnits,
    ) -> Result<(), Error> {
        let rounding = self.rounding();
        for id in wanted {
            let own = |f: &FulfillmentOrder| f.id == *id && f.merchant_order_id == part;
            let at = self.fulfillments.iter().position(own).ok_or_else(missing)?;
            if self.fulfillments[at].shipping_state != ShippingState::Moved {
                return Err(Error::NothingToRefund);
            }
            let whole = self.shipping(&self.fulfillments[at]);
            let row = &mut self.fulfillments[at];
            let mut unit = shipping_unit(row);
            given.step = given.step.plus(give_whole(&whole, &mut unit, rounding));
            (row.shipping_given_minor, row.shipping_reversed_minor) = (unit.given, unit.reversed);
            row.shipping_state = ShippingState::Returned;
            given.shipping_of.push(*id);
        }
        Ok(())
    }

    fn give_an_amount(
        &mut self,
        part: MerchantOrderId,
        amount: i64,
        bearer: Bearer,
        over: (&[OrderLineId], &[FulfillmentOrderId]),
        given: &mut GivenUnits,
    ) -> Result<(), Error> {
        let (places, left) = self.places(part, over)?;
        let available_minor: i64 = left.iter().sum();
        if amount < 1 || amount > available_minor {
            return Err(Error::ExceedsRefundable { available_minor, currency: self.order.currency });
        }
        let shares = spread(amount, &left).map_err(|_| Error::NothingToRefund)?;
        let (rounding, by_merchant) = (self.rounding(), bearer == Bearer::Merchant);
        let mut touched: Vec<(usize, Vec<Unit>)> = Vec::new();
        for (place, share) in places.iter().zip(shares).filter(|(_, share)| *share > 0) {
            let step = match *place {
                Place::Unit(line, unit) => {
                    if touched.last().is_none_or(|(at, _)| *at != line) {
                        let row = &self.lines[line];
                        touched.push((line, row.given_back.units(row.shipped)));
                    }
                    let Some(slot) = touched.last_mut().and_then(|(_, units)| units.get_mut(unit)) else { continue };
                    let from = i64::try_from(unit).unwrap_or(i64::MAX - 1);
                    let whole = self.line_money(&self.lines[line]).slots(from, from + 1);
                    give_amount(&whole, slot, share, by_merchant, rounding)
                }
                Place::Shipping(at) => {
                    let whole = self.shipping(&self.fulfillments[at]);
                    let row = &mut self.fulfillments[at];
                    let mut unit = shipping_unit(row);
                    let step = give_amount(&whole, &mut unit, share, by_merchant, rounding);
                    (row.shipping_given_minor, row.shipping_reversed_minor) = (unit.given, unit.reversed);
                    given.shipping_of.push(row.id);
                    step
                }
            };
            given.step = given.step.plus(step);
        }
        for (line, units) in touched {
            self.lines[line].given_back = GivenBack::of(&units);
        }
        Ok(())
    }

    /// Where an amount can be taken from, in the order of the lines and then of the shipping, with the cash left there.
    fn places(
        &self,
        part: MerchantOrderId,
        (lines, shipping_of): (&[OrderLineId], &[FulfillmentOrderId]),
    ) -> Result<(Vec<Place>, Vec<i64>), Error> {
        for id in lines {
            self.line_index(part, *id)?;
        }
        for id in shipping_of {
            let own = |f: &&FulfillmentOrder| f.id == *id && f.merchant_order_id == part;
            self.fulfillments.iter().find(own).ok_or_else(missing)?;
        }
        let all = lines.is_empty() && shipping_of.is_empty();
        let (mut places, mut left) = (Vec::new(), Vec::new());
        for (at, line) in self.lines.iter().enumerate() {
            if line.merchant_order_id != part || !(all || lines.contains(&line.id)) {
                continue;
            }
            let money = self.line_money(line);
            for (unit, (place, given)) in (0_i64..).zip(line.given_back.units(line.shipped)).enumerate() {
                places.push(Place::Unit(at, unit));
                left.push(money.slots(place, place + 1).gross - given.given);
            }
        }
        for (at, row) in self.fulfillments.iter().enumerate() {
            let wanted = row.merchant_order_id == part && (all || shipping_of.contains(&row.id));
            if wanted && row.shipping_state == ShippingState::Moved {
                places.push(Place::Shipping(at));
                left.push(row.shipping_cash_minor() - row.shipping_given_minor);
            }
        }
        Ok((places, left))
    }

    fn give_fee(&mut self, part: MerchantOrderId, with_fee: bool, given: &mut GivenUnits) -> Result<(), Error> {
        // What was to be paid at the door and never was is over, too, although it was not paid back.
        let left: i64 = self.lines.iter().filter(|line| line.merchant_order_id == part).map(refundable).sum();
        let over = self.units(part).open() == 0 && left == 0;
        let owner = self.part_mut(part)?;
        if with_fee && owner.fixed_fee_state == FeeState::Moved && over {
            given.step.parts = given.step.parts.plus(fixed_fee(owner.fixed_fee_minor, owner.fixed_fee_vat_minor));
            owner.fixed_fee_state = FeeState::Returned;
        }
        Ok(())
    }

    /// The cash of a line's units that were not canceled and that the buyer does not have back.
    #[must_use]
    pub fn kept(&self, line: &OrderLine) -> i64 {
        let all = self.line_money(line).slots(0, line.ordered - line.canceled).gross;
        all - line.given_back.0.iter().map(|run| run.count * run.unit.given).sum::<i64>()
    }

    /// What of a merchant order's earnings was undone, by what its slots say.
    #[must_use]
    pub fn undone(&self, part: MerchantOrderId) -> Parts {
        let rounding = self.rounding();
        let mut sum = Parts::default();
        for line in self.lines.iter().filter(|line| line.merchant_order_id == part) {
            let money = self.line_money(line);
            for (place, unit) in (0_i64..).zip(line.given_back.units(line.shipped)) {
                sum = sum.plus(undone(&money.slots(place, place + 1), &unit, rounding));
            }
        }
        for row in self.fulfillments.iter().filter(|row| row.merchant_order_id == part) {
            sum = sum.plus(undone(&self.shipping(row), &shipping_unit(row), rounding));
        }
        let returned = |p: &&crate::MerchantOrder| p.id == part && p.fixed_fee_state == FeeState::Returned;
        let fee = self.parts.iter().find(returned).map(|p| fixed_fee(p.fixed_fee_minor, p.fixed_fee_vat_minor));
        fee.map_or(sum, |fee| sum.plus(fee))
    }
}

fn shipping_unit(row: &FulfillmentOrder) -> Unit {
    Unit {
        given: row.shipping_given_minor,
        reversed: row.shipping_reversed_minor,
        is_over: row.shipping_state == ShippingState::Returned,
    }
}
