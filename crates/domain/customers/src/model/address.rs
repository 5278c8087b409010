//! Postal addresses.

use chrono::{DateTime, Utc};
use kernel::id::{AddressId, CustomerId};
use kernel::postal::{phone, postal_code};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::country;

/// Addresses that one buyer can have.
pub const ADDRESSES_MAX: u64 = 50;

/// A postal address as somebody typed it; `parse` makes a [`PostalAddress`] of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AddressFields {
    /// The person who receives.
    pub name: String,
    /// The company, if any.
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// Whatever else finds the door.
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// State, province or county, if addresses there have one.
    pub region: Option<String>,
    /// The postal code; may be empty where the country has none.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// For the carrier.
    pub phone: Option<String>,
}

/// A postal address that was checked. Orders freeze it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostalAddress {
    /// The person who receives.
    pub name: String,
    /// The company, if any.
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// Whatever else finds the door.
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// State, province or county.
    pub region: Option<String>,
    /// The postal code; empty where the country has none.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: String,
    /// In international form: `+` and digits, or as typed with digits only.
    pub phone: Option<String>,
}

impl AddressFields {
    /// Checks every field; `at` is the path of the address in the input (`address`), or empty.
    ///
    /// # Errors
    /// [`Invalid`] naming the first field at fault, as `address.postalCode`.
    pub fn parse(&self, at: &str) -> Result<PostalAddress, Invalid> {
        let field = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let optional = |name: &str, raw: &Option<String>, max: usize| {
            raw.as_deref()
                .filter(|raw| !raw.trim().is_empty())
                .map(|raw| text::line(&field(name), raw, max))
                .transpose()
        };
        let country = country(&field("country"), &self.country)?;
        let postal_code = postal_code(&field("postalCode"), &self.postal_code, &country)?;
        Ok(PostalAddress {
            name: text::line(&field("name"), &self.name, 120)?,
            company: optional("company", &self.company, 120)?,
            line1: text::line(&field("line1"), &self.line1, 200)?,
            line2: optional("line2", &self.line2, 200)?,
            city: text::line(&field("city"), &self.city, 120)?,
            region: optional("region", &self.region, 120)?,
            postal_code,
            country,
            phone: match self.phone.as_deref().filter(|raw| !raw.trim().is_empty()) {
                Some(raw) => Some(phone(&field("phone"), raw)?),
                None => None,
            },
        })
    }
}

/// A stored address of a buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// Whose.
    pub customer: CustomerId,
    /// The address.
    #[serde(flatten)]
    pub postal: PostalAddress,
    /// Whether checkout proposes it. At most one of a buyer.
    pub is_default: bool,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn berlin() -> AddressFields {
        AddressFields {
            name: " Ann Example ".to_owned(),
            line1: "Unter den Linden 1".to_owned(),
            city: "Berlin".to_owned(),
            postal_code: "10117".to_owned(),
            country: "de".to_owned(),
            phone: Some("+49 (30) 123-456".to_owned()),
            ..AddressFields::default()
        }
    }

    #[test]
    fn fields_are_trimmed_and_normalized() {
        let address = berlin().parse("").ok();
        let seen = address.map(|a| (a.name, a.country, a.phone));
        assert_eq!(seen, Some(("Ann Example".to_owned(), "DE".to_owned(), Some("+4930123456".to_owned()))));
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let fault = |change: fn(&mut AddressFields)| {
            let mut fields = berlin();
            change(&mut fields);
            fields.parse("address").err().map(|e| (e.field, e.code))
        };
        let expect = |field: &str, code| Some((format!("address.{field}"), code));
        assert_eq!(fault(|f| f.name.clear()), expect("name", "REQUIRED"));
        assert_eq!(fault(|f| f.line1 = "x".repeat(201)), expect("line1", "TOO_LONG"));
        assert_eq!(fault(|f| f.city = "Ber\nlin".to_owned()), expect("city", "MALFORMED"));
        assert_eq!(fault(|f| f.country = "Germany".to_owned()), expect("country", "UNKNOWN"));
        assert_eq!(fault(|f| f.postal_code = "10117;".to_owned()), expect("postalCode", "MALFORMED"));
        assert_eq!(fault(|f| f.postal_code.clear()), expect("postalCode", "REQUIRED"));
        assert_eq!(fault(|f| f.phone = Some("call me".to_owned())), expect("phone", "MALFORMED"));
    }

    #[test]
    fn some_countries_have_no_postal_code() {
        let fields = AddressFields { country: "HK".to_owned(), postal_code: String::new(), ..berlin() };
        assert_eq!(fields.parse("").ok().map(|a| a.postal_code), Some(String::new()));
    }

    proptest! {
        #[test]
        fn parsing_is_stable(name in "[a-zA-Z ]{1,40}", line1 in ".{1,60}", phone in "[+0-9 ()/-]{0,20}") {
            let fields = AddressFields { name, line1, phone: Some(phone), ..berlin() };
            if let Ok(once) = fields.parse("") {
                let again = AddressFields {
                    name: once.name.clone(), company: once.company.clone(), line1: once.line1.clone(),
                    line2: once.line2.clone(), city: once.city.clone(), region: once.region.clone(),
                    postal_code: once.postal_code.clone(), country: once.country.clone(), phone: once.phone.clone(),
                };
                prop_assert_eq!(again.parse(""), Ok(once));
            }
        }
    }
}
