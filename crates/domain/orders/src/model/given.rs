//! What was given back of each unit, so that any sequence of units and amounts closes every component exactly.
//!
//! A unit is a slot of [`super::money`]. `given` is the cash the buyer has back, whoever paid it; `reversed` is the part
//! of it whose components (tax, commission, VAT) went back too, because the merchant bore it. Of a component the running
//! share `round(component * reversed / cash)` is back, so that no step is rounded on its own.

use kernel::{Rounding, ZeroWeights, allocate, cumulative};
use serde::{Deserialize, Serialize};

use super::money::Parts;
use super::types::GivenBack;

/// Units that stand alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// How many.
    pub count: i64,
    /// How each of them stands.
    pub unit: Unit,
}

/// What was given back of one unit, or of the shipping of a fulfillment order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unit {
    /// Cash the buyer has back, in minor units.
    pub given: i64,
    /// Of it, what the merchant bore.
    pub reversed: i64,
    /// Whether the unit was given back as a whole: nothing of it is left, even if it was free.
    pub is_over: bool,
}

/// What a step gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// What the buyer gets, in minor units.
    pub cash: i64,
    /// What of the sale is undone. `parts.gross - cash` is goodwill that comes back to the operator; below zero it is
    /// what the operator pays.
    pub parts: Parts,
}

impl Step {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { cash: self.cash + other.cash, parts: self.parts.plus(other.parts) }
    }
}

impl GivenBack {
    /// The first `count` units one by one.
    #[must_use]
    pub fn units(&self, count: i64) -> Vec<Unit> {
        let count = usize::try_from(count).unwrap_or(0);
        let runs = self.0.iter().flat_map(|run| std::iter::repeat_n(run.unit, usize::try_from(run.count).unwrap_or(0)));
        let mut units: Vec<Unit> = runs.take(count).collect();
        units.resize(count, Unit::default());
        units
    }

    /// Units as runs; untouched ones at the end are left out.
    #[must_use]
    pub fn of(units: &[Unit]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for unit in units {
            match runs.last_mut() {
                Some(run) if run.unit == *unit => run.count += 1,
                _ => runs.push(Run { count: 1, unit: *unit }),
            }
        }
        if runs.last().is_some_and(|run| run.unit == Unit::default()) {
            runs.pop();
        }
        Self(runs)
    }
}

/// All that is left of a unit that carries `whole`.
pub fn give_whole(whole: &Parts, unit: &mut Unit, rounding: Rounding) -> Step {
    let parts = if whole.gross == 0 { *whole } else { moved(whole, unit.reversed, whole.gross, rounding) };
    let cash = whole.gross - unit.given;
    *unit = Unit { given: whole.gross, reversed: whole.gross, is_over: true };
    Step { cash, parts }
}

/// `amount` of a unit that carries `whole`; with `by_merchant` its components go back with it.
pub fn give_amount(whole: &Parts, unit: &mut Unit, amount: i64, by_merchant: bool, rounding: Rounding) -> Step {
    unit.given += amount;
    if !by_merchant {
        return Step { cash: amount, parts: Parts::default() };
    }
    let parts = moved(whole, unit.reversed, unit.reversed + amount, rounding);
    unit.reversed += amount;
    Step { cash: amount, parts }
}

/// What is back of a unit that stands like this.
#[must_use]
pub fn undone(whole: &Parts, unit: &Unit, rounding: Rounding) -> Parts {
    if unit.is_over { *whole } else { moved(whole, 0, unit.reversed, rounding) }
}

/// Spreads an amount over what is left of slots, in their order.
///
/// # Errors
/// When nothing is left of any slot.
pub fn spread(amount: i64, left: &[i64]) -> Result<Vec<i64>, ZeroWeights> {
    let weights: Vec<u64> = left.iter().map(|left| u64::try_from(*left).unwrap_or(0)).collect();
    allocate(amount, &weights)
}

/// Every component between two points of the cash of a unit.
fn moved(whole: &Parts, from: i64, to: i64, rounding: Rounding) -> Parts {
    if whole.gross == 0 || from == to {
        return Parts::default();
    }
    let share = |component: i64| {
        cumulative(component, to, whole.gross, rounding) - cumulative(component, from, whole.gross, rounding)
    };
    Parts {
        gross: to - from,
        goods: share(whole.goods),
        shipping: share(whole.shipping),
        discount: share(whole.discount),
        shipping_discount: share(whole.shipping_discount),
        tax: share(whole.tax),
        tax_remitted: share(whole.tax_remitted),
        commission_item: share(whole.commission_item),
        commission_shipping: share(whole.commission_shipping),
        fixed_fee: 0,
        commission_vat: share(whole.commission_vat),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::money::LineMoney;
    use super::*;

    /// The chargeback of 50.00 over the worked order, the shares of merchants B and C: their gross, because neither has
    /// a coupon here. Each is one line and one shipping.
    #[test]
    fn an_amount_is_spread_over_what_is_left() {
        // The cash of the slots of A: three units of 17.96 and the shipping; the share of 15.37.
        assert_eq!(spread(1537, &[1796, 1796, 1796, 499]).unwrap(), [469, 469, 469, 130]);
        let unit = Parts { gross: 1796, goods: 1796, commission_item: 300, ..Parts::default() };
        let shipping = Parts { gross: 499, shipping: 499, commission_shipping: 75, ..Parts::default() };
        let give =
            |whole: &Parts, amount| give_amount(whole, &mut Unit::default(), amount, true, Rounding::HalfUp).parts;
        let back = 3 * give(&unit, 469).commission_item + give(&shipping, 130).commission_shipping;
        assert_eq!(back, 254, "2.54 of the commission goes back");
        assert!(spread(1, &[0, 0]).is_err());
    }

    #[test]
    fn goodwill_of_the_operator_comes_back_when_the_sale_is_undone() {
        let whole =
            Parts { gross: 2000, goods: 2000, tax: 319, commission_item: 300, commission_vat: 57, ..Parts::default() };
        let mut unit = Unit::default();
        let first = give_amount(&whole, &mut unit, 500, false, Rounding::HalfUp);
        assert_eq!((first.cash, first.parts), (500, Parts::default()));
        let rest = give_whole(&whole, &mut unit, Rounding::HalfUp);
        assert_eq!((rest.cash, rest.parts), (1500, whole));
        assert!(unit.is_over);
    }

    #[test]
    fn runs_read_back_as_units() {
        let touched = Unit { given: 5, reversed: 5, is_over: false };
        let units = vec![touched, touched, Unit::default(), touched, Unit::default()];
        let runs = GivenBack::of(&units);
        assert_eq!(runs.0.len(), 3);
        assert_eq!(runs.units(5), units);
        assert_eq!(runs.to_string().parse::<GivenBack>().unwrap(), runs);
        assert_eq!(GivenBack::of(&[Unit::default()]), GivenBack::default());
    }

    proptest! {
        /// Whatever is given, by whom and in which order: the cash and every component close exactly.
        #[test]
        fn any_sequence_closes_every_component(
            ordered in 1_i64..12,
            gross in 0_i64..100_000,
            commission in 0_i64..20_000,
            steps in prop::collection::vec((0_usize..12, 1_i64..9000, any::<bool>()), 0..40),
        ) {
            let money = LineMoney {
                ordered, gross, discount: gross / 9, tax: gross / 7, commission, commission_vat: commission / 5, operator_remits_tax: true,
            };
            let whole = |at: usize| { let at = i64::try_from(at).unwrap(); money.slots(at, at + 1) };
            let mut units = GivenBack::default().units(ordered);
            let (mut sum, mut paid_by_operator) = (Step::default(), 0);
            for (at, amount, by_merchant) in steps {
                let at = at % units.len();
                let left = whole(at).gross - units[at].given;
                if amount <= left && !units[at].is_over {
                    sum = sum.plus(give_amount(&whole(at), &mut units[at], amount, by_merchant, Rounding::HalfUp));
                    paid_by_operator += if by_merchant { 0 } else { amount };
                }
                units = GivenBack::of(&units).units(ordered);
            }
            let so_far: Parts = units.iter().enumerate().map(|(at, unit)| undone(&whole(at), unit, Rounding::HalfUp)).sum();
            prop_assert_eq!(so_far, sum.parts);
            prop_assert_eq!(sum.cash - sum.parts.gross, paid_by_operator);
            for (at, unit) in units.iter_mut().enumerate().filter(|(_, unit)| !unit.is_over) {
                sum = sum.plus(give_whole(&whole(at), unit, Rounding::HalfUp));
            }
            prop_assert_eq!(sum.cash, gross - gross / 9);
            prop_assert_eq!(sum.parts, money.slots(0, ordered));
        }
    }
}
