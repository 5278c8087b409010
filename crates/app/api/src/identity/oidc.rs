//! Signing in by providers that speak OpenID Connect.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use identity::{OidcBegin, OidcGoal, OidcReturn, Secret, SignInProviders, SignInStep};
use kernel::Invalid;

use super::account::{SignInChallenge, SignInPayload, SignedIn};
use super::object::Membership;
use crate::error::{Gql, Payload, UserError, answer, ctx, respond};
use crate::schema::Services;
use crate::{input, payload};

/// The providers of this Souk.
fn providers<'a>(gql: &Context<'a>) -> Gql<&'a SignInProviders> {
    Ok(gql.data::<Services>()?.sign_in())
}

/// A provider by which staff can sign in.
#[derive(SimpleObject)]
pub struct SignInProvider {
    /// By this it is named in `oidcBegin`.
    pub code: String,
    /// As people are shown it.
    pub name: String,
}

/// An identity at a provider, by which an account opens.
#[derive(SimpleObject)]
pub struct SignInIdentity {
    /// The id.
    pub id: ID,
    /// The provider; null when the settings name it no more, and nothing opens by it.
    pub provider: Option<SignInProvider>,
    /// What names the provider among all.
    pub issuer: String,
    /// Since when the account opens by it.
    pub created_at: DateTime<Utc>,
    /// When somebody last signed in by it.
    pub used_at: Option<DateTime<Utc>>,
}

fn shown(of: identity::LinkedIdentity, providers: &SignInProviders) -> SignInIdentity {
    let provider = providers.by_issuer(&of.issuer).map(provider);
    SignInIdentity { id: of.id.into(), provider, issuer: of.issuer, created_at: of.created_at, used_at: of.used_at }
}

fn provider(of: &identity::SignInProvider) -> SignInProvider {
    SignInProvider { code: of.code.clone(), name: of.name.clone() }
}

/// What somebody wants at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OidcPurpose {
    /// To sign in: `oidcFinish`.
    SignIn,
    /// To link the identity to the own account: `oidcLink`.
    Link,
    /// To accept an invitation: `oidcInvitationAccept`.
    Invitation,
}

/// What to begin at which provider.
#[derive(InputObject)]
pub struct OidcBeginInput {
    /// The code of the provider.
    pub provider: String,
    /// What for.
    #[graphql(default_with = "OidcPurpose::SignIn")]
    pub purpose: OidcPurpose,
    /// The token of the mailed link; for an invitation.
    pub invitation_token: Option<String>,
    /// Whether the provider is to authenticate the person anew, whatever session there is. The session that begins is fresh
    /// proof then, also for who has neither password nor second factor here.
    #[graphql(default)]
    pub fresh: bool,
    /// How the program that signs in calls itself; shown in the list of sessions.
    pub user_agent: Option<String>,
}

impl OidcBeginInput {
    fn read(self) -> Result<OidcBegin, context::Error> {
        let goal = match (self.purpose, self.invitation_token) {
            (OidcPurpose::SignIn, None) => OidcGoal::SignIn,
            (OidcPurpose::Link, None) => OidcGoal::Link,
            (OidcPurpose::Invitation, Some(token)) => OidcGoal::Invitation(Secret::from_client(token)),
            (OidcPurpose::Invitation, None) => return Err(Invalid::required("invitationToken").into()),
            (_, Some(_)) => {
                return Err(Invalid::new("invitationToken", "CONFLICT", "is for invitations only").into());
            }
        };
        Ok(OidcBegin { provider: self.provider, goal, fresh: self.fresh, user_agent: self.user_agent })
    }
}

/// A browser that is to be sent to a provider.
#[derive(SimpleObject)]
pub struct OidcAttempt {
    /// The id.
    pub id: ID,
    /// What the client keeps, where no other page sees it, until the browser is back. Shown this once.
    pub secret: String,
    /// Where to send the browser.
    pub authorization_url: String,
    /// Until when it may come back: ten minutes.
    pub expires_at: DateTime<Utc>,
}

/// With what the browser came back. An attempt is good once, whatever comes of it.
#[derive(InputObject)]
pub struct OidcFinishInput {
    /// The attempt.
    pub attempt_id: ID,
    /// Its secret.
    pub secret: String,
    /// `code` of the address to which the browser came back.
    pub code: String,
    /// `state` of that address.
    pub state: String,
    /// `iss` of that address, where it has one.
    pub issuer: Option<String>,
}

impl OidcFinishInput {
    fn read(self) -> Result<OidcReturn, context::Error> {
        Ok(OidcReturn {
            attempt: input::id("attemptId", &self.attempt_id)?,
            secret: Secret::from_client(self.secret),
            code: self.code,
            state: self.state,
            issuer: self.issuer,
        })
    }
}

/// With what the browser came back, and the invitation that is accepted by it.
#[derive(InputObject)]
pub struct OidcInvitationAcceptInput {
    /// The attempt.
    pub attempt_id: ID,
    /// Its secret.
    pub secret: String,
    /// `code` of the address to which the browser came back.
    pub code: String,
    /// `state` of that address.
    pub state: String,
    /// `iss` of that address, where it has one.
    pub issuer: Option<String>,
    /// The token of the mailed link.
    pub token: String,
    /// The name to be shown, if another than the one in the invitation. Ignored when there is an account.
    pub name: Option<String>,
}

/// Which identity to take off the own account.
#[derive(InputObject)]
pub struct OidcUnlinkInput {
    /// The identity.
    pub id: ID,
}

/// What became of `oidcFinish`.
#[derive(SimpleObject)]
pub struct OidcFinishPayload {
    /// The new session; null when a second factor is asked for.
    pub signed_in: Option<SignedIn>,
    /// What to send to `signInConfirm` with a code, when the account has a second factor and that of the provider does not
    /// count.
    pub challenge: Option<SignInChallenge>,
    /// Why nothing was done; empty after success.
    pub user_errors: Vec<UserError>,
}

impl From<SignInPayload> for OidcFinishPayload {
    fn from(of: SignInPayload) -> Self {
        Self { signed_in: of.signed_in, challenge: of.challenge, user_errors: of.user_errors }
    }
}

impl Payload for OidcFinishPayload {
    type Done = SignInStep;
    fn done(done: SignInStep) -> Self {
        SignInPayload::done(done).into()
    }
    fn refused(user_errors: Vec<UserError>) -> Self {
        SignInPayload::refused(user_errors).into()
    }
}

payload! {
    /// What became of `oidcBegin`.
    OidcBeginPayload { /// Where to send the browser, and what to keep.
        attempt: OidcAttempt }
    /// What became of `oidcLink`.
    OidcLinkPayload { /// The identity by which the account opens now.
        identity: SignInIdentity }
    /// What became of `oidcUnlink`.
    OidcUnlinkPayload { /// Whether the account opens by it no more.
        done: bool }
    /// What became of `oidcInvitationAccept`.
    OidcInvitationAcceptPayload { /// The new membership.
        membership: Membership }
}

/// Questions about providers of sign-in.
#[derive(Default)]
pub struct OidcQuery;

#[Object]
impl OidcQuery {
    /// The providers by which staff can sign in. All of them.
    async fn sign_in_providers(&self, gql: &Context<'_>) -> Gql<Vec<SignInProvider>> {
        answer(gql, ctx(gql)?.authorize(identity::actions::SIGN_IN))?;
        Ok(providers(gql)?.all().iter().map(provider).collect())
    }

    /// The identities at providers by which the own account opens. All of them: one for each provider at most.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn sign_in_identities(&self, gql: &Context<'_>) -> Gql<Vec<SignInIdentity>> {
        let found = answer(gql, identity::sign_in_identities(ctx(gql)?).await)?;
        let providers = providers(gql)?;
        Ok(found.into_iter().map(|of| shown(of, providers)).collect())
    }
}

/// Signing in by providers.
#[derive(Default)]
pub struct OidcMutation;

#[Object]
impl OidcMutation {
    /// Begins at a provider: gives where to send the browser, and what to keep until it is back at the client.
    async fn oidc_begin(&self, gql: &Context<'_>, input: OidcBeginInput) -> Gql<OidcBeginPayload> {
        let (ctx, providers) = (ctx(gql)?, providers(gql)?);
        let done = async {
            let begun = identity::oidc_begin(ctx, providers, input.read()?).await?;
            Ok::<_, identity::Error>(OidcAttempt {
                id: begun.id.into(),
                secret: begun.secret.reveal().to_owned(),
                authorization_url: begun.url,
                expires_at: begun.expires_at,
            })
        };
        respond(gql, Box::pin(done).await)
    }

    /// Begins the session of whom the provider has authenticated, or asks for the second factor of the account. The identity
    /// must have been linked before; the address that the provider tells opens nothing.
    async fn oidc_finish(&self, gql: &Context<'_>, input: OidcFinishInput) -> Gql<OidcFinishPayload> {
        let (ctx, providers) = (ctx(gql)?, providers(gql)?);
        let done = async { identity::oidc_finish(ctx, providers, &input.read()?).await };
        respond(gql, Box::pin(done).await)
    }

    /// Links the identity that the provider has authenticated to the own account, which opens by it from now on.
    async fn oidc_link(&self, gql: &Context<'_>, input: OidcFinishInput) -> Gql<OidcLinkPayload> {
        let (ctx, providers) = (ctx(gql)?, providers(gql)?);
        let done = async { identity::oidc_link(ctx, providers, &input.read()?).await };
        respond(gql, Box::pin(done).await.map(|linked| shown(linked, providers)))
    }

    /// Takes an identity off the own account, unless nothing else opens it.
    async fn oidc_unlink(&self, gql: &Context<'_>, input: OidcUnlinkInput) -> Gql<OidcUnlinkPayload> {
        let (ctx, providers) = (ctx(gql)?, providers(gql)?);
        let done = async { identity::oidc_unlink(ctx, providers, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(|()| true))
    }

    /// Makes the person to whom the invitation was mailed a member, if the provider vouches for that address. A new account
    /// has no password and opens by the provider.
    async fn oidc_invitation_accept(
        &self,
        gql: &Context<'_>,
        input: OidcInvitationAcceptInput,
    ) -> Gql<OidcInvitationAcceptPayload> {
        let (ctx, providers) = (ctx(gql)?, providers(gql)?);
        let done = async {
            let OidcInvitationAcceptInput { attempt_id, secret, code, state, issuer, token, name } = input;
            let back = OidcFinishInput { attempt_id, secret, code, state, issuer }.read()?;
            let accept = identity::OidcInvitationAccept { back, token: Secret::from_client(token), name };
            identity::oidc_invitation_accept(ctx, providers, accept).await
        };
        respond(gql, Box::pin(done).await.map(Membership::from))
    }
}
