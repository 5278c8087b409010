//! The mails that the program wrote as files.

use std::path::Path;

use crate::{Error, Result};

/// One mail, as far as tests look at it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The header `To`.
    pub to: String,
    /// The decoded header `Subject`.
    pub subject: String,
    /// Everything after the headers, with soft line breaks of quoted-printable removed.
    pub body: String,
}

/// The mails in `folder`, by file name. No folder is no mail.
///
/// # Errors
/// [`Error::File`] when a file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Mail>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).map(|raw| parse(&raw)).map_err(|e| Error::file(path, e))).collect()
}

fn parse(raw: &[u8]) -> Mail {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let header = |name: &str| {
        let found =
            unfolded.lines().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    Mail { to: header("to"), subject: decode_words(&header("subject")), body: unquote(body) }
}

/// Decodes the `=?utf-8?b?…?=` words of a header. Good enough for what the program writes.
fn decode_words(header: &str) -> String {
    let mut text = String::new();
    let mut rest = header;
    while let Some((before, word)) = rest.split_once("=?") {
        if !before.trim().is_empty() {
            text.push_str(before);
        }
        let mut parts = word.splitn(4, '?');
        let (_, encoding, content, tail) = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(encoding), Some(content), Some(tail)) = (encoding, content, tail) else { break };
        let bytes = if encoding.eq_ignore_ascii_case("b") {
            base64(content)
        } else {
            unquote(&content.replace('_', " ")).into_bytes()
        };
        text.push_str(&String::from_utf8_lossy(&bytes));
        rest = tail.strip_prefix('=').unwrap_or(tail);
    }
    text + rest
}

fn unquote(body: &str) -> String {
    let joined = body.replace("=\n", "");
    let bytes = joined.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = bytes.get(index + 1..index + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (bytes[index], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'=', Some(byte)) => {
                out.push(byte);
                index += 3;
            }
            (byte, _) => {
                out.push(byte);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b));
    let (mut out, mut bits, mut held) = (Vec::new(), 0_usize, 0_u32);
    for digit in digits {
        bits = (bits << 6) | digit;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(((bits >> held) & 255) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_are_decoded() {
        let mail = parse(
            b"To: ana@example.org\r\nSubject: =?utf-8?b?SWhyZSBCZXN0ZWxsdW5n?= =?utf-8?b?IMO8YmVy?=\r\n 12\r\n\r\nf=C3=BCr a long=\r\n line",
        );
        assert_eq!(mail.to, "ana@example.org");
        assert_eq!(mail.subject, "Ihre Bestellung über 12");
        assert_eq!(mail.body, "für a long line");
    }
}
