//! Addresses, numbers and links in what people write: found, and hidden from the other side.
//!
//! What is looked for is how people can be reached past the marketplace: e-mail addresses, telephone numbers, links and bank
//! accounts, also when they are spelled so that a program should not see them. Prices, dates, and the numbers of orders,
//! articles and parcels stay. A number is told from a telephone number by its form and by the words before it.

mod address;
mod phone;
#[cfg(test)]
mod test;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

/// What stands where something was hidden.
pub const HIDDEN: &str = "•••";

/// The text with everything hidden by which its writer could be reached; `None` when there is nothing of the kind.
/// Hiding twice changes nothing more.
#[must_use]
pub fn hidden(text: &str) -> Option<String> {
    let read = Reading::of(text);
    let mut found = address::find(&read.chars);
    found.extend(phone::find(&read.chars));
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        let (start, end) = read.bytes_of(&range, text);
        if end <= done {
            continue;
        }
        // What overlaps with the one before is hidden with it.
        if start >= done {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(HIDDEN);
        }
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Some(out)
}

/// A text as it is meant: small letters, plain digits, plain punctuation, nothing that cannot be seen.
struct Reading {
    chars: Vec<char>,
    /// Where in the text each character comes from, in bytes.
    from: Vec<usize>,
}

impl Reading {
    fn of(text: &str) -> Self {
        let (mut chars, mut from) = (Vec::new(), Vec::new());
        for (at, c) in text.char_indices() {
            if is_invisible(c) {
                continue;
            }
            for meant in std::iter::once(c).nfkc().flat_map(char::to_lowercase) {
                chars.push(plain(meant));
                from.push(at);
            }
        }
        Self { chars, from }
    }

    /// The bytes of the text behind these characters.
    fn bytes_of(&self, range: &Range<usize>, text: &str) -> (usize, usize) {
        let start = self.from.get(range.start).copied().unwrap_or(text.len());
        let last = range.end.checked_sub(1).and_then(|last| self.from.get(last)).copied().unwrap_or(start);
        let length = text.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (start, last + length)
    }
}

/// Takes no place on the screen.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The zeros of scripts whose digits follow in order; what folds to plain digits by itself is not here.
const ZEROS: [char; 16] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}',
];

fn plain(c: char) -> char {
    match c {
        '\n' | '\r' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' => '-',
        '\u{3002}' | '\u{2024}' | '\u{b7}' | '\u{2219}' => '.',
        _ if c.is_whitespace() => ' ',
        _ => digit(c).unwrap_or(c),
    }
}

fn digit(c: char) -> Option<char> {
    let zero = ZEROS.into_iter().find(|zero| (*zero..=char_at(*zero, 9)).contains(&c))?;
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

fn char_at(zero: char, n: u32) -> char {
    char::from_u32(u32::from(zero) + n).unwrap_or(zero)
}

/// The word that begins here: letters and digits.
fn word(chars: &[char], from: usize) -> &[char] {
    let rest = chars.get(from..).unwrap_or_default();
    let end = rest.iter().position(|c| !c.is_alphanumeric()).unwrap_or(rest.len());
    &rest[..end]
}

/// The word that ends before here.
fn word_before(chars: &[char], until: usize) -> &[char] {
    let before = chars.get(..until).unwrap_or_default();
    let start = before.iter().rposition(|c| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    &before[start..]
}

fn is(word: &[char], text: &str) -> bool {
    word.iter().copied().eq(text.chars())
}

fn is_one_of(word: &[char], list: &[&str]) -> bool {
    list.iter().any(|known| is(word, known))
}

/// The first place from here that holds no blank.
fn skip_blanks(chars: &[char], mut at: usize) -> usize {
    while chars.get(at) == Some(&' ') {
        at += 1;
    }
    at
}
