//! Companies that carry parcels, and the address where a parcel is tracked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::id::CarrierId;
use kernel::{Invalid, text};
use regex::{Regex, RegexBuilder};
use serde::Serialize;

use super::bounded;

/// What stands for the tracking number in a template.
const PLACEHOLDER: &str = "{tracking}";

/// A company that carries parcels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// Its id.
    pub id: CarrierId,
    /// The code that merchants send with a parcel: `dhl`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// The address of a parcel's page with `{tracking}` in the place of its number.
    pub tracking_url_template: Option<String>,
    /// What its numbers look like: a regular expression for the whole number.
    pub number_pattern: Option<String>,
    /// Its words for what happens to a parcel, each with a state of parcels such as `out_for_delivery`. A word that is
    /// missing is taken as the state itself.
    pub event_map: BTreeMap<String, String>,
    /// An inactive carrier takes no new parcels.
    pub active: bool,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Carrier {
    /// The page where the parcel with this number is tracked; `None` when the carrier has no such page.
    ///
    /// The number comes from outside: everything but letters, digits and `-._~` is percent-encoded, so that it
    /// cannot leave its place in the address.
    #[must_use]
    pub fn tracking_url(&self, number: &str) -> Option<String> {
        let template = self.tracking_url_template.as_deref()?;
        Some(template.replace(PLACEHOLDER, &percent_encode(number)))
    }

    /// The state of parcels that a word of the carrier stands for; the caller knows whether there is one of that name.
    #[must_use]
    pub fn state_of(&self, code: &str) -> Option<String> {
        Some(self.event_map.get(code).cloned().unwrap_or_else(|| code.to_lowercase()))
    }

    /// Refuses a number that does not look like one of this carrier.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`.
    pub fn check_number(&self, field: &str, number: &str) -> Result<(), Invalid> {
        let Some(pattern) = self.number_pattern.as_deref().and_then(|pattern| whole(pattern).ok()) else {
            return Ok(());
        };
        if pattern.is_match(number.trim()) {
            return Ok(());
        }
        Err(Invalid::new(field, "MALFORMED", format!("is not a number of {}", self.name)))
    }

    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = text::code("code", &self.code, 40)?;
        self.name = text::line("name", &self.name, 120)?;
        if let Some(template) = self.tracking_url_template.take() {
            self.tracking_url_template = Some(url_template(&template)?);
        }
        if let Some(pattern) = self.number_pattern.take() {
            self.number_pattern = Some(number_pattern(&pattern)?);
        }
        bounded("eventMap", self.event_map.len())?;
        for (word, state) in &self.event_map {
            text::line("eventMap", word, 60)?;
            text::code("eventMap", state, 40)?;
        }
        Ok(self)
    }
}

/// The pattern for a whole number. Matching takes time in line with the number, whatever the pattern.
fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 16).build()
}

fn number_pattern(raw: &str) -> Result<String, Invalid> {
    const FIELD: &str = "numberPattern";
    let pattern = text::line(FIELD, raw, 200)?;
    whole(&pattern).map_err(|_| Invalid::new(FIELD, "MALFORMED", "is not a regular expression of moderate size"))?;
    Ok(pattern)
}

fn url_template(raw: &str) -> Result<String, Invalid> {
    const FIELD: &str = "trackingUrlTemplate";
    let template = text::line(FIELD, raw, 500)?;
    let bad = |message: &str| Invalid::new(FIELD, "MALFORMED", message);
    let Some((scheme, rest)) = template.split_once("://") else {
        return Err(bad("must start with https:// or http://"));
    };
    if !matches!(scheme, "http" | "https") {
        return Err(bad("must start with https:// or http://"));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains(['{', '@', '\\']) {
        return Err(bad("must name a host; the number cannot be part of it"));
    }
    if template.matches(PLACEHOLDER).count() != 1 {
        return Err(bad("must contain {tracking} exactly once"));
    }
    if template.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>')) {
        return Err(bad("must not contain spaces, quotes or angle brackets"));
    }
    Ok(template)
}

fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.trim().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn carrier(template: &str) -> Carrier {
        Carrier {
            id: CarrierId(uuid::Uuid::nil()),
            code: "dhl".to_owned(),
            name: "DHL".to_owned(),
            tracking_url_template: Some(template.to_owned()),
            number_pattern: None,
            event_map: BTreeMap::new(),
            active: true,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_number_cannot_leave_its_place() {
        let carrier = carrier("https://track.example/p?n={tracking}&l=en").checked().unwrap();
        let url = |number: &str| carrier.tracking_url(number).unwrap();
        assert_eq!(url("JD0146-0000~1"), "https://track.example/p?n=JD0146-0000~1&l=en");
        assert_eq!(url("a b&x=1#/ü"), "https://track.example/p?n=a%20b%26x%3D1%23%2F%C3%BC&l=en");
        assert_eq!(url("{tracking}"), "https://track.example/p?n=%7Btracking%7D&l=en");
    }

    #[test]
    fn a_number_must_look_like_one() {
        let mut carrier = carrier("https://track.example/{tracking}");
        carrier.check_number("trackingNumber", "anything").unwrap();
        carrier.number_pattern = Some("JD[0-9]{4}|[0-9]{6}".to_owned());
        let carrier = carrier.checked().unwrap();
        carrier.check_number("trackingNumber", "JD0146").unwrap();
        carrier.check_number("trackingNumber", "123456").unwrap();
        for bad in ["JD014", "JD01467", "xJD0146", "1234567", ""] {
            assert_eq!(carrier.check_number("trackingNumber", bad).unwrap_err().field, "trackingNumber", "{bad}");
        }
        let broken = Carrier { number_pattern: Some("(".to_owned()), ..carrier };
        assert_eq!(broken.checked().unwrap_err().field, "numberPattern");
    }

    #[test]
    fn templates_that_could_mislead_are_refused() {
        for bad in [
            "track.example/{tracking}",
            "javascript://x/{tracking}",
            "https://{tracking}.example/",
            "https://user@track.example/{tracking}",
            "https:///{tracking}",
            "https://track.example/",
            "https://track.example/{tracking}/{tracking}",
            "https://track.example/\"{tracking}",
        ] {
            assert_eq!(carrier(bad).checked().unwrap_err().field, "trackingUrlTemplate", "{bad}");
        }
    }
}
