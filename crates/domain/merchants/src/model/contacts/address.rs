//! E-mail addresses, links and bank accounts.

use std::ops::Range;

use kernel::bank::Iban;

use super::{is, is_one_of, skip_blanks, word, word_before};

/// Endings of names that are hardly ever words.
const ENDINGS: [&str; 44] = [
    "com", "net", "org", "de", "at", "ch", "eu", "uk", "fr", "nl", "pl", "cz", "dk", "se", "fi", "pt", "gr", "hu",
    "ro", "ru", "ua", "tr", "cn", "jp", "br", "io", "co", "info", "biz", "shop", "store", "online", "site", "app",
    "dev", "xyz", "club", "link", "page", "web", "cloud", "tech", "website", "space",
];
/// Endings that are words, too: they count when a path follows.
const ENDINGS_WITH_PATH: [&str; 12] = ["me", "it", "is", "in", "so", "am", "to", "us", "be", "es", "ly", "gl"];
/// Endings that count when the dot is spelled or stands between blanks.
const ENDINGS_SPELLED: [&str; 10] = ["com", "net", "org", "de", "at", "ch", "eu", "info", "shop", "online"];
const SCHEMES: [&str; 4] = ["http", "https", "hxxp", "ftp"];
const ATS: [&str; 4] = ["at", "ät", "aet", "@"];
const DOTS: [&str; 4] = ["dot", "punkt", "point", "."];

/// How something stands in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelled {
    /// As the sign itself, next to what belongs to it.
    Close,
    /// As the sign or in brackets, with blanks or without.
    Clear,
    /// As a word between others.
    Word,
}

/// Where they are.
pub(super) fn find(chars: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for at in 0..chars.len() {
        let begins = at == 0 || !chars[at - 1].is_alphanumeric();
        found.extend(mail(chars, at));
        if begins && chars[at].is_alphanumeric() {
            found.extend(link(chars, at).or_else(|| name(chars, at)).or_else(|| account(chars, at)));
        }
    }
    found
}

/// A sign, or one of the words for it, from here: how it is spelled and where it ends, blanks included.
fn sign(chars: &[char], from: usize, plain: char, words: &[&str]) -> Option<(Spelled, usize)> {
    let at = skip_blanks(chars, from);
    if chars.get(at) == Some(&plain) {
        let end = skip_blanks(chars, at + 1);
        let close = at == from && end == at + 1;
        return Some((if close { Spelled::Close } else { Spelled::Clear }, end));
    }
    if chars.get(at).is_some_and(|c| ['(', '[', '{', '<'].contains(c)) {
        let inner = skip_blanks(chars, at + 1);
        let spelled = if chars.get(inner) == Some(&plain) { &chars[inner..=inner] } else { word(chars, inner) };
        let end = skip_blanks(chars, inner + spelled.len());
        let closes = chars.get(end).is_some_and(|c| [')', ']', '}', '>'].contains(c));
        return (closes && is_one_of(spelled, words)).then(|| (Spelled::Clear, skip_blanks(chars, end + 1)));
    }
    let joined = matches!(chars.get(from), Some('-' | '_'));
    let at = if joined { from + 1 } else { at };
    let spelled = word(chars, at);
    let end = at + spelled.len();
    let apart = at > from && matches!(chars.get(end), Some(' ' | '-' | '_'));
    (apart && is_one_of(spelled, words)).then(|| (Spelled::Word, skip_blanks(chars, end + usize::from(joined))))
}

/// An address whose sign for "at" stands here.
fn mail(chars: &[char], at: usize) -> Option<Range<usize>> {
    let local = word_before(chars, at);
    if local.is_empty() {
        return None;
    }
    let (spelled, domain) = sign(chars, at, '@', &ATS)?;
    let (end, dots) = domain_end(chars, domain, spelled)?;
    let named = match (spelled, dots) {
        (Spelled::Word, _) => dots == Some(Spelled::Word),
        (Spelled::Close, _) => true,
        (Spelled::Clear, dots) => dots.is_some(),
    };
    named.then(|| local_start(chars, at)..end)
}

/// Where the part before the "at" begins.
fn local_start(chars: &[char], until: usize) -> usize {
    let part = |c: &char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    chars[..until].iter().rposition(|c| !part(c)).map_or(0, |at| at + 1)
}

/// Where the name behind an "at" ends, and how its last dot is spelled; it has a letter, and ends with letters.
fn domain_end(chars: &[char], from: usize, at: Spelled) -> Option<(usize, Option<Spelled>)> {
    let (mut end, mut dots) = (label_end(chars, from)?, None);
    if !chars[from..end].iter().any(|c| c.is_alphabetic()) {
        return None;
    }
    while let Some((spelled, next)) = sign(chars, end, '.', &DOTS) {
        // A full stop ends a sentence: only a close one, or one within a spelled address, goes on.
        let goes_on = spelled != Spelled::Clear || at != Spelled::Word;
        let Some(label) = label_end(chars, next).filter(|_| goes_on) else { break };
        let letters = chars[next..label].iter().all(|c| c.is_alphabetic()) && label - next >= 2;
        let known = spelled == Spelled::Close || is_one_of(&chars[next..label], &ENDINGS);
        if !letters || !known {
            break;
        }
        (end, dots) = (label, Some(spelled));
    }
    Some((end, dots))
}

fn label_end(chars: &[char], from: usize) -> Option<usize> {
    let rest = chars.get(from..)?;
    let part = |c: &char| c.is_alphanumeric() || *c == '-';
    let length = rest.iter().position(|c| !part(c)).unwrap_or(rest.len());
    (length > 0).then_some(from + length)
}

/// A link with its scheme, or a name that begins with "www".
fn link(chars: &[char], at: usize) -> Option<Range<usize>> {
    let first = word(chars, at);
    let rest = chars.get(at + first.len()..)?;
    let scheme = is_one_of(first, &SCHEMES) && rest.starts_with(&[':', '/', '/']);
    let www = is(first, "www") && rest.first() == Some(&'.') && rest.get(1).is_some_and(|c| c.is_alphanumeric());
    (scheme || www).then(|| at..path_end(chars, at))
}

/// Up to the next blank, without what ends a sentence.
fn path_end(chars: &[char], from: usize) -> usize {
    let end = chars[from..].iter().position(|c| c.is_whitespace()).map_or(chars.len(), |length| from + length);
    let closes = |c: &char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '\'' | '>');
    chars[from..end].iter().rposition(|c| !closes(c)).map_or(end, |last| from + last + 1)
}

/// A name such as `kettle.example.com`, bare or with a path.
fn name(chars: &[char], at: usize) -> Option<Range<usize>> {
    let mut end = label_end(chars, at)?;
    if !chars[at..end].iter().any(|c| c.is_alphabetic()) {
        return None;
    }
    let mut found = None;
    while let Some((spelled, next)) = sign(chars, end, '.', &DOTS) {
        let Some(label) = label_end(chars, next) else { break };
        let text = &chars[next..label];
        let path = chars.get(label) == Some(&'/') && chars.get(label + 1).is_some_and(|c| c.is_alphanumeric());
        let known = match spelled {
            Spelled::Close => is_one_of(text, &ENDINGS) || (path && is_one_of(text, &ENDINGS_WITH_PATH)),
            Spelled::Clear | Spelled::Word => is_one_of(text, &ENDINGS_SPELLED),
        };
        if known {
            let last = if path { path_end(chars, label) } else { label };
            found = Some(at..last);
        } else if spelled != Spelled::Close {
            break;
        }
        end = label;
    }
    found
}

/// A bank account: its check digits are right, so no other number is taken for one.
fn account(chars: &[char], at: usize) -> Option<Range<usize>> {
    let country = chars.get(at..at + 2)?.iter().all(char::is_ascii_lowercase);
    if !country || !chars.get(at + 2..)?.iter().find(|c| **c != ' ')?.is_ascii_digit() {
        return None;
    }
    let mut text = String::new();
    let mut longest = None;
    for (offset, c) in chars[at..].iter().enumerate().take(80) {
        match c {
            ' ' | '-' | '.' => continue,
            c if c.is_ascii_alphanumeric() => text.push(c.to_ascii_uppercase()),
            _ => break,
        }
        if text.len() > 34 {
            break;
        }
        if text.len() >= 15 && Iban::parse("iban", &text).is_ok() {
            longest = Some(at..at + offset + 1);
        }
    }
    longest
}
