//! Cutting amounts, written once more and otherwise than in the product: nothing here is shared with it.

use std::ops::{Add, AddAssign, Neg};

/// What an amount is made of, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cut {
    /// What the buyer pays.
    pub cash: i64,
    /// What the marketplace pays in the buyer's place.
    pub discount: i64,
    /// Tax that the operator remits.
    pub remitted: i64,
    /// Commission without VAT.
    pub commission: i64,
    /// The fixed fee without VAT.
    pub fee: i64,
    /// VAT on both.
    pub vat: i64,
}

impl Cut {
    /// What the merchant gets.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.cash + self.discount - self.remitted - self.commission - self.fee - self.vat
    }

    /// What it costs, whoever pays it.
    #[must_use]
    pub const fn gross(&self) -> i64 {
        self.cash + self.discount
    }

    /// Component by component.
    fn map(self, f: impl Fn(i64) -> i64) -> Self {
        Self {
            cash: f(self.cash),
            discount: f(self.discount),
            remitted: f(self.remitted),
            commission: f(self.commission),
            fee: f(self.fee),
            vat: f(self.vat),
        }
    }
}

impl Add for Cut {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            cash: self.cash + other.cash,
            discount: self.discount + other.discount,
            remitted: self.remitted + other.remitted,
            commission: self.commission + other.commission,
            fee: self.fee + other.fee,
            vat: self.vat + other.vat,
        }
    }
}

impl AddAssign for Cut {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Cut {
    type Output = Self;
    fn neg(self) -> Self {
        self.map(|minor| -minor)
    }
}

/// `a × b / c` to the nearest, halves up; nothing is negative.
#[must_use]
pub fn part_of(a: i64, b: i64, c: i64) -> i64 {
    let (a, b, c) = (i128::from(a), i128::from(b), i128::from(c));
    i64::try_from((2 * a * b + c) / (2 * c)).unwrap()
}

/// A share in parts per million.
#[must_use]
pub fn rate_of(amount: i64, ppm: i64) -> i64 {
    part_of(amount, ppm, 1_000_000)
}

/// The tax in a price that includes it.
#[must_use]
pub fn tax_within(gross: i64, ppm: i64) -> i64 {
    part_of(gross, ppm, 1_000_000 + ppm)
}

/// Spreads an amount by weights: everybody gets the whole part of its share, then the largest remainder one more, again
/// and again; the first of equals is served first.
#[must_use]
pub fn spread(amount: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |w: &i64| i128::from(amount) * i128::from(*w);
    let mut shares: Vec<i64> = weights.iter().map(|w| i64::try_from(exact(w) / sum).unwrap()).collect();
    let mut rest: Vec<i128> = weights.iter().map(|w| exact(w) % sum).collect();
    for _ in shares.iter().sum::<i64>()..amount {
        let most = *rest.iter().max().unwrap();
        let at = rest.iter().position(|r| *r == most).unwrap();
        shares[at] += 1;
        rest[at] = -1;
    }
    shares
}

/// One unit of goods, or the delivery of a consignment: what it carries, and what of it went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unit {
    /// What it carries.
    pub cut: Cut,
    /// Cash the buyer has back.
    pub given: i64,
    /// Of it, what the merchant bore.
    pub reversed: i64,
    /// Whether nothing of it is left.
    pub over: bool,
}

impl Unit {
    /// Cuts what a line carries into its units.
    #[must_use]
    pub fn cut_line(line: Cut, units: i64) -> Vec<Self> {
        let even = vec![1; usize::try_from(units).unwrap()];
        let gross = spread(line.cash + line.discount, &even);
        let of = |amount: i64| spread(amount, &even);
        let (discount, remitted) = (of(line.discount), of(line.remitted));
        let (commission, vat) = (of(line.commission), of(line.vat));
        (0..even.len())
            .map(|at| Self {
                cut: Cut {
                    cash: gross[at] - discount[at],
                    discount: discount[at],
                    remitted: remitted[at],
                    commission: commission[at],
                    fee: 0,
                    vat: vat[at],
                },
                ..Self::default()
            })
            .collect()
    }

    /// Cash that the buyer does not have back.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.cut.cash - self.given
    }

    /// Gives back what is left: the cash, and what is undone.
    pub fn give_rest(&mut self) -> (i64, Cut) {
        let cash = self.left();
        let undone = if self.cut.cash == 0 { self.cut } else { self.moved(self.reversed, self.cut.cash) };
        (self.given, self.reversed, self.over) = (self.cut.cash, self.cut.cash, true);
        (cash, undone)
    }

    /// Gives back an amount: what is undone.
    pub fn give(&mut self, amount: i64, by_merchant: bool) -> Cut {
        self.given += amount;
        if !by_merchant {
            return Cut::default();
        }
        self.reversed += amount;
        self.moved(self.reversed - amount, self.reversed)
    }

    fn moved(&self, from: i64, to: i64) -> Cut {
        if self.cut.cash == 0 {
            return Cut::default();
        }
        self.cut.map(|minor| part_of(minor, to, self.cut.cash) - part_of(minor, from, self.cut.cash))
    }
}
