//! What is known of a counterparty beside its seat: more addresses, people to speak to, tax ids.

use kernel::country::country;
use kernel::id::MerchantId;
use kernel::postal::{phone, postal_code};
use kernel::vat::{country_of, vat_id};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

/// The most addresses, contacts and tax ids, of each kind.
pub const PARTS_MAX: usize = 20;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressPurpose {
    /// Letters.
    Correspondence,
    /// Invoices.
    Billing,
    /// What buyers send back.
    Returns,
    /// Goods.
    Warehouse,
}

/// An address of a counterparty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartyAddress {
    /// What it is for.
    pub purpose: AddressPurpose,
    /// Who receives there, when it is not the company.
    pub name: Option<String>,
    /// Street and number.
    pub line1: String,
    /// Whatever else finds the door.
    pub line2: Option<String>,
    /// The postal code; empty where the country has none.
    pub postal_code: String,
    /// The town.
    pub city: String,
    /// State, province or county.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// What somebody is spoken to about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactTopic {
    /// Anything.
    General,
    /// Orders and parcels.
    Orders,
    /// Products and offers.
    Catalog,
    /// Statements, invoices, payouts.
    Finance,
    /// Agreements, complaints of authorities.
    Legal,
    /// Programs that are connected.
    Technical,
}

/// Somebody to speak to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartyContact {
    /// About what.
    pub topic: ContactTopic,
    /// The person, or the desk.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
}

/// Who gave a tax id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxIdKind {
    /// For value added tax; pattern and check digits are checked.
    Vat,
    /// Any other number of a tax office.
    National,
}

/// A number by which a tax office knows a counterparty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxId {
    /// Who gave it.
    pub kind: TaxIdKind,
    /// The country that gave it.
    pub country: String,
    /// The number.
    pub number: String,
}

/// What is known of a merchant as a counterparty, beside its seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counterparty {
    /// The merchant.
    #[serde(skip)]
    pub merchant: MerchantId,
    /// Its addresses beside the seat.
    pub addresses: Vec<PartyAddress>,
    /// People to speak to.
    pub contacts: Vec<PartyContact>,
    /// Its tax ids.
    pub tax_ids: Vec<TaxId>,
    /// Grows by one with every change; 0 when nothing was ever said.
    pub version: i64,
}

impl Counterparty {
    /// Of whom nothing is known beside the seat.
    #[must_use]
    pub const fn unknown(merchant: MerchantId) -> Self {
        Self { merchant, addresses: Vec::new(), contacts: Vec::new(), tax_ids: Vec::new(), version: 0 }
    }

    /// Checks every part.
    ///
    /// # Errors
    /// [`Invalid`] naming the first field at fault, as `addresses.1.postalCode`.
    pub fn checked(self) -> Result<Self, Invalid> {
        let addresses = each("addresses", self.addresses, address)?;
        let contacts = each("contacts", self.contacts, contact)?;
        let tax_ids = each("taxIds", self.tax_ids, tax_id)?;
        for (index, id) in tax_ids.iter().enumerate() {
            if tax_ids[..index].contains(id) {
                return Err(Invalid::new(format!("taxIds.{index}.number"), "DUPLICATE", "is there twice"));
            }
        }
        Ok(Self { addresses, contacts, tax_ids, ..self })
    }
}

fn each<T>(field: &str, parts: Vec<T>, check: fn(&str, T) -> Result<T, Invalid>) -> Result<Vec<T>, Invalid> {
    if parts.len() > PARTS_MAX {
        return Err(Invalid::new(field, "TOO_MANY", format!("must have at most {PARTS_MAX} entries")));
    }
    parts.into_iter().enumerate().map(|(index, part)| check(&format!("{field}.{index}"), part)).collect()
}

fn optional(field: &str, value: Option<&str>, max: usize) -> Result<Option<String>, Invalid> {
    value.filter(|value| !value.trim().is_empty()).map(|value| text::line(field, value, max)).transpose()
}

fn address(at: &str, of: PartyAddress) -> Result<PartyAddress, Invalid> {
    let field = |name: &str| format!("{at}.{name}");
    let country = country(&field("country"), &of.country)?;
    Ok(PartyAddress {
        purpose: of.purpose,
        name: optional(&field("name"), of.name.as_deref(), 200)?,
        line1: text::line(&field("line1"), &of.line1, 200)?,
        line2: optional(&field("line2"), of.line2.as_deref(), 200)?,
        postal_code: postal_code(&field("postalCode"), &of.postal_code, &country)?,
        city: text::line(&field("city"), &of.city, 120)?,
        region: optional(&field("region"), of.region.as_deref(), 120)?,
        country,
    })
}

fn contact(at: &str, of: PartyContact) -> Result<PartyContact, Invalid> {
    let field = |name: &str| format!("{at}.{name}");
    let given = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    let email = given(of.email).map(|raw| text::email(&field("email"), &raw)).transpose()?;
    let phone = given(of.phone).map(|raw| phone(&field("phone"), &raw)).transpose()?;
    if email.is_none() && phone.is_none() {
        return Err(Invalid::required(field("email")));
    }
    Ok(PartyContact { topic: of.topic, name: text::line(&field("name"), &of.name, 120)?, email, phone })
}

fn tax_id(at: &str, of: TaxId) -> Result<TaxId, Invalid> {
    let country = country(&format!("{at}.country"), &of.country)?;
    let field = format!("{at}.number");
    let number = match of.kind {
        TaxIdKind::Vat => vat_id(&field, &of.number)?,
        TaxIdKind::National => text::line(&field, &of.number, 40)?,
    };
    if of.kind == TaxIdKind::Vat && country_of(&number) != country {
        return Err(Invalid::new(field, "WRONG_COUNTRY", format!("is not a VAT id of {country}")));
    }
    Ok(TaxId { kind: of.kind, country, number })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kernel::id::TypedId as _;

    fn known() -> Counterparty {
        let merchant = MerchantId::from_uuid(uuid::Uuid::nil());
        Counterparty {
            addresses: vec![PartyAddress {
                purpose: AddressPurpose::Returns,
                name: Some(" ".to_owned()),
                line1: " Am Hafen 3 ".to_owned(),
                line2: None,
                postal_code: "20457".to_owned(),
                city: "Hamburg".to_owned(),
                region: None,
                country: "de".to_owned(),
            }],
            contacts: vec![PartyContact {
                topic: ContactTopic::Finance,
                name: "Bea".to_owned(),
                email: Some("Bea@Kettle.example".to_owned()),
                phone: Some("+49 (30) 123-456".to_owned()),
            }],
            tax_ids: vec![
                TaxId { kind: TaxIdKind::Vat, country: "DE".to_owned(), number: "de 136 695 976".to_owned() },
                TaxId { kind: TaxIdKind::Vat, country: "GR".to_owned(), number: "EL094259216".to_owned() },
                TaxId { kind: TaxIdKind::National, country: "US".to_owned(), number: "12-3456789".to_owned() },
            ],
            ..Counterparty::unknown(merchant)
        }
    }

    #[test]
    fn parts_are_trimmed_and_normalized() {
        let checked = known().checked().unwrap();
        let address = &checked.addresses[0];
        assert_eq!(
            (address.line1.as_str(), address.name.as_deref(), address.country.as_str()),
            ("Am Hafen 3", None, "DE")
        );
        assert_eq!(checked.contacts[0].phone.as_deref(), Some("+4930123456"));
        assert_eq!(checked.contacts[0].email.as_deref(), Some("bea@kettle.example"));
        assert_eq!(checked.tax_ids[0].number, "DE136695976");
        assert_eq!(checked.clone().checked().unwrap(), checked);
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let fault = |change: fn(&mut Counterparty)| {
            let mut of = known();
            change(&mut of);
            let fault = of.checked().unwrap_err();
            (fault.field, fault.code)
        };
        let expect = |field: &str, code| (field.to_owned(), code);
        assert_eq!(fault(|of| of.addresses[0].postal_code.clear()), expect("addresses.0.postalCode", "REQUIRED"));
        assert_eq!(
            fault(|of| of.addresses[0].country = "XX".to_owned()),
            expect("addresses.0.country", "UNKNOWN_COUNTRY")
        );
        assert_eq!(
            fault(|of| of.contacts[0].phone = Some("call me".to_owned())),
            expect("contacts.0.phone", "MALFORMED")
        );
        assert_eq!(
            fault(|of| (of.contacts[0].email, of.contacts[0].phone) = (None, None)),
            expect("contacts.0.email", "REQUIRED")
        );
        assert_eq!(
            fault(|of| of.tax_ids[0].number = "DE136695975".to_owned()),
            expect("taxIds.0.number", "CHECK_DIGIT")
        );
        assert_eq!(fault(|of| of.tax_ids[0].country = "AT".to_owned()), expect("taxIds.0.number", "WRONG_COUNTRY"));
        assert_eq!(fault(|of| of.tax_ids[1] = of.tax_ids[0].clone()), expect("taxIds.1.number", "DUPLICATE"));
        assert_eq!(fault(|of| of.contacts = vec![of.contacts[0].clone(); 21]), expect("contacts", "TOO_MANY"));
    }
}
