//! Bank accounts: their numbers and the codes of their banks.

use std::fmt;

use crate::country::is_country;
use crate::fault::Invalid;

/// How long the numbers of each country are that has them (the registry of ISO 13616), in order.
const IBAN_LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// An international bank account number whose check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Iban(String);

impl Iban {
    /// Reads an IBAN with or without spaces, in any case.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`: `MALFORMED`, also for another length than its country's, or `CHECKSUM` when the check
    /// digits do not fit (ISO 7064, mod 97-10).
    pub fn parse(field: &str, raw: &str) -> Result<Self, Invalid> {
        let iban: String = raw.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let bytes = iban.as_bytes();
        let shaped = bytes.len() >= 15
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        let malformed = || Invalid::new(field, "MALFORMED", "is not an IBAN, such as DE89 3704 0044 0532 0130 00");
        if !shaped {
            return Err(malformed());
        }
        let country = IBAN_LENGTHS.iter().find(|(country, _)| *country == &iban[..2]);
        let (country, length) = country.ok_or_else(malformed)?;
        if *length != bytes.len() {
            let message = format!("must have {length} characters, as numbers of {country} have");
            return Err(Invalid::new(field, "MALFORMED", message));
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
    fn a_number_is_as_long_as_those_of_its_country() {
        assert!(IBAN_LENGTHS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        // The check digits of both are right; only the length gives them away.
        for (wrong, length) in [("DE89 3704 0044 0532 0130 001", "22"), ("NO93 8601 1117 94", "15")] {
            let digits: String = wrong.chars().filter(|c| !c.is_whitespace()).collect();
            let check = 98 - remainder(&digits.as_bytes()[4..], format!("{}00", &digits[..2]).as_bytes());
            let fault = Iban::parse("iban", &format!("{}{check:02}{}", &digits[..2], &digits[4..])).unwrap_err();
            assert_eq!(fault.code, "MALFORMED");
            assert!(fault.message.contains(length) || digits.len() < 15, "{}", fault.message);
        }
        // A country that has no such numbers.
        assert_eq!(Iban::parse("iban", "US893704004405320130").unwrap_err().code, "MALFORMED");
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
