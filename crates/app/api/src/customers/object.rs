//! What clients see of buyers.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use customers::AddressFields;

use super::AddressesLoader;
use crate::error::Gql;
use crate::loader::load;

/// Whether there still is a person behind a buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "customers::CustomerStatus")]
pub enum CustomerStatus {
    /// There is.
    Active,
    /// The person asked to be forgotten; the rest stays for orders and books.
    Erased,
}

/// A buyer's account.
pub struct Customer(pub customers::Customer);

/// A buyer's account.
#[Object]
impl Customer {
    /// The id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The account to sign in with.
    fn user_id(&self) -> ID {
        self.0.user.into()
    }
    /// Where mails go.
    fn email(&self) -> &str {
        &self.0.email
    }
    /// As shown.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// The phone number, if given.
    fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }
    /// Language of mails, if chosen: `de`, `pt-BR`.
    fn locale(&self) -> Option<&str> {
        self.0.locale.as_deref()
    }
    /// Whether there still is a person behind it.
    fn status(&self) -> CustomerStatus {
        self.0.status.into()
    }
    /// The stored addresses, the default first. All of them: at most fifty are kept.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn addresses(&self, gql: &Context<'_>) -> Gql<Vec<Address>> {
        let found = load::<AddressesLoader, _>(gql, self.0.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(Address::from).collect())
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// Since when.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was erased.
    fn erased_at(&self) -> Option<DateTime<Utc>> {
        self.0.erased_at
    }
}

/// A postal address.
#[derive(Debug, Clone, SimpleObject)]
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
    /// The country by its two-letter code of ISO 3166-1.
    pub country: String,
    /// A phone number for the carrier.
    pub phone: Option<String>,
}

impl From<customers::PostalAddress> for PostalAddress {
    fn from(of: customers::PostalAddress) -> Self {
        Self {
            name: of.name,
            company: of.company,
            line1: of.line1,
            line2: of.line2,
            city: of.city,
            region: of.region,
            postal_code: of.postal_code,
            country: of.country,
            phone: of.phone,
        }
    }
}

/// A stored address of a buyer.
#[derive(SimpleObject)]
pub struct Address {
    /// The id.
    pub id: ID,
    /// What it says.
    pub postal: PostalAddress,
    /// Whether checkout proposes it. At most one of a buyer.
    pub is_default: bool,
    /// Grows with each change.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl From<customers::Address> for Address {
    fn from(of: customers::Address) -> Self {
        Self {
            id: of.id.into(),
            postal: of.postal.into(),
            is_default: of.is_default,
            version: of.version,
            created_at: of.created_at,
        }
    }
}

/// A postal address as somebody typed it.
#[derive(Debug, Clone, InputObject)]
pub struct AddressInput {
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
    #[graphql(default)]
    pub postal_code: String,
    /// The country by its two-letter code of ISO 3166-1.
    pub country: String,
    /// A phone number for the carrier.
    pub phone: Option<String>,
}

impl From<AddressInput> for AddressFields {
    fn from(of: AddressInput) -> Self {
        Self {
            name: of.name,
            company: of.company,
            line1: of.line1,
            line2: of.line2,
            city: of.city,
            region: of.region,
            postal_code: of.postal_code,
            country: of.country,
            phone: of.phone,
        }
    }
}
