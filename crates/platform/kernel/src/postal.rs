//! Postal codes and phone numbers.

use crate::{Invalid, text};

/// Countries without postal codes (among those that shops ship to).
const WITHOUT_POSTAL_CODE: [&str; 24] = [
    "AE", "AG", "AO", "AW", "BO", "BS", "BW", "BZ", "CM", "FJ", "GH", "GM", "GY", "HK", "JM", "KI", "ML", "MO", "QA",
    "RW", "SC", "UG", "YE", "ZW",
];

/// A postal code in capitals; empty where the country has none.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn postal_code(field: &str, raw: &str, country: &str) -> Result<String, Invalid> {
    if raw.trim().is_empty() && WITHOUT_POSTAL_CODE.contains(&country) {
        return Ok(String::new());
    }
    let code = text::line(field, raw, 16)?.to_uppercase();
    if code.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-') {
        Ok(code)
    } else {
        Err(Invalid::new(field, "MALFORMED", "must have letters, digits, spaces and hyphens only"))
    }
}

/// A phone number: an optional `+` and 5 to 15 digits; spaces, hyphens, dots, slashes and brackets are dropped.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn phone(field: &str, raw: &str) -> Result<String, Invalid> {
    let text = text::line(field, raw, 40)?;
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    if (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(bare)
    } else {
        Err(Invalid::new(field, "MALFORMED", "is not a phone number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_countries_have_no_postal_code() {
        let code = |raw, country| postal_code("zip", raw, country).map_err(|fault| fault.code);
        assert_eq!(code(" 1012 ab ", "NL").as_deref(), Ok("1012 AB"));
        assert_eq!(code(" ", "HK").as_deref(), Ok(""));
        assert_eq!((code(" ", "DE"), code("10117;", "DE")), (Err("REQUIRED"), Err("MALFORMED")));
    }

    #[test]
    fn numbers_are_kept_bare() {
        let number = |raw| phone("phone", raw).map_err(|fault| fault.code);
        assert_eq!(number("+49 (30) 123-456").as_deref(), Ok("+4930123456"));
        for bad in ["call me", "+49", "1234", "1234567890123456", "++4930123456"] {
            assert_eq!(number(bad), Err("MALFORMED"), "{bad}");
        }
    }
}
