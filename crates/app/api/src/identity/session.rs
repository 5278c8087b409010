//! Sessions, and acting in somebody's place.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use identity::ImpersonationBegin;

use super::account::{SignedIn, signed_in};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

/// A signed-in session.
pub struct Session(pub identity::Session);

/// A signed-in session.
#[Object]
impl Session {
    /// The id.
    fn id(&self) -> ID {
        self.0.id.into()
    }
    /// The program that signed in, as it called itself.
    fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }
    /// Address of the client at sign-in.
    fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }
    /// Who acts in the person's place in it: somebody of the operator. Null for a session of the person's own.
    fn impersonator_id(&self) -> Option<ID> {
        self.0.impersonation.as_ref().map(|of| of.by.into())
    }
    /// For which merchant somebody acts in the person's place.
    fn impersonated_merchant_id(&self) -> Option<ID> {
        self.0.impersonation.as_ref().map(|of| of.merchant.into())
    }
    /// Why somebody acts in the person's place.
    fn impersonation_reason(&self) -> Option<&str> {
        self.0.impersonation.as_ref().map(|of| of.reason.as_str())
    }
    /// Whether it is the session of this request.
    fn is_current(&self, gql: &Context<'_>) -> Gql<bool> {
        Ok(ctx(gql)?.actor().session() == Some(self.0.id))
    }
    /// Since when.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Last use, to ten minutes.
    fn used_at(&self) -> DateTime<Utc> {
        self.0.used_at
    }
    /// When it ends if it is not used.
    fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}

/// In whose place to act, and why.
#[derive(InputObject)]
pub struct ImpersonationBeginInput {
    /// The person.
    pub user_id: ID,
    /// The merchant whose member the person is.
    pub merchant_id: ID,
    /// Why. The merchant reads it.
    pub reason: String,
    /// For how many minutes, 1 to 60.
    #[graphql(default = 30)]
    pub minutes: i64,
    /// Whether with rights, too, that the caller lacks.
    #[graphql(default)]
    pub beyond_own_rights: bool,
}

payload! {
    /// What became of `impersonationBegin`.
    ImpersonationBeginPayload { /// The session, with the person in whose place the caller acts.
        signed_in: SignedIn }
    /// What became of `impersonationEnd`.
    ImpersonationEndPayload { /// Whether it is over.
        done: bool }
}

/// Acting in somebody's place.
#[derive(Default)]
pub struct ImpersonationMutation;

#[Object]
impl ImpersonationMutation {
    /// Begins a session in which the caller acts in the place of a member of a merchant, with the person's rights as far
    /// as the caller has them. It ends by itself. Nothing sensitive can be done in it; every change names both.
    async fn impersonation_begin(
        &self,
        gql: &Context<'_>,
        input: ImpersonationBeginInput,
    ) -> Gql<ImpersonationBeginPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let begin = ImpersonationBegin {
                user: input::id("userId", &input.user_id)?,
                merchant: input::id("merchantId", &input.merchant_id)?,
                reason: input.reason,
                minutes: input.minutes,
                beyond_own_rights: input.beyond_own_rights,
            };
            identity::impersonation_begin(ctx, begin).await
        };
        respond(gql, Box::pin(done).await.map(signed_in))
    }

    /// Ends acting in somebody's place: the session of the request.
    async fn impersonation_end(&self, gql: &Context<'_>) -> Gql<ImpersonationEndPayload> {
        respond(gql, Box::pin(identity::impersonation_end(ctx(gql)?)).await.map(|()| true))
    }
}
