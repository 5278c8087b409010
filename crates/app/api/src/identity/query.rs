//! Questions about accounts, teams and keys.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use identity::Secret;

use super::object::{ApiKey, Invitation, Me, Member, User};
use super::session::Session;
use super::team;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about accounts, teams and keys.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Whoever is signed in.
    async fn me(&self, gql: &Context<'_>) -> Gql<Me> {
        answer(gql, identity::me(ctx(gql)?).await.map(Me))
    }

    /// One's own sessions, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn sessions(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Session>> {
        let page = answer(gql, page_args(first, after))?;
        answer(gql, identity::sessions(ctx(gql)?, &page).await.map(|page| connection(page, Session)))
    }

    /// The members of a team, the oldest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn members(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whose team; the caller's own if absent")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Member>> {
        let ctx = ctx(gql)?;
        let page = answer(gql, page_args(first, after))?;
        let team = answer(gql, team(ctx, merchant_id.as_ref()))?;
        answer(gql, identity::members(ctx, team, &page).await.map(|page| connection(page, Member::from)))
    }

    /// The invitations to a team, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn invitations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "To whose team; the caller's own if absent")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Invitation>> {
        let ctx = ctx(gql)?;
        let page = answer(gql, page_args(first, after))?;
        let team = answer(gql, team(ctx, merchant_id.as_ref()))?;
        answer(gql, identity::invitations(ctx, team, &page).await.map(|page| connection(page, Invitation)))
    }

    /// The invitation of a mailed link, for the page on which it is accepted; null when it cannot be accepted.
    async fn invitation(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The token of the link")] token: String,
    ) -> Gql<Option<Invitation>> {
        let found = identity::invitation_by_token(ctx(gql)?, &Secret::from_client(token)).await;
        answer(gql, found.map(|invitation| invitation.map(Invitation)))
    }

    /// The API keys of a team, the newest first, revoked ones included. Storefront keys are the operator's.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn api_keys(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Whose keys; the caller's own if absent")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, ApiKey>> {
        let ctx = ctx(gql)?;
        let page = answer(gql, page_args(first, after))?;
        let team = answer(gql, team(ctx, merchant_id.as_ref()))?;
        answer(gql, identity::api_keys(ctx, team, &page).await.map(|page| connection(page, ApiKey::from)))
    }

    /// Accounts, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn users(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "A part of the name or the address")] search: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, User>> {
        let page = answer(gql, page_args(first, after))?;
        answer(gql, identity::users(ctx(gql)?, search.as_deref(), &page).await.map(|page| connection(page, User)))
    }

    /// One account; null when there is none.
    async fn user(&self, gql: &Context<'_>, id: ID) -> Gql<Option<User>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, identity::user(ctx(gql)?, id).await.map(User))
    }
}
