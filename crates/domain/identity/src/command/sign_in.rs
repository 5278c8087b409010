//! Signing in.

use chrono::{DateTime, Duration, Utc};
use context::{Ctx, WriteTx};
use history::Change;
use kernel::text;

use super::second_factor::{counted, spend};
use super::throttle::{self, Keys};
use crate::model::{Hasher, Proof, SESSION_IDLE, Secret, Session, User, UserStatus, Verdict};
use crate::repo::second_factor::Waiting;
use crate::{Error, actions, repo};

/// Most characters of a user agent that are kept.
const USER_AGENT_MAX: usize = 300;
/// How long a right password waits for the second factor.
const CHALLENGE_LIFE: Duration = Duration::minutes(5);
/// A longer password is refused unread: hashing it would cost time.
const PASSWORD_READ_MAX: usize = 1024;

/// E-mail address and password.
#[derive(Clone)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// How the program that signs in calls itself.
    pub user_agent: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("email", &self.email).finish_non_exhaustive()
    }
}

/// A new session with its token, which is shown this once.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The bearer token.
    pub token: Secret,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// The session.
    pub session: Session,
    /// Who signed in.
    pub user: User,
}

/// What a right password came to.
#[derive(Debug, Clone)]
pub enum SignInStep {
    /// A session began.
    Done(Box<SignedIn>),
    /// The account has a second factor, which is to be shown.
    SecondFactor(Challenge),
}

impl SignInStep {
    /// The session, if one began.
    #[must_use]
    pub fn done(self) -> Option<SignedIn> {
        match self {
            Self::Done(signed) => Some(*signed),
            Self::SecondFactor(_) => None,
        }
    }
}

/// A sign-in that waits for the second factor.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// What names it; shown this once.
    pub token: Secret,
    /// Until when the second factor can be shown.
    pub expires_at: DateTime<Utc>,
}

/// Begins a session, or asks for the second factor of an account that has one.
///
/// Three transactions: the guess is counted, a failure is counted, or the session begins. The count must survive
/// the failure, and no hash is computed inside a transaction.
///
/// # Errors
/// [`Error::BadCredentials`] alike for an unknown address, a wrong password and a blocked account; rate-limited with
/// the seconds to wait; an invalid `email`.
pub async fn sign_in(ctx: &Ctx, input: SignIn) -> Result<SignInStep, Error> {
    ctx.authorize(actions::SIGN_IN)?;
    let email = text::email("email", &input.email)?;
    if input.password.len() > PASSWORD_READ_MAX {
        return Err(Error::BadCredentials);
    }
    let keys = Keys::of(ctx, &email);
    let hasher = Hasher::acquire().await?;
    throttle::admit(ctx, &keys).await?;
    let account = repo::account::by_email(ctx.read(), &email).await?;
    let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let verdict = hasher.verify(&input.password, stored).await?;
    let user = match account {
        Some(ref account) if verdict != Verdict::Wrong && account.user.status == UserStatus::Active => {
            account.user.clone()
        }
        _ => {
            throttle::failed(ctx, &keys).await?;
            return Err(Error::BadCredentials);
        }
    };
    let renewed = match (verdict, stored) {
        (Verdict::RightOutdated, Some(old)) => Some((old, hasher.hash(&input.password).await?)),
        _ => None,
    };
    // The hasher is held to the end: so no more guesses are counted and not yet forgotten than there are hashers.
    let mut tx = ctx.begin_write().await?;
    // The password may have been changed, or the account blocked, since it was verified.
    let still = repo::account::lock(&*tx, user.id).await?;
    if !still.is_some_and(|now| now.user.status == UserStatus::Active && now.password_hash.as_deref() == stored) {
        return Err(Error::BadCredentials);
    }
    throttle::succeeded(&tx, &keys).await?;
    if let Some((old, new)) = renewed {
        repo::account::renew_hash(&*tx, user.id, old, &new).await?;
    }
    let waiting = Waiting { user: user.id, user_agent: input.user_agent.map(agent) };
    if !repo::second_factor::is_on(&*tx, user.id).await? {
        let signed = begin(ctx, &mut tx, user, waiting.user_agent, Shown::default()).await?;
        tx.commit().await?;
        drop(hasher);
        return Ok(SignInStep::Done(Box::new(signed)));
    }
    let challenge = ask_second_factor(&tx, &waiting).await?;
    tx.commit().await?;
    drop(hasher);
    Ok(SignInStep::SecondFactor(challenge))
}

/// Begins the session of somebody whose password was right by the second factor.
///
/// # Errors
/// [`Error::SignInOver`] when the sign-in is unknown, over or done; [`Error::WrongCode`] also for a code that was used;
/// rate-limited.
pub async fn sign_in_confirm(ctx: &Ctx, challenge: &Secret, proof: &Proof) -> Result<SignedIn, Error> {
    ctx.authorize(actions::SIGN_IN)?;
    let waiting = repo::second_factor::waiting(ctx.read(), challenge, ctx.now()).await?.ok_or(Error::SignInOver)?;
    let keys = Keys::of_factor(ctx, waiting.user);
    throttle::admit(ctx, &keys).await?;
    counted(ctx, &keys, confirm(ctx, challenge, waiting, proof, &keys).await).await
}

async fn confirm(
    ctx: &Ctx,
    challenge: &Secret,
    waiting: Waiting,
    proof: &Proof,
    keys: &Keys,
) -> Result<SignedIn, Error> {
    let mut tx = ctx.begin_write().await?;
    let account = repo::account::lock(&*tx, waiting.user).await?.ok_or(Error::SignInOver)?;
    if account.user.status != UserStatus::Active
        || repo::second_factor::waiting(&*tx, challenge, tx.now()).await?.is_none()
    {
        return Err(Error::SignInOver);
    }
    if !spend(&tx, waiting.user, proof, false).await? {
        return Err(Error::WrongCode);
    }
    if !repo::second_factor::end_waiting(&*tx, challenge, tx.now()).await? {
        return Err(Error::SignInOver);
    }
    throttle::succeeded(&tx, keys).await?;
    let factor = if matches!(proof, Proof::RecoveryCode(_)) { "recoveryCode" } else { "code" };
    let shown = Shown { factor: Some(factor), ..Shown::default() };
    let signed = begin(ctx, &mut tx, account.user, waiting.user_agent, shown).await?;
    tx.commit().await?;
    Ok(signed)
}

/// How the program that signs in calls itself, as it is kept.
pub(super) fn agent(given: String) -> String {
    given.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect()
}

/// Lets somebody wait who has shown everything but the second factor.
pub(super) async fn ask_second_factor(tx: &WriteTx, waiting: &Waiting) -> Result<Challenge, Error> {
    let challenge = Challenge { token: Secret::random(), expires_at: tx.now() + CHALLENGE_LIFE };
    repo::second_factor::wait(&**tx, &challenge.token, waiting, (tx.now(), challenge.expires_at)).await?;
    Ok(challenge)
}

/// What somebody showed who signs in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown<'a> {
    /// The second factor, if there was one.
    pub(super) factor: Option<&'a str>,
    /// The provider that authenticated the person; none after a password.
    pub(super) provider: Option<&'a str>,
    /// When the person did; now if it is not said.
    pub(super) at: Option<DateTime<Utc>>,
}

/// Begins a session in the transaction of a command that knows who it is.
pub(super) async fn begin(
    ctx: &Ctx,
    tx: &mut WriteTx,
    user: User,
    user_agent: Option<String>,
    shown: Shown<'_>,
) -> Result<SignedIn, Error> {
    let session = Session {
        id: ctx.new_id(),
        user: user.id,
        user_agent,
        ip: ctx.origin().ip.clone(),
        created_at: tx.now(),
        used_at: tx.now(),
        expires_at: tx.now() + SESSION_IDLE,
        proven_at: shown.at.unwrap_or_else(|| tx.now()),
        second_factor_at: shown.factor.map(|_| tx.now()),
        impersonation: None,
    };
    let token = Secret::random();
    repo::session::insert(&**tx, &session, &token).await?;
    repo::session::trim(&**tx, user.id, tx.now()).await?;
    let change = Change::new("user", user.id, "signed_in").field("session", None::<String>, session.id);
    let change = change.field("secondFactor", None::<String>, shown.factor);
    tx.record(change.field("provider", None::<String>, shown.provider));
    Ok(SignedIn { token, expires_at: session.expires_at, session, user })
}
