//! Signing in by a provider that speaks OpenID Connect: a browser is sent there and comes back with a code.

use chrono::{DateTime, Duration, Utc};
use context::Ctx;
use kernel::Invalid;
use kernel::id::SignInAttemptId;

use super::oneself;
use super::sign_in::{Shown, SignInStep, agent, ask_second_factor, begin};
use super::throttle;
use crate::model::{
    Assertion, Handshake, InvitationState, OidcPurpose, ProviderFault, Refusal, Secret, SignInProvider,
    SignInProviders, UserStatus,
};
use crate::repo::oidc::Attempt;
use crate::repo::second_factor::Waiting;
use crate::{Error, actions, repo};

/// How long a browser may be away.
const ATTEMPT_LIFE: Duration = Duration::minutes(10);
/// Whoever was authenticated longer ago is asked again at the provider: a working day.
const SESSION_THERE: Duration = Duration::hours(12);
/// The same for who needs a fresh proof.
const FRESH_THERE: Duration = Duration::minutes(1);
/// A longer code or state is refused unread.
const ANSWER_MAX: usize = 4096;

/// What to begin at which provider.
#[derive(Debug, Clone)]
pub struct OidcBegin {
    /// The code of the provider.
    pub provider: String,
    /// What for.
    pub goal: OidcGoal,
    /// Whether the person is to be authenticated anew, whatever session there is at the provider: for a fresh proof.
    pub fresh: bool,
    /// How the program that signs in calls itself.
    pub user_agent: Option<String>,
}

/// What somebody wants at a provider.
#[derive(Debug, Clone)]
pub enum OidcGoal {
    /// To sign in.
    SignIn,
    /// To link the identity there to the own account.
    Link,
    /// To accept the invitation of a mailed token.
    Invitation(Secret),
}

/// A browser that is to be sent to a provider.
#[derive(Debug, Clone)]
pub struct OidcAttempt {
    /// Its id.
    pub id: SignInAttemptId,
    /// What the client keeps and shows when the browser is back; shown this once.
    pub secret: Secret,
    /// Where to send the browser.
    pub url: String,
    /// Until when it may come back.
    pub expires_at: DateTime<Utc>,
}

/// With what the browser came back.
#[derive(Clone)]
pub struct OidcReturn {
    /// The attempt.
    pub attempt: SignInAttemptId,
    /// Its secret.
    pub secret: Secret,
    /// The code of the provider.
    pub code: String,
    /// The state that was sent along.
    pub state: String,
    /// Who answered (`iss`), where the provider says so.
    pub issuer: Option<String>,
}

impl std::fmt::Debug for OidcReturn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcReturn").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

/// Begins at a provider: gives where to send the browser, and what to keep until it is back.
///
/// # Errors
/// Denied; an unknown `provider`; for a link also reauthentication required and [`Error::StaffOnly`]; for an invitation
/// [`Error::TokenUnusable`] and [`Error::AddressNotAllowed`]; rate-limited; the provider does not answer.
pub async fn oidc_begin(ctx: &Ctx, providers: &SignInProviders, input: OidcBegin) -> Result<OidcAttempt, Error> {
    ctx.authorize(actions::SIGN_IN)?;
    let unknown = || Invalid::new("provider", "NOT_FOUND", "is no provider by which one can sign in here");
    let provider = providers.by_code(&input.provider).ok_or_else(unknown)?;
    let purpose = purpose(ctx, provider, &input.goal).await?;
    let secret = Secret::random();
    let max_age = if input.fresh { FRESH_THERE } else { SESSION_THERE };
    let url = provider.port.authorization_url(&Handshake::of(&secret), max_age).await;
    let url = url.map_err(|fault| faulty(provider, fault))?;
    let tx = ctx.begin_write().await?;
    throttle::admit_begun(&tx).await?;
    let expires_at = tx.now() + ATTEMPT_LIFE;
    let user_agent = input.user_agent.map(agent);
    let attempt = Attempt { id: ctx.new_id(), provider: provider.code.clone(), purpose, user_agent };
    repo::oidc::begin(&*tx, &attempt, &secret, (tx.now(), expires_at)).await?;
    tx.commit().await?;
    Ok(OidcAttempt { id: attempt.id, secret, url, expires_at })
}

async fn purpose(ctx: &Ctx, provider: &SignInProvider, goal: &OidcGoal) -> Result<OidcPurpose, Error> {
    match goal {
        OidcGoal::SignIn => Ok(OidcPurpose::SignIn),
        OidcGoal::Link => {
            let user = oneself(ctx)?;
            ctx.require_fresh()?;
            if repo::member::of_user(ctx.read(), user).await?.is_empty() {
                return Err(Error::StaffOnly);
            }
            Ok(OidcPurpose::Link(user))
        }
        OidcGoal::Invitation(token) => {
            ctx.authorize(actions::INVITATION_ACCEPT)?;
            let found = repo::member::invitation_by_token(ctx.read(), token).await?;
            let pending = found.filter(|of| of.state(ctx.now()) == InvitationState::Pending);
            let invitation = pending.ok_or(Error::TokenUnusable)?;
            if !provider.admits_address(&invitation.email) {
                return Err(Error::AddressNotAllowed);
            }
            Ok(OidcPurpose::Invitation(invitation.id))
        }
    }
}

/// Begins the session of whom the provider has authenticated, or asks for the second factor of an account that has one,
/// unless the provider's own counts.
///
/// # Errors
/// [`Error::AttemptOver`]; [`Error::StateMismatch`]; [`Error::ProviderRefused`]; [`Error::IdentityUnknown`] also for an account
/// that is blocked; [`Error::StaffOnly`]; [`Error::AddressNotAllowed`]; rate-limited; the provider does not answer.
pub async fn oidc_finish(ctx: &Ctx, providers: &SignInProviders, back: &OidcReturn) -> Result<SignInStep, Error> {
    ctx.authorize(actions::SIGN_IN)?;
    let redeemed = redeem(ctx, providers, back, OidcPurpose::SignIn).await?;
    counted(ctx, enter(ctx, &redeemed).await).await
}

async fn enter(ctx: &Ctx, redeemed: &Redeemed<'_>) -> Result<SignInStep, Error> {
    let Redeemed { provider, said, attempt } = redeemed;
    let mut tx = ctx.begin_write().await?;
    let linked = repo::oidc::by_subject(&*tx, &provider.issuer, &said.subject).await?.ok_or(Error::IdentityUnknown)?;
    let account = repo::account::lock(&*tx, linked.user).await?.filter(|of| of.user.status == UserStatus::Active);
    let user = account.ok_or(Error::IdentityUnknown)?.user;
    // It may have been unlinked before the account was locked.
    let still = repo::oidc::by_subject(&*tx, &provider.issuer, &said.subject).await?;
    if still.is_none_or(|now| now.id != linked.id) {
        return Err(Error::IdentityUnknown);
    }
    if repo::member::of_user(&*tx, user.id).await?.is_empty() {
        return Err(Error::StaffOnly);
    }
    throttle::finished(&tx).await?;
    repo::oidc::used(&*tx, linked.id, tx.now()).await?;
    let factor = provider.second_factor_shown(said).then_some("provider");
    if factor.is_none() && repo::second_factor::is_on(&*tx, user.id).await? {
        let waiting = Waiting { user: user.id, user_agent: attempt.user_agent.clone() };
        let challenge = ask_second_factor(&tx, &waiting).await?;
        tx.commit().await?;
        return Ok(SignInStep::SecondFactor(challenge));
    }
    // Who does not say when the person was authenticated proves nothing of now.
    let at = said.age.map_or(DateTime::UNIX_EPOCH, |age| tx.now() - age.max(Duration::zero()));
    let shown = Shown { factor, provider: Some(&provider.code), at: Some(at) };
    let signed = begin(ctx, &mut tx, user, attempt.user_agent.clone(), shown).await?;
    tx.commit().await?;
    Ok(SignInStep::Done(Box::new(signed)))
}

/// An attempt that was used up, and whom the provider has authenticated in it.
pub(super) struct Redeemed<'a> {
    pub(super) provider: &'a SignInProvider,
    pub(super) said: Assertion,
    pub(super) attempt: Attempt,
}

/// Uses the attempt up, whatever comes of it, and asks the provider whom it has authenticated.
///
/// The attempt goes in a transaction of its own: nobody has a second try, and no transaction waits for the provider.
pub(super) async fn redeem<'a>(
    ctx: &Ctx,
    providers: &'a SignInProviders,
    back: &OidcReturn,
    purpose: OidcPurpose,
) -> Result<Redeemed<'a>, Error> {
    let attempt = use_up(ctx, back, purpose).await?;
    let provider = providers.by_code(&attempt.provider).ok_or(Error::AttemptOver)?;
    if back.issuer.as_ref().is_some_and(|issuer| *issuer != provider.issuer) {
        return counted(ctx, Err(Error::ProviderRefused(Refusal::Issuer))).await;
    }
    let needs_email = !provider.allowed_domains.is_empty() || purpose.invitation().is_some();
    let said = provider.port.redeem(&back.code, &Handshake::of(&back.secret), needs_email).await;
    let said = said
        .map_err(|fault| faulty(provider, fault))
        .and_then(|said| if provider.admits(&said) { Ok(said) } else { Err(Error::AddressNotAllowed) });
    let said = counted(ctx, said).await?;
    Ok(Redeemed { provider, said, attempt })
}

async fn use_up(ctx: &Ctx, back: &OidcReturn, purpose: OidcPurpose) -> Result<Attempt, Error> {
    if back.code.len() > ANSWER_MAX || back.state.len() > ANSWER_MAX {
        let text = format!("has more than {ANSWER_MAX} bytes");
        return Err(Invalid::new("code", "TOO_LONG", text).into());
    }
    let tx = ctx.begin_write().await?;
    throttle::admit_client(&tx).await?;
    let attempt = match repo::oidc::use_up(&*tx, back.attempt, &back.secret, purpose, tx.now()).await? {
        None => Err(Error::AttemptOver),
        Some(_) if !Handshake::of(&back.secret).came_back_with(&back.state) => Err(Error::StateMismatch),
        Some(attempt) => Ok(attempt),
    };
    if attempt.is_err() {
        throttle::failed_client(&tx).await?;
    }
    tx.commit().await?;
    attempt
}

/// What came back and was not good is counted against the client address, once its transaction is over.
pub(super) async fn counted<T>(ctx: &Ctx, outcome: Result<T, Error>) -> Result<T, Error> {
    let wrong = |error: &Error| {
        matches!(
            error,
            Error::ProviderRefused(_) | Error::IdentityUnknown | Error::StaffOnly | Error::AddressNotAllowed
        )
    };
    if outcome.as_ref().is_err_and(wrong) {
        let tx = ctx.begin_write().await?;
        throttle::failed_client(&tx).await?;
        tx.commit().await?;
    }
    outcome
}

fn faulty(provider: &SignInProvider, fault: ProviderFault) -> Error {
    match fault {
        ProviderFault::Refused(refusal) => {
            tracing::warn!(provider = provider.code, reason = refusal.as_str(), "what came back from it is not taken");
            Error::ProviderRefused(refusal)
        }
        ProviderFault::NoAnswer(error) => {
            tracing::warn!(provider = provider.code, error, "the provider of sign-in does not answer");
            context::Error::Unavailable("the provider of sign-in").into()
        }
    }
}
