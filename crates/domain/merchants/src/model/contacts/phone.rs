//! Telephone numbers.

use std::ops::Range;

use super::{is_one_of, word, word_before};

/// Digits of a telephone number, by ITU-T E.164.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Words before a telephone number.
const CALLS: [&str; 30] = [
    "tel",
    "telefon",
    "telephone",
    "phone",
    "fon",
    "fone",
    "call",
    "ring",
    "mobile",
    "mobil",
    "handy",
    "cell",
    "whatsapp",
    "sms",
    "telegram",
    "signal",
    "viber",
    "fax",
    "festnetz",
    "anrufen",
    "ruf",
    "rufen",
    "erreichbar",
    "erreichen",
    "anruf",
    "telefonnummer",
    "handynummer",
    "mobilnummer",
    "hotline",
    "wa",
];
/// Words before a number of something else.
const NUMBERS: [&str; 36] = [
    "tracking",
    "track",
    "parcel",
    "sendung",
    "sendungsnummer",
    "sendungsverfolgung",
    "paket",
    "paketnummer",
    "order",
    "bestellung",
    "bestellnummer",
    "auftrag",
    "auftragsnummer",
    "invoice",
    "rechnung",
    "rechnungsnummer",
    "ref",
    "reference",
    "referenz",
    "sku",
    "ean",
    "gtin",
    "upc",
    "isbn",
    "artikel",
    "artikelnummer",
    "article",
    "item",
    "serial",
    "seriennummer",
    "shipment",
    "waybill",
    "trackingnummer",
    "kundennummer",
    "vat",
    "ust",
];
/// Words that may stand between those and the number.
const BETWEEN: [&str; 22] = [
    "nr", "no", "num", "number", "nummer", "id", "code", "is", "ist", "lautet", "my", "meine", "unter", "me", "mich",
    "on", "at", "the", "die", "der", "under", "auf",
];
const WORDS: [(&str, char); 22] = [
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("null", '0'),
    ("eins", '1'),
    ("zwei", '2'),
    ("zwo", '2'),
    ("drei", '3'),
    ("vier", '4'),
    ("fünf", '5'),
    ("fuenf", '5'),
    ("sechs", '6'),
    ("sieben", '7'),
    ("acht", '8'),
    ("neun", '9'),
];
/// What may stand between digits of one number at most.
const GAP_MAX: usize = 3;

/// A digit and where it stands; a spelled one is as long as its word.
#[derive(Clone, Copy)]
struct Digit {
    value: char,
    start: usize,
    end: usize,
    spelled: bool,
}

/// Where they are.
pub(super) fn find(chars: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut run: Vec<Digit> = Vec::new();
    for digit in digits(chars) {
        let follows = run.last().is_some_and(|last| is_gap(&chars[last.end..digit.start]));
        if !follows {
            found.extend(numbers(chars, &run));
            run.clear();
        }
        run.push(digit);
    }
    found.extend(numbers(chars, &run));
    found
}

fn digits(chars: &[char]) -> Vec<Digit> {
    let mut digits = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let begins = at == 0 || !chars[at - 1].is_alphabetic();
        let spelled = if begins { word(chars, at) } else { &[] };
        if c.is_ascii_digit() {
            digits.push(Digit { value: *c, start: at, end: at + 1, spelled: false });
            at += 1;
        } else if let Some((text, value)) = WORDS.iter().find(|(text, _)| is_one_of(spelled, &[text])) {
            let end = at + text.chars().count();
            digits.push(Digit { value: *value, start: at, end, spelled: true });
            at = end;
        } else {
            at += 1;
        }
    }
    digits
}

fn is_gap(between: &[char]) -> bool {
    let may = |c: &char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '_' | '*' | ',' | '|' | '~');
    between.len() <= GAP_MAX && between.iter().all(may)
}

/// The telephone numbers of a run of digits. Prices and dates in it are none, and part what stands around them.
fn numbers(chars: &[char], run: &[Digit]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest: Vec<Digit> = Vec::new();
    for chunk in chunks(chars, run) {
        if is_other(chars, chunk) {
            found.extend(phone(chars, &rest));
            rest.clear();
        } else {
            rest.extend_from_slice(chunk);
        }
    }
    found.extend(phone(chars, &rest));
    found
}

/// The parts of a run between blanks.
fn chunks<'a>(chars: &[char], run: &'a [Digit]) -> Vec<&'a [Digit]> {
    let apart = |pair: &(usize, &[Digit])| chars[pair.1[0].end..pair.1[1].start].contains(&' ');
    let cuts: Vec<usize> = run.windows(2).enumerate().filter(apart).map(|(index, _)| index + 1).collect();
    let ends = cuts.iter().copied().chain([run.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(ends).filter_map(|(start, end)| run.get(start..end)).filter(|chunk| !chunk.is_empty()).collect()
}

/// Digits side by side.
fn groups(run: &[Digit]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut end = None;
    for digit in run {
        match groups.last_mut() {
            Some(group) if end == Some(digit.start) && !digit.spelled => group.push(digit.value),
            _ => groups.push(digit.value.to_string()),
        }
        end = Some(digit.end);
    }
    groups
}

/// A price, a decimal number or a date.
fn is_other(chars: &[char], chunk: &[Digit]) -> bool {
    let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { return false };
    if chunk.iter().any(|digit| digit.spelled) {
        return false;
    }
    let groups = groups(chunk);
    let signs: Vec<char> = chars[first.start..last.end].iter().copied().filter(|c| !c.is_ascii_digit()).collect();
    if signs.len() + 1 != groups.len() {
        return false;
    }
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    is_date(&groups, &lengths, &signs) || is_amount(&groups, &lengths, &signs)
}

fn is_date(groups: &[String], lengths: &[usize], signs: &[char]) -> bool {
    let within = |index: usize, max: u32| {
        groups.get(index).and_then(|text| text.parse::<u32>().ok()).is_some_and(|n| (1..=max).contains(&n))
    };
    let same = signs.first().is_some_and(|first| ['.', '-', '/'].contains(first) && signs.iter().all(|c| c == first));
    same && match lengths {
        [1 | 2, 1 | 2, 2 | 4] => (within(0, 31) && within(1, 12)) || (within(0, 12) && within(1, 31)),
        [4, 2, 2] => within(1, 12) && within(2, 31),
        [2, 2] => signs[0] == '.' && within(0, 31) && within(1, 12),
        _ => false,
    }
}

fn is_amount(groups: &[String], lengths: &[usize], signs: &[char]) -> bool {
    let plain = groups.first().is_some_and(|whole| whole == "0" || !whole.starts_with('0'));
    if !plain || !signs.iter().all(|sign| matches!(sign, '.' | ',')) {
        return false;
    }
    match lengths {
        // 12,50 or 0.125
        [1..=6, 1..=3] => true,
        // 1.234.567 or 1.234,50
        [1..=3, thousands @ .., last] if !thousands.is_empty() => {
            thousands.iter().all(|length| *length == 3) && (1..=3).contains(last)
        }
        _ => false,
    }
}

/// A telephone number, by its form and by what stands before it.
fn phone(chars: &[char], run: &[Digit]) -> Option<Range<usize>> {
    let (first, last) = (run.first()?, run.last()?);
    let before = words_before(chars, first.start);
    let glued = word_before(chars, first.start).iter().any(|c| c.is_alphabetic());
    let tail = !last.spelled && chars.get(last.end).is_some_and(|c| c.is_alphabetic());
    let plus = first.start > 0 && chars[first.start - 1] == '+';
    let groups = groups(run);
    let single = groups.iter().filter(|group| group.len() == 1).count();
    let spread = groups.len() >= *DIGITS.start() && single * 5 >= groups.len() * 4;
    let called = before.iter().any(|word| is_one_of(word, &CALLS));
    let counted = before.iter().any(|word| is_one_of(word, &NUMBERS));
    let text: String = run.iter().map(|digit| digit.value).collect();
    let open = first.start > 0 && chars[first.start - 1] == '(';
    let is_phone = if run.len() < *DIGITS.start() {
        false
    } else if spread {
        true
    } else if !DIGITS.contains(&run.len()) || tail || (glued && !called) {
        false
    } else if called {
        true
    } else {
        plus && run.len() >= 8 || !counted && has_form(&text, &groups, open || is_cut(chars, run))
    };
    let start = first.start - usize::from(plus || open);
    is_phone.then_some(start..last.end)
}

/// Whether signs other than blanks part the digits.
fn is_cut(chars: &[char], run: &[Digit]) -> bool {
    run.windows(2)
        .any(|pair| chars[pair[0].end..pair[1].start].iter().any(|c| matches!(c, '-' | '.' | '/' | '(' | ')')))
}

/// A number with the prefix of a country or a town, or parted as in North America.
fn has_form(text: &str, groups: &[String], cut: bool) -> bool {
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    let american = matches!(lengths.as_slice(), [3, 3, 4]) || (text.starts_with('1') && lengths == [1, 3, 3, 4]);
    if american && cut {
        return true;
    }
    // The number of an article has as many digits and a check digit.
    if groups.len() == 1 && (13..=14).contains(&text.len()) && is_gtin(text) {
        return false;
    }
    match text.as_bytes() {
        [b'0', b'0', third, ..] => *third != b'0' && (9..=15).contains(&text.len()),
        [b'0', ..] => (9..=13).contains(&text.len()),
        _ => false,
    }
}

fn is_gtin(text: &str) -> bool {
    let weigh = |(index, digit): (usize, u32)| if index % 2 == 0 { digit } else { 3 * digit };
    let sum: u32 = text.chars().rev().filter_map(|c| c.to_digit(10)).enumerate().map(weigh).sum();
    sum.is_multiple_of(10)
}

/// The words before a number that may say what it is: the last one, and those before words that say nothing.
fn words_before(chars: &[char], until: usize) -> Vec<&[char]> {
    let mut found = Vec::new();
    let mut until = until;
    while found.len() < 5 {
        let end = chars[..until].iter().rposition(|c| c.is_alphanumeric()).map_or(0, |at| at + 1);
        let text = word_before(chars, end);
        // A line of its own begins anew.
        if text.is_empty() || chars[end..until].contains(&'\n') {
            break;
        }
        until = end - text.len();
        found.push(text);
        if !is_one_of(text, &BETWEEN) {
            break;
        }
    }
    found
}
