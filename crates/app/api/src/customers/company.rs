//! What clients see of companies.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use context::Ctx;
use kernel::id::CompanyId;

use super::PostalAddress;
use crate::error::Gql;
use crate::loader::{LoadError, Loader, OfRequest, load};
use crate::payments::{CompanyCreditLoader, CreditAccount, CreditLine, CreditLinesLoader};
use crate::scalar::Money;

/// What a buyer may do for a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "customers::CompanyRole")]
pub enum CompanyRole {
    /// Order, up to the spending limit.
    Buyer,
    /// The same, and approve carts of others that are above their limit.
    Approver,
    /// The same, and change the company and its people.
    Admin,
}

/// A company that buys. Its people and the operator see it.
pub struct Company(pub customers::Company);

/// A company that buys. Its people and the operator see it.
#[Object]
impl Company {
    /// The id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The legal name.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// The number in the register of companies.
    fn registration_number(&self) -> Option<&str> {
        self.0.registration_number.as_deref()
    }
    /// VAT ids, the main one first. Orders name that of the country the goods go to.
    fn vat_ids(&self) -> &[String] {
        &self.0.vat_ids.0
    }
    /// Addresses; bills go to the first. All of them: at most fifty are kept.
    fn addresses(&self) -> Vec<PostalAddress> {
        self.0.addresses.0.iter().cloned().map(PostalAddress::from).collect()
    }
    /// Whether each order must carry a purchase-order number.
    fn po_number_required(&self) -> bool {
        self.0.po_number_required
    }
    /// What it may owe, by currency; empty when it does not buy on account.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn credit_lines(&self, gql: &Context<'_>) -> Gql<Vec<CreditLine>> {
        let found = load::<CreditLinesLoader, _>(gql, self.0.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(CreditLine::from).collect())
    }
    /// What it paid more than it owed, by currency.
    #[graphql(complexity = "2 + 2 * child_complexity")]
    async fn credit(&self, gql: &Context<'_>) -> Gql<Vec<CreditAccount>> {
        let found = load::<CompanyCreditLoader, _>(gql, self.0.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(CreditAccount::from).collect())
    }
    /// Its people, the invited ones included. All of them: at most 500.
    #[graphql(complexity = "5 + 20 * child_complexity")]
    async fn members(&self, gql: &Context<'_>) -> Gql<Vec<CompanyMember>> {
        let found = load::<CompanyMembersLoader, _>(gql, self.0.id).await?;
        Ok(found.unwrap_or_default().into_iter().map(CompanyMember::from).collect())
    }
    /// Grows with each change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// Since when.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A buyer's place in a company.
#[derive(SimpleObject)]
pub struct CompanyMember {
    /// The id.
    pub id: ID,
    /// The company.
    pub company_id: ID,
    /// The buyer; null until the invitation is taken.
    pub customer_id: Option<ID>,
    /// The address that was invited.
    pub email: String,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without somebody's approval; null: no limit. Orders in another currency need
    /// approval.
    pub spending_limit: Option<Money>,
    /// Grows with each change.
    pub version: i64,
    /// When it was invited.
    pub created_at: DateTime<Utc>,
    /// When it joined.
    pub joined_at: Option<DateTime<Utc>>,
}

impl From<customers::CompanyMember> for CompanyMember {
    fn from(of: customers::CompanyMember) -> Self {
        Self {
            id: of.id.into(),
            company_id: of.company.into(),
            customer_id: of.customer.map(ID::from),
            email: of.email,
            role: of.role.into(),
            spending_limit: of.spending_limit.map(Money::from),
            version: of.version,
            created_at: of.created_at,
            joined_at: of.joined_at,
        }
    }
}

/// A place in a company that is offered to one's address.
#[derive(SimpleObject)]
pub struct CompanyInvitation {
    /// The place; `companyMemberJoin` takes it.
    pub member: CompanyMember,
    /// The name of the company.
    pub company_name: String,
}

/// The people of companies.
pub struct CompanyMembersLoader(Ctx);

impl OfRequest for CompanyMembersLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CompanyId> for CompanyMembersLoader {
    type Value = Vec<customers::CompanyMember>;

    async fn load(&self, keys: &[CompanyId]) -> Result<HashMap<CompanyId, Self::Value>, LoadError> {
        customers::members_by_companies(&self.0, keys).await.map_err(LoadError::new)
    }
}
