//! Exact amounts: decimal text to minor units and back, without a float on the way.

use crate::{Error, Result};

/// Digits after the point of a currency.
#[must_use]
pub fn digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "CLP" | "ISK" | "VND" => 0,
        "KWD" | "BHD" | "OMR" | "JOD" | "TND" => 3,
        _ => 2,
    }
}

/// Reads `"12.9"` as 1290 when `digits` is 2.
///
/// # Errors
/// [`Error::Data`] for anything that is not a plain decimal number, has too many digits or is too large.
pub fn minor(text: &str, digits: u32) -> Result<i64> {
    let bad = || Error::Data(format!("{text:?} is no amount with at most {digits} digits after the point"));
    let (sign, plain) = match text.trim().strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    let is_number = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > digits as usize {
        return Err(bad());
    }
    let padded = format!("{whole}{part:0<width$}", width = digits as usize);
    padded.parse::<i64>().map(|n| n * sign).map_err(|_| bad())
}

/// Writes 1290 as `"12.90"` when `digits` is 2.
#[must_use]
pub fn text(minor: i64, digits: u32) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let unit = 10_u64.pow(digits);
    let (whole, part) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
    if digits == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:0>width$}", width = digits as usize)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (given, minor_units) in [("12.99", 1299), ("199.9", 19990), ("0.05", 5), ("7", 700), ("-1.5", -150)] {
            assert_eq!(minor(given, 2).unwrap(), minor_units, "{given}");
            assert_eq!(minor(&text(minor_units, 2), 2).unwrap(), minor_units);
        }
        assert_eq!(minor("1234", 0).unwrap(), 1234);
        assert_eq!(text(5, 2), "0.05");
        assert_eq!(text(12, 0), "12");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for given in ["", ".", "1,5", "1.005", "1e3", "٣", "--1", "1.-5", "99999999999999999999"] {
            assert!(minor(given, 2).is_err(), "{given}");
        }
    }
}
