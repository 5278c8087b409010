//! ISO 3166-1 alpha-2 country codes.

use crate::fault::Invalid;

/// The officially assigned codes, in order, without separators.
const CODES: &str = "\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJM\
JOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONP\
NRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO\
TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

/// Whether `code` is an assigned country code in capitals: `DE`.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && CODES.as_bytes().chunks(2).any(|known| known == code.as_bytes())
}

/// Trims `raw`, turns it to capitals and checks that it is a country.
///
/// # Errors
/// [`Invalid`] naming `field`: `UNKNOWN_COUNTRY`.
pub fn country(field: &str, raw: &str) -> Result<String, Invalid> {
    let code = raw.trim().to_ascii_uppercase();
    if is_country(&code) {
        return Ok(code);
    }
    Err(Invalid::new(field, "UNKNOWN_COUNTRY", "is not a country code of ISO 3166-1, such as DE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_assigned_codes_are_known_and_nothing_else() {
        assert_eq!(CODES.len(), 249 * 2);
        assert!(CODES.as_bytes().chunks(2).is_sorted());
        assert_eq!(country("country", " de ").as_deref(), Ok("DE"));
        for bad in ["", "D", "DEU", "XX", "EA", "1", "Đ"] {
            assert!(country("country", bad).is_err(), "{bad}");
        }
    }
}
