//! Rates in parts per million and the one place where a fraction of a minor unit is rounded.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// What happens to half a minor unit. Stored with every order, because jurisdictions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Half away from zero: 132.5 → 133, -132.5 → -133.
    #[default]
    HalfUp,
    /// Half to the even neighbour: 132.5 → 132.
    HalfEven,
    /// Half towards zero: 132.5 → 132.
    HalfDown,
}

impl Rounding {
    /// The stored name: `half_up`, `half_even` or `half_down`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::HalfDown => "half_down",
        }
    }

    /// Reads a stored name; `None` for anything else.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::HalfUp, Self::HalfEven, Self::HalfDown].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// `numerator / denominator`, rounded to an integer by `rounding`, symmetric around zero.
///
/// A zero denominator yields zero; callers guard against it where it has a meaning.
#[must_use]
pub fn div_round(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    if denominator == 0 {
        return 0;
    }
    let negative = (numerator < 0) != (denominator < 0);
    let (n, d) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let (quotient, rest) = (n / d, n % d);
    let up = match (rest * 2).cmp(&d) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => match rounding {
            Rounding::HalfUp => true,
            Rounding::HalfDown => false,
            Rounding::HalfEven => quotient % 2 == 1,
        },
    };
    let value = i128::try_from(quotient + u128::from(up)).unwrap_or(i128::MAX);
    if negative { -value } else { value }
}

/// A rate in parts per million: 190_000 is 19 %. Stored as BIGINT, never as a decimal column.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, DeriveValueType,
)]
pub struct Rate(i64);

impl Rate {
    /// No rate at all.
    pub const ZERO: Self = Self(0);
    /// Parts per million in one whole.
    pub const ONE_PPM: i64 = 1_000_000;

    /// A rate of `ppm` parts per million.
    #[must_use]
    pub const fn from_ppm(ppm: i64) -> Self {
        Self(ppm)
    }

    /// The rate in parts per million.
    #[must_use]
    pub const fn ppm(self) -> i64 {
        self.0
    }

    /// This share of `minor`: 19 % of 100.00 is 19.00.
    #[must_use]
    pub fn of(self, minor: i64, rounding: Rounding) -> i64 {
        let value = div_round(i128::from(minor) * i128::from(self.0), i128::from(Self::ONE_PPM), rounding);
        i64::try_from(value).unwrap_or(i64::MAX)
    }

    /// The part of an inclusive amount that this rate makes up: 19 % within 119.00 is 19.00.
    #[must_use]
    pub fn within(self, gross_minor: i64, rounding: Rounding) -> i64 {
        let value = div_round(
            i128::from(gross_minor) * i128::from(self.0),
            i128::from(Self::ONE_PPM) + i128::from(self.0),
            rounding,
        );
        i64::try_from(value).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_follows_the_mode() {
        let half = |mode| div_round(1325, 10, mode);
        assert_eq!((half(Rounding::HalfUp), half(Rounding::HalfEven), half(Rounding::HalfDown)), (133, 132, 132));
        assert_eq!(div_round(-1325, 10, Rounding::HalfUp), -133);
    }

    #[test]
    fn rates_follow_the_worked_vectors() {
        assert_eq!(Rate::from_ppm(120_000).of(2100, Rounding::HalfUp), 252);
        assert_eq!(Rate::from_ppm(125_000).of(1999, Rounding::HalfUp), 250);
        assert_eq!(Rate::from_ppm(125_000).of(1234, Rounding::HalfUp), 154);
        assert_eq!(Rate::from_ppm(70_000).within(5997, Rounding::HalfUp), 392);
        assert_eq!(Rate::from_ppm(190_000).within(11_610, Rounding::HalfUp), 1854);
    }
}
