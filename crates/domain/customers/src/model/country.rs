//! Countries of ISO 3166-1.

use kernel::Invalid;

/// The officially assigned alpha-2 codes, in order.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG \
GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ \
LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR \
NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ \
TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A country by its alpha-2 code, upper case.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn country(field: &str, raw: &str) -> Result<String, Invalid> {
    let code = kernel::text::line(field, raw, 16)?.to_ascii_uppercase();
    if CODES.split(' ').any(|known| known == code) {
        Ok(code)
    } else {
        Err(Invalid::new(field, "UNKNOWN", format!("{code:?} is no country code of ISO 3166-1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_pass() {
        assert_eq!(CODES.split(' ').count(), 249);
        assert_eq!(country("country", " de ").as_deref(), Ok("DE"));
        for bad in ["", "D", "DEU", "XX", "UK", "D E"] {
            assert!(country("country", bad).is_err(), "{bad}");
        }
    }
}
