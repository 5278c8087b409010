//! An amount of minor units in one currency.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;

/// Why an amount could not be made or combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The two amounts are in different currencies.
    #[error("cannot combine {0} with {1}")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// The text is not a plain decimal number.
    #[error("{0:?} is not an amount; write it like \"12.30\"")]
    NotANumber(String),
    /// The text has more digits after the point than the currency.
    #[error("{currency} has {exponent} digits after the point")]
    TooManyDigits {
        /// The currency of the amount.
        currency: Currency,
        /// The digits it allows.
        exponent: u32,
    },
}

/// Money: a whole number of minor units and its currency. There is no float and no decimal behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents for EUR, yen for JPY, fils for KWD.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// This amount `count` times.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        self.minor.checked_mul(count).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// Reads a plain decimal (`"12.30"`, `"-4"`): no exponent, no separators, no more digits than the currency has.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], [`MoneyError::TooManyDigits`] or [`MoneyError::Overflow`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::NotANumber(text.chars().take(40).collect());
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) || (digits.contains('.') && fraction.is_empty()) {
            return Err(bad());
        }
        let exponent = currency.exponent();
        let width = exponent as usize;
        if fraction.trim_end_matches('0').len() > width {
            return Err(MoneyError::TooManyDigits { currency, exponent });
        }
        let fraction = &fraction[..fraction.len().min(width)];
        let joined = format!("{whole}{fraction:0<width$}");
        let minor: i64 = joined.parse().map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor: if negative { -minor } else { minor }, currency })
    }

    /// The amount as a plain decimal with all digits of the currency: `"12.30"`.
    #[must_use]
    pub fn amount(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let magnitude = self.minor.unsigned_abs();
        if exponent == 0 {
            return format!("{sign}{magnitude}");
        }
        let padded = format!("{magnitude:0>width$}", width = exponent + 1);
        let (whole, fraction) = padded.split_at(padded.len() - exponent);
        format!("{sign}{whole}.{fraction}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str, minor: i64, shown: &str) {
        let currency: Currency = code.parse().unwrap_or(Currency::EUR);
        let money = Money::parse(text, currency);
        assert_eq!(money.as_ref().map(|m| m.minor), Ok(minor));
        assert_eq!(money.map(Money::amount).as_deref(), Ok(shown));
    }

    #[test]
    fn text_and_minor_units_agree() {
        check("12.3", "EUR", 1230, "12.30");
        check("0.05", "EUR", 5, "0.05");
        check("-0.05", "EUR", -5, "-0.05");
        check("1999", "JPY", 1999, "1999");
        check("1.234", "KWD", 1234, "1.234");
        check("1.50000", "EUR", 150, "1.50");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "1e3", "1,000.00", "١", "+1", "--1", "NaN", "12.345"] {
            assert!(Money::parse(text, Currency::EUR).is_err(), "{text}");
        }
        assert_eq!(Money::parse("99999999999999999999", Currency::EUR), Err(MoneyError::Overflow));
    }

    #[test]
    fn currencies_do_not_mix() {
        let sum = Money::new(1, Currency::EUR).plus(Money::new(1, Currency::USD));
        assert_eq!(sum, Err(MoneyError::CurrencyMismatch(Currency::EUR, Currency::USD)));
    }
}
