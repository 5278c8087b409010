//! Proving an e-mail address.

use chrono::Duration;
use context::{Ctx, WriteTx};
use history::Change;

use super::{account, oneself, throttle};
use crate::event::EmailVerificationRequested;
use crate::model::{MailPurpose, Secret, User, UserStatus};
use crate::{Error, actions, repo};

/// How long a mailed token proves an address.
const VERIFICATION_LIFE: Duration = Duration::days(3);

/// Mails a token that proves the address of `user`, in the transaction of the caller, who has authorized it.
///
/// # Errors
/// The database error.
pub async fn request_verification_in_tx(tx: &mut WriteTx, user: &User) -> Result<(), Error> {
    let (token, expires_at) = (Secret::random(), tx.now() + VERIFICATION_LIFE);
    repo::mail_token::replace(&**tx, user, MailPurpose::EmailVerification, &token, (tx.now(), expires_at)).await?;
    let (email, name) = (user.email.clone(), user.name.clone());
    tx.emit(&EmailVerificationRequested { user: user.id, email, name, token, expires_at });
    Ok(())
}

/// Mails another token for one's own address. Does nothing when the address is proven.
///
/// # Errors
/// Denied; rate-limited after a few mails.
pub async fn email_verification_send(ctx: &Ctx) -> Result<(), Error> {
    let id = oneself(ctx)?;
    let mut tx = ctx.begin_write().await?;
    let user = account::locked(&tx, id).await?;
    if user.email_verified_at.is_some() {
        return Ok(());
    }
    throttle::admit_mail(&tx, "verify", &user.email).await?;
    request_verification_in_tx(&mut tx, &user).await?;
    Ok(tx.commit().await?)
}

/// Proves an address with the token that was mailed to it.
///
/// # Errors
/// [`Error::TokenUnusable`].
pub async fn email_verify(ctx: &Ctx, token: &Secret) -> Result<User, Error> {
    ctx.authorize(actions::EMAIL_VERIFY)?;
    let mut tx = ctx.begin_write().await?;
    let purpose = MailPurpose::EmailVerification;
    let (id, email) = repo::mail_token::owner(&*tx, purpose, token, tx.now()).await?.ok_or(Error::TokenUnusable)?;
    let before = repo::account::lock(&*tx, id).await?.ok_or(Error::TokenUnusable)?.user;
    if before.status != UserStatus::Active
        || before.email != email
        || !repo::mail_token::use_up(&*tx, token, tx.now()).await?
    {
        return Err(Error::TokenUnusable);
    }
    let after = User { email_verified_at: Some(tx.now()), version: before.version + 1, ..before.clone() };
    if !repo::account::save(&*tx, &after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("account").into());
    }
    tx.record(account::difference(Change::new("user", id, "email_verified"), Some(&before), &after));
    tx.commit().await?;
    Ok(after)
}
