//! Bank accounts: their numbers and the codes of their banks.

use std::fmt;

use crate::country::is_country;
use crate::fault::Invalid;

/// An international bank account number whose check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Iban(String);

impl Iban {
    /// Reads an IBAN with or without spaces, in any case.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`: `MALFORMED`, or `CHECKSUM` when the check digits do not fit (ISO 7064, mod 97-10).
    pub fn parse(field: &str, raw: &str) -> Result<Self, Invalid> {
        let iban: String = raw.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let bytes = iban.as_bytes();
        let shaped = (15..=34).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && (is_country(&iban[..2]) || &iban[..2] == "XK")
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !shaped {
            return Err(Invalid::new(field, "MALFORMED", "is not an IBAN, such as DE89 3704 0044 0532 0130 00"));
        }
        if remainder(&bytes[4..], &bytes[..4]) != 1 {
            return Err(Invalid::new(field, "CHECKSUM", "has wrong check digits; look for a mistyped character"));
        }
        Ok(Self(iban))
    }

    /// A number as it was stored: parsed before, so it is not checked again.
    #[must_use]
    pub fn stored(iban: String) -> Self {
        Self(iban)
    }

    /// The whole number without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Country and the last four characters: enough to recognize it, not enough to use it.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}••{}", &self.0[..2], &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The number made of both parts, letters as 10 to 35, modulo 97.
fn remainder(first: &[u8], second: &[u8]) -> u32 {
    first.iter().chain(second).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}

/// Checks a business identifier code (ISO 9362) and turns it to capitals.
///
/// # Errors
/// [`Invalid`] naming `field`: `MALFORMED`.
pub fn bic(field: &str, raw: &str) -> Result<String, Invalid> {
    let bic = raw.trim().to_ascii_uppercase();
    let bytes = bic.as_bytes();
    let shaped = matches!(bytes.len(), 8 | 11)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..4].iter().all(u8::is_ascii_uppercase)
        && (is_country(&bic[4..6]) || &bic[4..6] == "XK");
    if shaped {
        return Ok(bic);
    }
    Err(Invalid::new(field, "MALFORMED", "is not a BIC of 8 or 11 characters, such as COBADEFFXXX"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_registry_are_right() {
        for iban in [
            "DE89 3704 0044 0532 0130 00",
            "gb82west12345698765432",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NO93 8601 1117 947",
            "MT84MALT011000012345MTLCAST001S",
            "XK051212012345678906",
        ] {
            assert!(Iban::parse("iban", iban).is_ok(), "{iban}");
        }
        assert_eq!(Iban::parse("iban", "DE89 3704 0044 0532 0130 00").unwrap().masked(), "DE••3000");
    }

    #[test]
    fn what_is_no_iban_is_refused() {
        let code = |iban: &str| Iban::parse("bank.iban", iban).unwrap_err().code;
        assert_eq!(code("DE88 3704 0044 0532 0130 00"), "CHECKSUM");
        assert_eq!(code("DE89 3704 0044 0523 0130 00"), "CHECKSUM");
        for bad in
            ["", "DE", "ZZ89370400440532013000", "DE8937040044053201300ü", "DEXX370400440532013000", "ÄÖ89370400440532"]
        {
            assert_eq!(code(bad), "MALFORMED", "{bad}");
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let iban = Iban::parse("iban", "DE89370400440532013000").unwrap();
        assert!(!format!("{iban:?}").contains("3704"));
    }

    #[test]
    fn codes_of_banks_are_checked() {
        assert_eq!(bic("bic", " cobadeffxxx ").as_deref(), Ok("COBADEFFXXX"));
        assert_eq!(bic("bic", "DEUTDEFF").as_deref(), Ok("DEUTDEFF"));
        for bad in ["", "DEUTDEF", "DEUTZZFF", "D3UTDEFF", "DEUTDEFF50", "DEUTDEFFÄÄÄ", "ÄÄÄÄ"] {
            assert!(bic("bic", bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_single_wrong_digit_is_found(place in 4_usize..22, digit in 0_u8..10) {
            let mut iban = "DE89370400440532013000".as_bytes().to_vec();
            let digit = b'0' + digit;
            prop_assume!(iban[place] != digit);
            iban[place] = digit;
            prop_assert!(Iban::parse("iban", std::str::from_utf8(&iban).unwrap()).is_err());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Iban::parse("iban", &text);
        }
    }
}
