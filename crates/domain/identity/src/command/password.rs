//! Changing a password, and setting a forgotten one.

use chrono::Duration;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::SessionId;
use kernel::text;

use super::oneself;
use super::throttle::{self, Keys};
use crate::event::{PasswordChanged, PasswordResetRequested};
use crate::model::{Hasher, MailPurpose, PasswordHash, Secret, User, UserStatus, Verdict, check_password};
use crate::{Error, actions, repo};

/// How long a mailed token sets a password.
const RESET_LIFE: Duration = Duration::hours(1);

/// A new password, proven by the current one.
#[derive(Clone)]
pub struct PasswordChange {
    /// The current password.
    pub current: String,
    /// The new one.
    pub new: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange(…)")
    }
}

/// Changes one's own password and ends all other sessions. Guessing the current one is throttled like signing in.
///
/// # Errors
/// Denied; [`Error::WrongPassword`]; rate-limited; an invalid `newPassword`.
pub async fn password_change(ctx: &Ctx, input: PasswordChange) -> Result<User, Error> {
    let id = oneself(ctx)?;
    let account = repo::account::by_id(ctx.read(), id).await?.ok_or(context::Error::NotFound("user"))?;
    let user = account.user;
    check_password("newPassword", &input.new, &user.email, &user.name)?;
    let keys = Keys::of(ctx, &user.email);
    let hasher = Hasher::acquire().await?;
    throttle::admit(ctx, &keys).await?;
    if hasher.verify(&input.current, account.password_hash.as_deref()).await? == Verdict::Wrong {
        throttle::failed(ctx, &keys).await?;
        return Err(Error::WrongPassword);
    }
    let hash = hasher.hash(&input.new).await?;
    drop(hasher);
    let mut tx = ctx.begin_write().await?;
    let now = repo::account::lock(&*tx, id).await?;
    // A rival change won meanwhile: what was proven is not the password any more.
    if now.is_none_or(|now| now.password_hash != account.password_hash) {
        return Err(Error::WrongPassword);
    }
    throttle::succeeded(&tx, &keys).await?;
    store(&mut tx, &user, &hash, ctx.actor().session()).await?;
    tx.commit().await?;
    Ok(User { version: user.version + 1, ..user })
}

/// Mails a token that sets the password, if the address has an account. The answer is the same if not.
///
/// # Errors
/// An invalid `email`; rate-limited after a few mails to one address.
pub async fn password_reset_request(ctx: &Ctx, email: &str) -> Result<(), Error> {
    ctx.authorize(actions::PASSWORD_RESET)?;
    let email = text::email("email", email)?;
    let mut tx = ctx.begin_write().await?;
    throttle::admit_mail(&tx, "reset", &email).await?;
    let account = repo::account::by_email(&*tx, &email).await?;
    if let Some(account) = account.filter(|account| account.user.status == UserStatus::Active) {
        let user = account.user;
        let (token, expires_at) = (Secret::random(), tx.now() + RESET_LIFE);
        repo::mail_token::replace(&*tx, &user, MailPurpose::PasswordReset, &token, (tx.now(), expires_at)).await?;
        tx.record(Change::new("user", user.id, "password_reset_requested"));
        tx.emit(&PasswordResetRequested { user: user.id, email, name: user.name, token, expires_at });
    }
    Ok(tx.commit().await?)
}

/// A new password, proven by a mailed token.
#[derive(Clone)]
pub struct PasswordSet {
    /// The token of the mail.
    pub token: Secret,
    /// The new password.
    pub password: String,
}

impl std::fmt::Debug for PasswordSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordSet(…)")
    }
}

/// Sets a forgotten password; all sessions end. The token also proves the address.
///
/// # Errors
/// [`Error::TokenUnusable`]; an invalid `password`.
pub async fn password_set_with_token(ctx: &Ctx, input: PasswordSet) -> Result<User, Error> {
    ctx.authorize(actions::PASSWORD_RESET)?;
    let purpose = MailPurpose::PasswordReset;
    let (id, _) =
        repo::mail_token::owner(ctx.read(), purpose, &input.token, ctx.now()).await?.ok_or(Error::TokenUnusable)?;
    let user = repo::account::by_id(ctx.read(), id).await?.ok_or(Error::TokenUnusable)?.user;
    let hash = PasswordHash::of("password", &input.password, &user.email, &user.name).await?;
    let mut tx = ctx.begin_write().await?;
    let account = repo::account::lock(&*tx, id).await?.ok_or(Error::TokenUnusable)?;
    let user = account.user;
    let (_, email) =
        repo::mail_token::owner(&*tx, purpose, &input.token, tx.now()).await?.ok_or(Error::TokenUnusable)?;
    if user.status != UserStatus::Active
        || email != user.email
        || !repo::mail_token::use_up(&*tx, &input.token, tx.now()).await?
    {
        return Err(Error::TokenUnusable);
    }
    store(&mut tx, &user, &hash, None).await?;
    throttle::succeeded(&tx, &Keys::of(ctx, &user.email)).await?;
    let proven = User {
        email_verified_at: user.email_verified_at.or(Some(tx.now())),
        has_password: true,
        version: user.version + 1,
        ..user
    };
    if !repo::account::save(&*tx, &proven, proven.version, tx.now()).await? {
        return Err(context::Error::Stale("account").into());
    }
    tx.commit().await?;
    Ok(User { version: proven.version + 1, ..proven })
}

/// Stores a new hash: other sessions end, mailed tokens stop working, the person is warned.
async fn store(tx: &mut WriteTx, user: &User, hash: &PasswordHash, keep: Option<SessionId>) -> Result<(), Error> {
    repo::account::set_password(&**tx, user.id, Some(hash), tx.now()).await?;
    repo::session::remove_all(&**tx, user.id, keep).await?;
    repo::mail_token::drop_all(&**tx, user.id, MailPurpose::PasswordReset).await?;
    repo::second_factor::end_all_waiting(&**tx, user.id).await?;
    tx.record(Change::new("user", user.id, "password_changed"));
    tx.emit(&PasswordChanged { user: user.id, email: user.email.clone(), name: user.name.clone() });
    Ok(())
}
