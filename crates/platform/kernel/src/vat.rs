//! VAT ids of the European Union, the United Kingdom, Norway and Switzerland: pattern and check digits.

use crate::{Invalid, text};

/// A VAT id without spaces, dots and hyphens, upper case, with its country's prefix; pattern and check digits fit.
/// Where a country gives check digits to some of its numbers only, or does not publish how, the pattern decides.
///
/// # Errors
/// [`Invalid`] naming `field`: `UNKNOWN_COUNTRY`, `MALFORMED` or `CHECK_DIGIT`.
pub fn vat_id(field: &str, raw: &str) -> Result<String, Invalid> {
    let raw = text::line(field, raw, 40)?;
    let id: String = raw.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect::<String>().to_ascii_uppercase();
    let malformed = || Invalid::new(field, "MALFORMED", "is not a VAT id of its country");
    if !id.is_ascii() || id.len() < 4 {
        return Err(malformed());
    }
    let (prefix, body) = id.split_at(if id.starts_with("CHE") { 3 } else { 2 });
    let Some(verdict) = check(prefix, body) else {
        return Err(Invalid::new(field, "UNKNOWN_COUNTRY", "does not begin with a country that has VAT ids"));
    };
    match verdict {
        Verdict::Malformed => Err(malformed()),
        Verdict::WrongDigits => Err(Invalid::new(field, "CHECK_DIGIT", "has check digits that do not fit")),
        Verdict::Good => Ok(id),
    }
}

/// Whether this country (by ISO 3166-1) has VAT ids that [`vat_id`] knows.
#[must_use]
pub fn has_vat_ids(country: &str) -> bool {
    let prefix = match country {
        "GR" => "EL",
        "CH" => "CHE",
        other => other,
    };
    // What no country has is what `check` does not know.
    check(prefix, "0").is_some()
}

/// The country (by ISO 3166-1) of a VAT id that [`vat_id`] gave.
#[must_use]
pub fn country_of(id: &str) -> &str {
    match id.get(..2).unwrap_or_default() {
        "EL" => "GR",
        // Northern Ireland, where goods are concerned.
        "XI" => "GB",
        country => country,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Malformed,
    WrongDigits,
    Good,
}

/// What a body of digits only must be like.
struct Rule {
    lengths: &'static [usize],
    fits: fn(&[u32]) -> bool,
}

/// `None` for a prefix that nobody has.
fn check(prefix: &str, body: &str) -> Option<Verdict> {
    let of = |lengths: &'static [usize], fits: fn(&[u32]) -> bool, body: &str| numeric(&Rule { lengths, fits }, body);
    Some(match prefix {
        "AT" => body.strip_prefix('U').map_or(Verdict::Malformed, |body| of(&[8], austria, body)),
        "BE" => of(&[10], |d| d[0] < 2 && 97 - number(&d[..8]) % 97 == number(&d[8..]), body),
        "BG" => of(&[9, 10], |d| d.len() == 10 || bulgaria(d), body),
        "CHE" => {
            let bare = ["MWST", "TVA", "IVA"].iter().find_map(|tail| body.strip_suffix(tail)).unwrap_or(body);
            of(&[9], |d| (11 - sum(d, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == d[8], bare)
        }
        "CY" => cyprus(body),
        "CZ" => of(&[8, 9, 10], |d| d.len() > 8 || czechia(d), body),
        "DE" => of(&[9], mod_11_10, body),
        "DK" => of(&[8], |d| sum(d, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11), body),
        "EE" => of(&[9], |d| (10 - sum(d, &[3, 7, 1, 3, 7, 1, 3, 7]) % 10) % 10 == d[8], body),
        "EL" => of(&[9], |d| sum(d, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == d[8], body),
        "ES" => spain(body),
        "FI" => of(&[8], |d| eleven_minus(sum(d, &[7, 9, 10, 5, 8, 4, 2]), 11) == Some(d[7]), body),
        "FR" => france(body),
        "GB" | "XI" => britain(body),
        "HR" => of(&[11], mod_11_10, body),
        "HU" => of(&[8], |d| (10 - sum(d, &[9, 7, 3, 1, 9, 7, 3]) % 10) % 10 == d[7], body),
        "IE" => ireland(body),
        "IT" => of(&[11], luhn, body),
        "LT" => of(&[9, 12], lithuania, body),
        "LU" => of(&[8], |d| number(&d[..6]) % 89 == number(&d[6..]), body),
        "LV" => of(&[11], |d| d[0] < 4 || latvia(d), body),
        "MT" => of(&[8], |d| 37 - sum(d, &[3, 4, 6, 7, 8, 9]) % 37 == number(&d[6..]), body),
        "NL" => netherlands(body),
        "NO" => {
            let bare = body.strip_suffix("MVA").unwrap_or(body);
            of(&[9], |d| eleven_minus(sum(d, &[3, 2, 7, 6, 5, 4, 3, 2]), 11) == Some(d[8]), bare)
        }
        "PL" => of(&[10], |d| sum(d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9], body),
        "PT" => of(&[9], |d| (11 - sum(d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == d[8], body),
        "RO" => of(&[2, 3, 4, 5, 6, 7, 8, 9, 10], romania, body),
        "SE" => body.strip_suffix("01").map_or(Verdict::Malformed, |body| of(&[10], luhn, body)),
        "SI" => of(&[8], |d| d[0] > 0 && eleven_minus(sum(d, &[8, 7, 6, 5, 4, 3, 2]), 10) == Some(d[7]), body),
        "SK" => of(&[10], |d| number(d).is_multiple_of(11), body),
        _ => return None,
    })
}

fn numeric(rule: &Rule, body: &str) -> Verdict {
    match digits(body) {
        Some(digits) if rule.lengths.contains(&digits.len()) => verdict((rule.fits)(&digits)),
        _ => Verdict::Malformed,
    }
}

const fn verdict(fits: bool) -> Verdict {
    if fits { Verdict::Good } else { Verdict::WrongDigits }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

/// The digits as a number, modulo nothing: bodies are short enough, and the remainders are taken by the caller.
fn number(digits: &[u32]) -> u32 {
    // Longer bodies are only ever asked for their remainder by 11, which stays right modulo 11 * 97 * 89.
    const MODULUS: u32 = 11 * 97 * 89 * 1000;
    digits.iter().fold(0, |sum, digit| (sum * 10 + digit) % MODULUS)
}

/// The weighted sum of the first digits.
fn sum(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// 11 minus the rest by 11; 0 for a rest of 0. A result of 10 stands for 0 when `ten` says so, else for no number.
fn eleven_minus(sum: u32, ten: u32) -> Option<u32> {
    match (11 - sum % 11) % 11 {
        10 if ten == 10 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// ISO 7064 mod 11,10.
fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, first)) = digits.split_last() else { return false };
    let product = first.iter().fold(10, |product, digit| {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        2 * sum % 11
    });
    (11 - product) % 10 == *last
}

fn luhn(digits: &[u32]) -> bool {
    let doubled = |(index, digit): (usize, &u32)| match index % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

fn austria(d: &[u32]) -> bool {
    let folded: u32 = [1, 3, 5].iter().map(|at: &usize| d[*at] / 5 + d[*at] * 2 % 10).sum();
    (10 - (folded + d[0] + d[2] + d[4] + d[6] + 4) % 10) % 10 == d[7]
}

fn bulgaria(d: &[u32]) -> bool {
    let first = sum(d, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    let rest = if first == 10 { sum(d, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
    rest == d[8]
}

fn czechia(d: &[u32]) -> bool {
    let rest = (11 - sum(d, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    d[0] != 9 && (if rest == 0 { 1 } else { rest }) % 10 == d[7]
}

fn lithuania(d: &[u32]) -> bool {
    let Some((last, first)) = d.split_last() else { return false };
    let weigh = |start: u32| -> u32 {
        first.iter().zip(0_u32..).map(|(digit, at)| digit * (1 + (at + start) % 9)).sum::<u32>() % 11
    };
    let rest = match weigh(0) {
        10 => weigh(2) % 10,
        rest => rest,
    };
    rest == *last
}

fn latvia(d: &[u32]) -> bool {
    let rest = sum(d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6]) % 11;
    // 3 minus the rest, counted modulo 11; 10 is no digit.
    (14 - rest) % 11 == d[10]
}

fn romania(d: &[u32]) -> bool {
    let Some((last, first)) = d.split_last() else { return false };
    let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    sum(first, &weights[weights.len() - first.len()..]) * 10 % 11 % 10 == *last
}

fn cyprus(body: &str) -> Verdict {
    let (number, letter) = body.split_at(body.len() - 1);
    let (Some(d), Some(letter)) = (digits(number).filter(|d| d.len() == 8), letter.chars().next()) else {
        return Verdict::Malformed;
    };
    if !letter.is_ascii_uppercase() {
        return Verdict::Malformed;
    }
    let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let weigh = |(at, digit): (usize, &u32)| if at % 2 == 0 { odd[*digit as usize % 10] } else { *digit };
    let rest = d.iter().enumerate().map(weigh).sum::<u32>() % 26;
    verdict(u32::from(letter) - u32::from('A') == rest)
}

fn spain(body: &str) -> Verdict {
    const PERSON: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    const COMPANY: &[u8; 10] = b"JABCDEFGHI";
    let Some((first, rest)) = body.split_at_checked(1) else { return Verdict::Malformed };
    let Some((middle, last)) = rest.split_at_checked(7).filter(|(_, last)| last.len() == 1) else {
        return Verdict::Malformed;
    };
    let (Some(d), first, last) = (digits(middle), first.as_bytes()[0], last.as_bytes()[0]) else {
        return Verdict::Malformed;
    };
    let person = |lead: u32| {
        let rest = (lead * 10_000_000 + number_of(&d)) % 23;
        if last.is_ascii_uppercase() { verdict(PERSON[rest as usize] == last) } else { Verdict::Malformed }
    };
    match first {
        b'0'..=b'9' => person(u32::from(first - b'0')),
        b'X' | b'K' | b'L' | b'M' => person(0),
        b'Y' => person(1),
        b'Z' => person(2),
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            let doubled = |(at, digit): (usize, &u32)| {
                if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }
            };
            let control = (10 - d.iter().enumerate().map(doubled).sum::<u32>() % 10) % 10;
            let digit = u8::try_from(control).unwrap_or_default();
            verdict(last == b'0' + digit || last == COMPANY[digit as usize])
        }
        _ => Verdict::Malformed,
    }
}

/// Up to nine digits as a number.
fn number_of(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + digit)
}

fn france(body: &str) -> Verdict {
    let Some((key, siren)) = body.split_at_checked(2) else { return Verdict::Malformed };
    let Some(d) = digits(siren).filter(|d| d.len() == 9) else { return Verdict::Malformed };
    if !key.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() && b != b'I' && b != b'O') {
        return Verdict::Malformed;
    }
    // Monaco's numbers begin with 000 and have another last digit.
    if !siren.starts_with("000") && !luhn(&d) {
        return Verdict::WrongDigits;
    }
    match digits(key) {
        Some(key) => verdict(number_of(&key) == (12 + 3 * (number_of(&d) % 97)) % 97),
        // Keys with letters are given without a published rule.
        None => Verdict::Good,
    }
}

fn britain(body: &str) -> Verdict {
    if let Some(office) = body.strip_prefix("GD").or_else(|| body.strip_prefix("HA")) {
        let below = body.starts_with("GD");
        return match digits(office).filter(|d| d.len() == 3) {
            Some(d) => verdict((number_of(&d) < 500) == below),
            None => Verdict::Malformed,
        };
    }
    let Some(d) = digits(body).filter(|d| matches!(d.len(), 9 | 12)) else { return Verdict::Malformed };
    let total = sum(&d, &[8, 7, 6, 5, 4, 3, 2]) + number_of(&d[7..9]);
    verdict(total.is_multiple_of(97) || (total + 55).is_multiple_of(97))
}

fn ireland(body: &str) -> Verdict {
    let Some((front, letters)) = body.split_at_checked(7) else { return Verdict::Malformed };
    let bytes = letters.as_bytes();
    let good = matches!(bytes.len(), 1 | 2)
        && (b'A'..=b'W').contains(&bytes[0])
        && bytes.get(1).is_none_or(|b| (b'A'..=b'I').contains(b));
    // The old form has a letter or sign in the second place; its rule is not the same.
    let old = front.as_bytes()[1];
    let old_form = bytes.len() == 1 && (old.is_ascii_uppercase() || matches!(old, b'+' | b'*'));
    let (true, digits) = (good, digits(front)) else { return Verdict::Malformed };
    let Some(d) = digits else {
        let rest = front.bytes().enumerate().all(|(at, b)| at == 1 || b.is_ascii_digit());
        return if old_form && rest { Verdict::Good } else { Verdict::Malformed };
    };
    let second = bytes.get(1).map_or(0, |b| u32::from(b - b'A' + 1) * 9);
    let rest = (sum(&d, &[8, 7, 6, 5, 4, 3, 2]) + second) % 23;
    let wanted = if rest == 0 { u32::from(b'W') } else { u32::from(b'A') + rest - 1 };
    verdict(u32::from(bytes[0]) == wanted)
}

fn netherlands(body: &str) -> Verdict {
    let parts = body.split_at_checked(9).and_then(|(front, tail)| Some((front, tail.strip_prefix('B')?)));
    let Some((d, tail)) = parts.and_then(|(front, tail)| Some((digits(front)?, digits(tail)?))) else {
        return Verdict::Malformed;
    };
    if tail.len() != 2 {
        return Verdict::Malformed;
    }
    let old = sum(&d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == d[8];
    // Numbers of one-person businesses: ISO 7064 mod 97,10 over the whole id, letters as numbers (N 23, L 21, B 11).
    let whole = [2, 3, 2, 1].iter().chain(&d).chain(&[1, 1]).chain(&tail);
    let new = whole.fold(0, |rest, digit| (rest * 10 + digit) % 97) == 1;
    verdict(old || new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that the countries' tax offices or the companies themselves have published.
    const GOOD: [&str; 33] = [
        "ATU13585627",
        "BE0428759497",
        "BG175074752",
        "CHE107787577IVA",
        "CY10259033P",
        "CZ25123891",
        "DE136695976",
        "DK13585628",
        "EE100931558",
        "EL094259216",
        "ESB58378431",
        "FI20774740",
        "FR40303265045",
        "GB980780684",
        "HR33392005961",
        "HU12892312",
        "IE6433435F",
        "IE6433435OA",
        "IT00743110157",
        "LT119511515",
        "LU15027442",
        "LV40003521600",
        "MT11679112",
        "NL004495445B01",
        "NL123456789B13",
        "NO995525828MVA",
        "PL8567346215",
        "PT501964843",
        "RO18547290",
        "SE123456789701",
        "SI50223054",
        "SK2022749619",
        "XI980780684",
    ];

    fn code(raw: &str) -> &'static str {
        vat_id("vatIds.0", raw).map_or_else(|fault| fault.code, |_| "OK")
    }

    #[test]
    fn published_numbers_pass_however_they_are_written() {
        for good in GOOD {
            assert_eq!(vat_id("vatIds.0", good).as_deref(), Ok(good));
        }
        assert_eq!(vat_id("v", " de 136.695-976 ").as_deref(), Ok("DE136695976"));
    }

    #[test]
    fn it_is_known_which_countries_have_them() {
        for country in ["DE", "GR", "GB", "CH", "NO", "CY", "ES", "IE", "FR", "NL"] {
            assert!(has_vat_ids(country), "{country}");
        }
        for country in ["US", "JP", "TR", "EL1", ""] {
            assert!(!has_vat_ids(country), "{country}");
        }
    }

    /// Every rule refuses a neighbor: a digit more.
    #[test]
    fn one_wrong_digit_is_found() {
        for good in GOOD {
            let at = good.char_indices().filter(|(_, c)| c.is_ascii_digit()).nth(3).map_or(0, |(at, _)| at);
            let digit = good[at..=at].chars().next().and_then(|c| c.to_digit(10)).unwrap_or_default();
            let wrong = format!("{}{}{}", &good[..at], (digit + 1) % 10, &good[at + 1..]);
            assert_eq!(code(&wrong), "CHECK_DIGIT", "{wrong} beside {good}");
        }
    }

    #[test]
    fn what_is_no_number_of_its_country_is_malformed() {
        for bad in [
            "ATU1358562",
            "AT13585627",
            "DE1366959761",
            "DEX36695976",
            "IT0074311015",
            "NL004495445C01",
            "NL004495445B1",
            "ESI58378431",
            "ESB5837843",
            "FRO0303265045",
            "GB98078068",
            "IE643343F",
            "SE123456789702",
            "CY1025903P",
            "BE428759497",
        ] {
            assert_eq!(code(bad), "MALFORMED", "{bad}");
        }
        assert_eq!((code(""), code("D"), code("DÉ136695976")), ("REQUIRED", "MALFORMED", "MALFORMED"));
        assert_eq!((code("US123456789"), code("GR094259216")), ("UNKNOWN_COUNTRY", "UNKNOWN_COUNTRY"));
    }
}
