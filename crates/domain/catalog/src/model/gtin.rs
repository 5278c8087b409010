//! Trade item numbers.

use kernel::Invalid;

/// Checks a trade item number: 8, 12, 13 or 14 digits, the last of which is the check digit. Spaces and hyphens
/// between the digits are dropped.
///
/// # Errors
/// `MALFORMED` for another length or a character that is no digit, `GTIN_CHECKSUM` for a wrong check digit.
pub fn gtin(field: &str, raw: &str) -> Result<String, Invalid> {
    let text: String = raw.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !text.bytes().all(|b| b.is_ascii_digit()) || !matches!(text.len(), 8 | 12 | 13 | 14) {
        return Err(Invalid::new(field, "MALFORMED", "must have 8, 12, 13 or 14 digits"));
    }
    // Weights 1 and 3 alternate from the right, the check digit included.
    let sum: u32 = text.bytes().rev().zip([1, 3].into_iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
    if sum.is_multiple_of(10) {
        Ok(text)
    } else {
        Err(Invalid::new(field, "GTIN_CHECKSUM", "the check digit is wrong"))
    }
}

#[cfg(test)]
mod tests {
    use super::gtin;

    #[test]
    fn check_digits_follow_the_vectors() {
        for good in ["4006381333931", "96385074", "036000291452", "00012345600012", " 4006381-333931 "] {
            assert!(gtin("gtin", good).is_ok(), "{good}");
        }
        for bad in ["4006381333932", "1234567890123"] {
            assert_eq!(gtin("gtin", bad).map_err(|e| e.code), Err("GTIN_CHECKSUM"), "{bad}");
        }
        for bad in ["", "1", "4.00638E+12", "400638133393", "４００６３８１３３３９３１"] {
            assert!(gtin("gtin", bad).is_err(), "{bad}");
        }
    }
}
