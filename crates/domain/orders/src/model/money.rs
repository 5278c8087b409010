//! Amounts by unit slots: what a number of units of a line carries, so that any sequence of partial steps sums
//! to the frozen whole.

use kernel::unit_slots_sum;
use serde::{Deserialize, Serialize};

/// The components of an amount, in minor units of the order's currency.
///
/// `net = gross + discount - tax_remitted - commission_item - commission_shipping - fixed_fee - commission_vat` is what
/// the merchant gets. `tax` lies within `gross + discount` and is informative; `tax_remitted` is the part of it that the
/// operator pays to the state (all of it or nothing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parts {
    /// What the buyer pays, tax included: goods and shipping.
    pub gross: i64,
    /// Of `gross`, what is for the goods.
    pub goods: i64,
    /// Of `gross`, what is for shipping.
    pub shipping: i64,
    /// What the marketplace pays to the merchant in the buyer's place: the share of a coupon, and delivery at its cost.
    #[serde(default)]
    pub discount: i64,
    /// Of `discount`, what is for shipping.
    #[serde(default)]
    pub shipping_discount: i64,
    /// Tax within `gross` and `discount`.
    pub tax: i64,
    /// Tax that the operator remits.
    pub tax_remitted: i64,
    /// Commission on the goods, without tax.
    pub commission_item: i64,
    /// Commission on the shipping, without tax.
    pub commission_shipping: i64,
    /// Fixed fee of the merchant order, without tax.
    pub fixed_fee: i64,
    /// VAT on the three above.
    pub commission_vat: i64,
}

impl Parts {
    /// What the merchant gets of it.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.gross + self.discount
            - self.tax_remitted
            - self.commission_item
            - self.commission_shipping
            - self.fixed_fee
            - self.commission_vat
    }

    /// Component by component.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            gross: self.gross + other.gross,
            goods: self.goods + other.goods,
            shipping: self.shipping + other.shipping,
            discount: self.discount + other.discount,
            shipping_discount: self.shipping_discount + other.shipping_discount,
            tax: self.tax + other.tax,
            tax_remitted: self.tax_remitted + other.tax_remitted,
            commission_item: self.commission_item + other.commission_item,
            commission_shipping: self.commission_shipping + other.commission_shipping,
            fixed_fee: self.fixed_fee + other.fixed_fee,
            commission_vat: self.commission_vat + other.commission_vat,
        }
    }
}

impl std::iter::Sum for Parts {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Self::plus)
    }
}

/// The frozen money of an order line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineMoney {
    /// Units ordered.
    pub ordered: i64,
    /// What the merchant sells all of them for, tax included.
    pub gross: i64,
    /// Of it, what the marketplace pays in the buyer's place.
    pub discount: i64,
    /// Tax within.
    pub tax: i64,
    /// Commission.
    pub commission: i64,
    /// VAT on the commission.
    pub commission_vat: i64,
    /// Whether the operator remits the tax.
    pub operator_remits_tax: bool,
}

impl LineMoney {
    /// What the units `from..to` carry.
    #[must_use]
    pub fn slots(&self, from: i64, to: i64) -> Parts {
        let share = |total| unit_slots_sum(total, self.ordered, from, to);
        let (discount, tax) = (share(self.discount), share(self.tax));
        // What the buyer pays is the rest, so that a unit's price and its coupon are cut by themselves.
        let gross = share(self.gross) - discount;
        Parts {
            gross,
            goods: gross,
            discount,
            tax,
            tax_remitted: if self.operator_remits_tax { tax } else { 0 },
            commission_item: share(self.commission),
            commission_vat: share(self.commission_vat),
            ..Parts::default()
        }
    }
}

/// The frozen money of the shipping of a fulfillment order. It moves whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippingMoney {
    /// What the merchant sends it for, tax included.
    pub gross: i64,
    /// Of it, what the marketplace pays in the buyer's place.
    pub discount: i64,
    /// Tax within.
    pub tax: i64,
    /// Commission.
    pub commission: i64,
    /// VAT on the commission.
    pub commission_vat: i64,
    /// Whether the operator remits the tax.
    pub operator_remits_tax: bool,
}

impl ShippingMoney {
    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Parts {
        Parts {
            gross: self.gross - self.discount,
            shipping: self.gross - self.discount,
            discount: self.discount,
            shipping_discount: self.discount,
            tax: self.tax,
            tax_remitted: if self.operator_remits_tax { self.tax } else { 0 },
            commission_shipping: self.commission,
            commission_vat: self.commission_vat,
            ..Parts::default()
        }
    }
}

/// The fixed fee of a merchant order with its VAT. It moves whole, with the first parcel.
#[must_use]
pub fn fixed_fee(fee: i64, vat: i64) -> Parts {
    Parts { fixed_fee: fee, commission_vat: vat, ..Parts::default() }
}

/// The slots of `count` units about to be shipped: from the front.
#[must_use]
pub const fn ship_slots(shipped: i64, count: i64) -> (i64, i64) {
    (shipped, shipped + count)
}

/// The slots of `count` units about to be canceled: from the back.
#[must_use]
pub const fn cancel_slots(ordered: i64, canceled: i64, count: i64) -> (i64, i64) {
    (ordered - canceled - count, ordered - canceled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(ordered: i64, gross: i64, tax: i64, commission: i64, vat: i64) -> LineMoney {
        LineMoney { ordered, gross, discount: 0, tax, commission, commission_vat: vat, operator_remits_tax: false }
    }

    #[test]
    fn a_coupon_is_cut_by_units_like_the_price() {
        // 2 x 10.50 with 2.13 of a coupon: 9.43 and 9.44 are paid, the price of each unit stays 10.50.
        let mut money = line(2, 2100, 335, 300, 0);
        money.discount = 213;
        money.operator_remits_tax = true;
        let first = money.slots(0, 1);
        assert_eq!((first.gross, first.discount, first.tax_remitted, first.commission_item), (943, 107, 168, 150));
        assert_eq!(first.net(), 732);
        let second = money.slots(1, 2);
        assert_eq!((second.gross, second.discount, second.tax_remitted), (944, 106, 167));
    }

    #[test]
    fn the_worked_refund_of_one_of_three() {
        // 3 x 19.99, commission 9.00, VAT on it 1.71: one unit gives back 19.99, 3.00 and 0.57.
        let parts = line(3, 5997, 392, 900, 171).slots(0, 1);
        assert_eq!((parts.gross, parts.commission_item, parts.commission_vat), (1999, 300, 57));
        assert_eq!(parts.net(), 1642);
    }

    #[test]
    fn tax_is_remitted_whole_or_not_at_all() {
        let mut money = line(2, 2100, 335, 300, 0);
        money.operator_remits_tax = true;
        assert_eq!(money.slots(0, 2).tax_remitted, 335);
        assert_eq!(money.slots(0, 1).tax_remitted, 168);
    }

    proptest! {
        /// Any sequence of shipping, canceling and refunding closes every component.
        #[test]
        fn every_component_closes(
            ordered in 1_i64..40,
            gross in 0_i64..1_000_000,
            coupon_ppm in 0_i64..=1_000_000,
            tax in 0_i64..100_000,
            commission in 0_i64..100_000,
            steps in prop::collection::vec((0_u8..3, 1_i64..10), 0..60),
        ) {
            let mut money = line(ordered, gross, tax, commission, commission / 5);
            money.discount = kernel::Rate::from_ppm(coupon_ppm).of(gross, kernel::Rounding::HalfUp);
            for unit in 0..ordered {
                prop_assert!(money.slots(unit, unit + 1).gross >= 0);
            }
            let (mut shipped, mut canceled, mut refunded) = (0, 0, 0);
            let (mut earned, mut given_up, mut returned) = (Parts::default(), Parts::default(), Parts::default());
            for (what, count) in steps {
                let open = ordered - shipped - canceled;
                match what {
                    0 if count <= open => {
                        let (from, to) = ship_slots(shipped, count);
                        earned = earned.plus(money.slots(from, to));
                        shipped += count;
                    }
                    1 if count <= open => {
                        let (from, to) = cancel_slots(ordered, canceled, count);
                        given_up = given_up.plus(money.slots(from, to));
                        canceled += count;
                    }
                    2 if count <= shipped - refunded => {
                        returned = returned.plus(money.slots(refunded, refunded + count));
                        refunded += count;
                    }
                    _ => {}
                }
            }
            let open = money.slots(shipped, ordered - canceled);
            prop_assert_eq!(earned.plus(given_up).plus(open), money.slots(0, ordered));
            prop_assert_eq!(earned, money.slots(0, shipped));
            prop_assert!(returned.gross <= earned.gross);
            let rest = money.slots(refunded, shipped);
            prop_assert_eq!(returned.plus(rest), earned);
        }
    }
}
