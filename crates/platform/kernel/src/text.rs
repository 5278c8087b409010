//! Text that both databases compare alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::fault::Invalid;

/// Folds text for search and for unique checks: lower case, without accents, single spaces.
///
/// SQLite and PostgreSQL disagree about `lower()` and `LIKE`; a `_fold` column holds this instead.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A URL part of lower-case letters, digits and single hyphens.
#[must_use]
pub fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for c in fold(text).chars() {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').chars().take(120).collect()
}

/// Trims `raw` and checks that 1 to `max` characters remain, none of them a control character.
///
/// # Errors
/// [`Invalid`] naming `field`: `REQUIRED`, `TOO_LONG` or `MALFORMED`.
pub fn line(field: &str, raw: &str, max: usize) -> Result<String, Invalid> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Invalid::required(field));
    }
    if text.chars().count() > max {
        return Err(Invalid::new(field, "TOO_LONG", format!("must have at most {max} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(field, "MALFORMED", "must not contain control characters"));
    }
    Ok(text.to_owned())
}

/// Like [`line`], but line breaks and tabs are allowed and it may be empty.
///
/// # Errors
/// [`Invalid`] naming `field`: `TOO_LONG` or `MALFORMED`.
pub fn block(field: &str, raw: &str, max: usize) -> Result<String, Invalid> {
    if raw.chars().count() > max {
        return Err(Invalid::new(field, "TOO_LONG", format!("must have at most {max} characters")));
    }
    if raw.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Invalid::new(field, "MALFORMED", "must not contain control characters"));
    }
    Ok(raw.trim().to_owned())
}

/// A code that programs use: 1 to `max` of `a-z 0-9 _ -`, starting with a letter or digit.
///
/// # Errors
/// [`Invalid`] naming `field`: `REQUIRED`, `TOO_LONG` or `MALFORMED`.
pub fn code(field: &str, raw: &str, max: usize) -> Result<String, Invalid> {
    let text = line(field, raw, max)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if !text.chars().all(allowed) || text.starts_with(['_', '-']) {
        return Err(Invalid::new(field, "MALFORMED", "use a-z, 0-9, _ and -, starting with a letter or digit"));
    }
    Ok(text)
}

/// An e-mail address: trimmed, lower case, one `@`, a dot in the domain, at most 254 characters.
///
/// # Errors
/// [`Invalid`] naming `field`.
pub fn email(field: &str, raw: &str) -> Result<String, Invalid> {
    let text = line(field, raw, 254)?.to_lowercase();
    let bad = || Invalid::new(field, "MALFORMED", "is not an e-mail address");
    let (local, domain) = text.split_once('@').ok_or_else(bad)?;
    let domain_ok = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains('@');
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')');
    if local.is_empty() || !domain_ok || !text.chars().all(plain) {
        return Err(bad());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_accents_and_spacing() {
        assert_eq!(fold("  Crème   BRÛLÉE "), "creme brulee");
        assert_eq!(slugify("Crème Brûlée & Co. (2 pcs)"), "creme-brulee-co-2-pcs");
    }

    #[test]
    fn addresses_are_checked() {
        assert_eq!(email("email", " Ann@Example.ORG ").as_deref(), Ok("ann@example.org"));
        for bad in ["", "ann", "ann@", "@x.org", "a b@x.org", "ann@x", "a@b@c.org", "a@x.org\nBcc: b@x.org"] {
            assert!(email("email", bad).is_err(), "{bad}");
        }
    }
}
