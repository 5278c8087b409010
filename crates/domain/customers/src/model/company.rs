//! Companies that buy, and their people.

use chrono::{DateTime, Utc};
use kernel::id::{CompanyId, CompanyMemberId, CustomerId};
use kernel::{Invalid, Money, text};
use sea_orm::{DeriveActiveEnum, DeriveValueType, EnumIter};
use serde::{Deserialize, Serialize};

use super::{AddressFields, PostalAddress, vat_id};

/// Addresses that one company can have.
pub const COMPANY_ADDRESSES_MAX: usize = 50;
/// VAT ids that one company can have: one a country at most.
pub const VAT_IDS_MAX: usize = 40;
/// People that one company can have, the invited ones included.
pub const COMPANY_MEMBERS_MAX: u64 = 500;

/// What a buyer may do for a company.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum CompanyRole {
    /// Order, up to the spending limit.
    Buyer,
    /// The same, and approve carts of others that are above their limit.
    Approver,
    /// The same, and change the company and its people.
    Admin,
}

impl CompanyRole {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }
}

macro_rules! json_text {
    ($($name:ty),* $(,)?) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // Plain data: serializing cannot fail; an empty text would fail loudly at the reader.
                f.write_str(&serde_json::to_string(self).unwrap_or_default())
            }
        }
        impl std::str::FromStr for $name {
            type Err = serde_json::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                serde_json::from_str(text)
            }
        }
    )*};
}
json_text!(VatIds, CompanyAddresses);

/// Checked VAT ids, the first one is the company's main one. Displays as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct VatIds(pub Vec<String>);

impl VatIds {
    /// The id to be named for goods that go to `country`: that country's, else the main one.
    #[must_use]
    pub fn for_country(&self, country: &str) -> Option<&str> {
        let prefix = match country {
            "GR" => "EL",
            "CH" => "CHE",
            other => other,
        };
        self.0.iter().find(|id| id.starts_with(prefix)).or_else(|| self.0.first()).map(String::as_str)
    }
}

/// The addresses of a company; bills go to the first. Displays as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct CompanyAddresses(pub Vec<PostalAddress>);

/// A company as somebody typed it.
#[derive(Debug, Clone, Default)]
pub struct CompanyFields {
    /// The legal name.
    pub name: String,
    /// The number in the register of companies, if any.
    pub registration_number: Option<String>,
    /// VAT ids, the main one first.
    pub vat_ids: Vec<String>,
    /// Addresses; bills go to the first.
    pub addresses: Vec<AddressFields>,
    /// Whether each order must carry a purchase-order number.
    pub po_number_required: bool,
}

/// A company that buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The legal name.
    pub name: String,
    /// The number in the register of companies.
    pub registration_number: Option<String>,
    /// VAT ids, the main one first.
    pub vat_ids: VatIds,
    /// Addresses; bills go to the first.
    pub addresses: CompanyAddresses,
    /// Whether each order must carry a purchase-order number.
    pub po_number_required: bool,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl CompanyFields {
    /// Checks every field of a company that has `id` and so on.
    ///
    /// # Errors
    /// [`Invalid`] naming the first field at fault, as `vatIds.1` or `addresses.0.city`.
    pub fn parse(&self, id: CompanyId, version: i64, created_at: DateTime<Utc>) -> Result<Company, Invalid> {
        if self.addresses.is_empty() {
            return Err(Invalid::required("addresses"));
        }
        if self.addresses.len() > COMPANY_ADDRESSES_MAX {
            let text = format!("a company has at most {COMPANY_ADDRESSES_MAX} addresses");
            return Err(Invalid::new("addresses", "TOO_MANY", text));
        }
        if self.vat_ids.len() > VAT_IDS_MAX {
            return Err(Invalid::new("vatIds", "TOO_MANY", format!("a company has at most {VAT_IDS_MAX} VAT ids")));
        }
        let mut vat_ids: Vec<String> = Vec::with_capacity(self.vat_ids.len());
        for (index, raw) in self.vat_ids.iter().enumerate() {
            let field = format!("vatIds.{index}");
            let id = vat_id(&field, raw)?;
            if vat_ids.contains(&id) {
                return Err(Invalid::new(field, "DUPLICATE", "is named twice"));
            }
            vat_ids.push(id);
        }
        let addresses = self.addresses.iter().enumerate();
        let addresses = addresses.map(|(index, fields)| fields.parse(&format!("addresses.{index}")));
        let number = self.registration_number.as_deref().filter(|raw| !raw.trim().is_empty());
        Ok(Company {
            id,
            name: text::line("name", &self.name, 200)?,
            registration_number: number.map(|raw| text::line("registrationNumber", raw, 60)).transpose()?,
            addresses: CompanyAddresses(addresses.collect::<Result<_, _>>()?),
            vat_ids: VatIds(vat_ids),
            po_number_required: self.po_number_required,
            version,
            created_at,
        })
    }
}

/// A buyer's place in a company; somebody who was invited and did not join yet has no buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyMember {
    /// Its id.
    pub id: CompanyMemberId,
    /// The company.
    pub company: CompanyId,
    /// Who.
    pub customer: Option<CustomerId>,
    /// The address that was invited.
    pub email: String,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without somebody's approval; nothing stands for no limit.
    pub spending_limit: Option<Money>,
    /// Grows with each change.
    pub version: i64,
    /// When it was invited.
    pub created_at: DateTime<Utc>,
    /// When it joined.
    pub joined_at: Option<DateTime<Utc>>,
}

impl CompanyMember {
    /// Whether an order of this amount needs somebody's approval. What is limited in one currency is not free in
    /// another.
    #[must_use]
    pub fn needs_approval(&self, total: Money) -> bool {
        match self.spending_limit {
            None => false,
            Some(limit) if limit.currency == total.currency => total.minor > limit.minor,
            Some(_) => total.minor > 0,
        }
    }
}

/// A company, and the place in it of the buyer who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanySeat {
    /// The company.
    pub company: Company,
    /// The place.
    pub member: CompanyMember,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use kernel::Currency;
    use uuid::Uuid;

    fn fields() -> CompanyFields {
        let address = AddressFields {
            name: "Accounts".to_owned(),
            line1: "Unter den Linden 1".to_owned(),
            city: "Berlin".to_owned(),
            postal_code: "10117".to_owned(),
            country: "de".to_owned(),
            ..AddressFields::default()
        };
        CompanyFields {
            name: " Kettle Works GmbH ".to_owned(),
            vat_ids: vec!["de 136 695 976".to_owned(), "ATU13585627".to_owned()],
            addresses: vec![address],
            ..CompanyFields::default()
        }
    }

    fn parse(fields: &CompanyFields) -> Result<Company, Invalid> {
        fields.parse(CompanyId(Uuid::nil()), 1, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let fault = |change: fn(&mut CompanyFields)| {
            let mut fields = fields();
            change(&mut fields);
            parse(&fields).err().map(|e| (e.field, e.code))
        };
        let expect = |field: &str, code| Some((field.to_owned(), code));
        assert_eq!(fault(|_| {}), None);
        assert_eq!(fault(|f| f.name.clear()), expect("name", "REQUIRED"));
        assert_eq!(fault(|f| f.addresses.clear()), expect("addresses", "REQUIRED"));
        assert_eq!(fault(|f| f.addresses[0].city.clear()), expect("addresses.0.city", "REQUIRED"));
        assert_eq!(fault(|f| f.vat_ids[1] = "ATU13585628".to_owned()), expect("vatIds.1", "CHECK_DIGIT"));
        assert_eq!(fault(|f| f.vat_ids[1] = "DE136695976".to_owned()), expect("vatIds.1", "DUPLICATE"));
        let many = |f: &mut CompanyFields| f.addresses = vec![f.addresses[0].clone(); COMPANY_ADDRESSES_MAX + 1];
        assert_eq!(fault(many), expect("addresses", "TOO_MANY"));
    }

    #[test]
    fn the_vat_id_of_the_country_is_named() {
        let ids = parse(&fields()).unwrap().vat_ids;
        assert_eq!(ids.for_country("AT"), Some("ATU13585627"));
        assert_eq!(ids.for_country("FR"), Some("DE136695976"));
        assert_eq!(VatIds::default().for_country("FR"), None);
    }

    #[test]
    fn a_limit_counts_in_its_currency_and_closes_the_others() {
        let limit = Some(Money::new(10_000, Currency::EUR));
        let member = |spending_limit| CompanyMember {
            id: CompanyMemberId(Uuid::nil()),
            company: CompanyId(Uuid::nil()),
            customer: None,
            email: String::new(),
            role: CompanyRole::Buyer,
            spending_limit,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            joined_at: None,
        };
        let needs = |limit, minor, currency| member(limit).needs_approval(Money::new(minor, currency));
        assert!(!needs(limit, 10_000, Currency::EUR));
        assert!(needs(limit, 10_001, Currency::EUR));
        assert!(needs(limit, 1, Currency::USD));
        assert!(!needs(limit, 0, Currency::USD));
        assert!(!needs(None, i64::MAX, Currency::USD));
    }
}
