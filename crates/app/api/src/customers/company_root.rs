//! Companies: questions and changes.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};
use customers::{CompanyCreate, CompanyEdit, CompanyFields, CompanyMemberEdit, CompanyMemberInvite};

use super::AddressInput;
use super::company::{Company, CompanyInvitation, CompanyMember, CompanyRole};
use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::page::{connection, page_args};
use crate::scalar::MoneyInput;
use crate::{input, payload};

/// Questions about companies.
#[derive(Default)]
pub struct CompanyQuery;

#[Object]
impl CompanyQuery {
    /// Companies, the newest first: one's own, or all for the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn companies(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "A part of the name or of a VAT id")] search: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Company>> {
        let page = answer(gql, page_args(first, after))?;
        let found = customers::companies(ctx(gql)?, search.as_deref(), &page).await;
        answer(gql, found.map(|page| connection(page, Company)))
    }

    /// One company; null when there is none within reach.
    async fn company(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Company>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, customers::company(ctx(gql)?, id).await.map(Company))
    }

    /// The places in companies that are offered to the address of the buyer who asks, the oldest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn company_invitations(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, CompanyInvitation>> {
        let page = answer(gql, page_args(first, after))?;
        let found = answer(gql, customers::company_invitations(ctx(gql)?, &page).await)?;
        let offered = |(member, company_name): (customers::CompanyMember, String)| CompanyInvitation {
            member: member.into(),
            company_name,
        };
        Ok(connection(found, offered))
    }
}

/// A company as somebody typed it.
#[derive(InputObject)]
pub struct CompanyFieldsInput {
    /// The legal name.
    pub name: String,
    /// The number in the register of companies.
    pub registration_number: Option<String>,
    /// VAT ids of the European Union, the United Kingdom, Norway or Switzerland, the main one first; pattern and check
    /// digits are checked.
    #[graphql(default)]
    pub vat_ids: Vec<String>,
    /// Addresses; bills go to the first.
    pub addresses: Vec<AddressInput>,
    /// Whether each order must carry a purchase-order number.
    #[graphql(default)]
    pub po_number_required: bool,
}

impl From<CompanyFieldsInput> for CompanyFields {
    fn from(of: CompanyFieldsInput) -> Self {
        Self {
            name: of.name,
            registration_number: of.registration_number,
            vat_ids: of.vat_ids,
            addresses: of.addresses.into_iter().map(Into::into).collect(),
            po_number_required: of.po_number_required,
        }
    }
}

/// A company to be made.
#[derive(InputObject)]
pub struct CompanyCreateInput {
    /// The buyer who becomes its admin; oneself if absent.
    pub admin_id: Option<ID>,
    /// What it is.
    pub company: CompanyFieldsInput,
}

/// What a company is from now on.
#[derive(InputObject)]
pub struct CompanyEditInput {
    /// The company.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// All of it.
    pub company: CompanyFieldsInput,
}

/// Somebody to be invited to a company.
#[derive(InputObject)]
pub struct CompanyMemberInviteInput {
    /// The company.
    pub company_id: ID,
    /// The address; whoever proves to have it can join.
    pub email: String,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without somebody's approval; no limit if absent.
    pub spending_limit: Option<MoneyInput>,
}

/// What a member may do from now on.
#[derive(InputObject)]
pub struct CompanyMemberEditInput {
    /// The place.
    pub id: ID,
    /// The version that the caller saw.
    pub expected_version: i64,
    /// What may be done.
    pub role: CompanyRole,
    /// The most that one order may cost without somebody's approval; no limit if absent.
    pub spending_limit: Option<MoneyInput>,
}

/// A place that is offered to one's address.
#[derive(InputObject)]
pub struct CompanyMemberJoinInput {
    /// The place.
    pub id: ID,
}

/// A place to be taken away, also one's own.
#[derive(InputObject)]
pub struct CompanyMemberRemoveInput {
    /// The place.
    pub id: ID,
}

payload! {
    /// What became of `companyCreate`.
    CompanyCreatePayload { /// The company.
        company: Company }
    /// What became of `companyEdit`.
    CompanyEditPayload { /// The company.
        company: Company }
    /// What became of `companyMemberInvite`.
    CompanyMemberInvitePayload { /// The place.
        member: CompanyMember }
    /// What became of `companyMemberEdit`.
    CompanyMemberEditPayload { /// The place.
        member: CompanyMember }
    /// What became of `companyMemberJoin`.
    CompanyMemberJoinPayload { /// The place.
        member: CompanyMember }
    /// What became of `companyMemberRemove`.
    CompanyMemberRemovePayload { /// The place that is no more.
        member: CompanyMember }
}

fn limit(raw: Option<&MoneyInput>) -> Result<Option<kernel::Money>, customers::Error> {
    Ok(raw.map(|limit| limit.parse("spendingLimit")).transpose()?)
}

/// Companies and their people.
#[derive(Default)]
pub struct CompanyMutation;

#[Object]
impl CompanyMutation {
    /// Makes a company, with a buyer as its first admin.
    async fn company_create(&self, gql: &Context<'_>, input: CompanyCreateInput) -> Gql<CompanyCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let admin = input::optional_id("adminId", input.admin_id.as_ref())?;
            customers::company_create(ctx, CompanyCreate { admin, fields: input.company.into() }).await
        };
        respond(gql, done.await.map(Company))
    }

    /// Replaces what a company is. Orders keep what it was when they were placed.
    async fn company_edit(&self, gql: &Context<'_>, input: CompanyEditInput) -> Gql<CompanyEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let (id, expected_version) = (input::id("id", &input.id)?, input.expected_version);
            customers::company_edit(ctx, CompanyEdit { id, fields: input.company.into(), expected_version }).await
        };
        respond(gql, done.await.map(Company))
    }

    /// Invites somebody to a company. Whether the address has an account is not told.
    async fn company_member_invite(
        &self,
        gql: &Context<'_>,
        input: CompanyMemberInviteInput,
    ) -> Gql<CompanyMemberInvitePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let company = input::id("companyId", &input.company_id)?;
            let spending_limit = limit(input.spending_limit.as_ref())?;
            let (email, role) = (input.email, input.role.into());
            customers::company_member_invite(ctx, CompanyMemberInvite { company, email, role, spending_limit }).await
        };
        respond(gql, done.await.map(CompanyMember::from))
    }

    /// Changes what a member may do.
    async fn company_member_edit(
        &self,
        gql: &Context<'_>,
        input: CompanyMemberEditInput,
    ) -> Gql<CompanyMemberEditPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            let spending_limit = limit(input.spending_limit.as_ref())?;
            let (role, expected_version) = (input.role.into(), input.expected_version);
            customers::company_member_edit(ctx, CompanyMemberEdit { id, role, spending_limit, expected_version }).await
        };
        respond(gql, done.await.map(CompanyMember::from))
    }

    /// Takes a place that is offered to one's own, verified, address.
    async fn company_member_join(
        &self,
        gql: &Context<'_>,
        input: CompanyMemberJoinInput,
    ) -> Gql<CompanyMemberJoinPayload> {
        let ctx = ctx(gql)?;
        let done = async { customers::company_member_join(ctx, input::id("id", &input.id)?).await };
        respond(gql, done.await.map(CompanyMember::from))
    }

    /// Takes a place away. The last admin stays.
    async fn company_member_remove(
        &self,
        gql: &Context<'_>,
        input: CompanyMemberRemoveInput,
    ) -> Gql<CompanyMemberRemovePayload> {
        let ctx = ctx(gql)?;
        let done = async { customers::company_member_remove(ctx, input::id("id", &input.id)?).await };
        respond(gql, done.await.map(CompanyMember::from))
    }
}
