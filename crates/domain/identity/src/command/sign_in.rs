//! Signing in.

use chrono::{DateTime, Utc};
use context::Ctx;
use history::Change;
use kernel::text;

use super::throttle::{self, Keys};
use crate::model::{Hasher, SESSION_IDLE, Secret, Session, User, UserStatus, Verdict};
use crate::{Error, actions, repo};

/// Most characters of a user agent that are kept.
const USER_AGENT_MAX: usize = 300;
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

/// Begins a session.
///
/// Three transactions: the guess is counted, a failure is counted, or the session begins. The count must survive
/// the failure, and no hash is computed inside a transaction.
///
/// # Errors
/// [`Error::BadCredentials`] alike for an unknown address, a wrong password and a blocked account; rate-limited with
/// the seconds to wait; an invalid `email`.
pub async fn sign_in(ctx: &Ctx, input: SignIn) -> Result<SignedIn, Error> {
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
    drop(hasher);
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
    let session = Session {
        id: ctx.new_id(),
        user: user.id,
        user_agent: input
            .user_agent
            .map(|agent| agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_MAX).collect()),
        ip: ctx.origin().ip.clone(),
        created_at: tx.now(),
        used_at: tx.now(),
        expires_at: tx.now() + SESSION_IDLE,
    };
    let token = Secret::random();
    repo::session::insert(&*tx, &session, &token).await?;
    repo::session::trim(&*tx, user.id, tx.now()).await?;
    tx.record(Change::new("user", user.id, "signed_in").field("session", None::<String>, session.id));
    tx.commit().await?;
    Ok(SignedIn { token, expires_at: session.expires_at, session, user })
}
