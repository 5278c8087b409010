//! Companies that carry parcels, and the address where a parcel is tracked.

use chrono::{DateTime, Utc};
use kernel::id::CarrierId;
use kernel::{Invalid, text};
use serde::Serialize;

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

    /// Normalizes the fields and checks them.
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.code = text::code("code", &self.code, 40)?;
        self.name = text::line("name", &self.name, 120)?;
        if let Some(template) = self.tracking_url_template.take() {
            self.tracking_url_template = Some(url_template(&template)?);
        }
        Ok(self)
    }
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
