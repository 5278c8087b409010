//! Slows down guessing.
//!
//! A guess against an address is counted before the password is looked at, so that a hundred guesses at once are
//! still a hundred. A client address is counted after a failure: an office full of people who sign in at once is
//! no attack, and the bound on concurrent hashes bounds how far a burst can get ahead of the count.

use context::{Ctx, WriteTx};
use kernel::id::UserId;

use crate::Error;
use crate::model::{Tally, ThrottleRule};
use crate::repo;

/// The keys under which the tries of a request are counted. Always locked in the order of the fields.
pub(crate) struct Keys {
    /// Of whom the password or the code is guessed.
    guessed: String,
    ip: Option<String>,
}

impl Keys {
    /// For the password of an address.
    pub(crate) fn of(ctx: &Ctx, email: &str) -> Self {
        Self::named(ctx, format!("email:{email}"))
    }

    /// For the codes of a person's second factor.
    pub(crate) fn of_factor(ctx: &Ctx, user: UserId) -> Self {
        Self::named(ctx, format!("factor:{user}"))
    }

    fn named(ctx: &Ctx, guessed: String) -> Self {
        Self { guessed, ip: client(ctx) }
    }
}

/// Admits a guess, or tells how long to wait.
pub(crate) async fn admit(ctx: &Ctx, keys: &Keys) -> Result<(), Error> {
    let tx = ctx.begin_write().await?;
    let now = tx.now();
    let email = repo::throttle::lock(&*tx, &keys.guessed, now).await?;
    let mut wait = email.wait(now);
    if let Some(ip) = &keys.ip {
        wait = wait.max(repo::throttle::lock(&*tx, ip, now).await?.wait(now));
    }
    if let Some(seconds) = wait {
        return Err(limited(seconds));
    }
    repo::throttle::save(&*tx, &keys.guessed, email.failed(&ThrottleRule::EMAIL, now)).await?;
    Ok(tx.commit().await?)
}

/// Counts a wrong guess against the client address; the e-mail address has been counted by [`admit`].
pub(crate) async fn failed(ctx: &Ctx, keys: &Keys) -> Result<(), Error> {
    let Some(ip) = &keys.ip else { return Ok(()) };
    let tx = ctx.begin_write().await?;
    let tally = repo::throttle::lock(&*tx, ip, tx.now()).await?;
    repo::throttle::save(&*tx, ip, tally.failed(&ThrottleRule::IP, tx.now())).await?;
    Ok(tx.commit().await?)
}

/// Forgets the guesses against the address, in the transaction of the command that succeeded.
pub(crate) async fn succeeded(tx: &WriteTx, keys: &Keys) -> Result<(), Error> {
    repo::throttle::clear(&**tx, &keys.guessed, tx.now()).await
}

/// Forgets them at once, whatever becomes of the command: the password was right.
pub(crate) async fn proven(ctx: &Ctx, keys: &Keys) -> Result<(), Error> {
    let tx = ctx.begin_write().await?;
    succeeded(&tx, keys).await?;
    Ok(tx.commit().await?)
}

/// Admits a client that did not fail too often, in the transaction of the command.
pub(crate) async fn admit_client(tx: &WriteTx) -> Result<(), Error> {
    let Some(key) = client(tx.ctx()) else { return Ok(()) };
    match repo::throttle::lock(&**tx, &key, tx.now()).await?.wait(tx.now()) {
        Some(seconds) => Err(limited(seconds)),
        None => Ok(()),
    }
}

/// Counts a failure of the client, in a transaction that is committed although it failed.
pub(crate) async fn failed_client(tx: &WriteTx) -> Result<(), Error> {
    let Some(key) = client(tx.ctx()) else { return Ok(()) };
    let tally = repo::throttle::lock(&**tx, &key, tx.now()).await?;
    repo::throttle::save(&**tx, &key, tally.failed(&ThrottleRule::IP, tx.now())).await
}

/// Counts a sign-in that a client begins without having shown anything, in the transaction of the command.
pub(crate) async fn admit_begun(tx: &WriteTx) -> Result<(), Error> {
    let Some(key) = begun(tx.ctx()) else { return Ok(()) };
    let tally = repo::throttle::lock(&**tx, &key, tx.now()).await?;
    if let Some(seconds) = tally.wait(tx.now()) {
        return Err(limited(seconds));
    }
    repo::throttle::save(&**tx, &key, tally.failed(&ThrottleRule::BEGUN, tx.now())).await
}

/// Forgets what the client began: it finishes what it begins.
pub(crate) async fn finished(tx: &WriteTx) -> Result<(), Error> {
    let Some(key) = begun(tx.ctx()) else { return Ok(()) };
    repo::throttle::clear(&**tx, &key, tx.now()).await
}

fn client(ctx: &Ctx) -> Option<String> {
    ctx.origin().ip.as_ref().map(|ip| format!("ip:{ip}"))
}

fn begun(ctx: &Ctx) -> Option<String> {
    ctx.origin().ip.as_ref().map(|ip| format!("begun:{ip}"))
}

/// Admits a mail to an address that nobody has proven to own, in the transaction of the command that sends it.
pub(crate) async fn admit_mail(tx: &WriteTx, what: &str, email: &str) -> Result<(), Error> {
    let key = format!("{what}:{email}");
    let tally: Tally = repo::throttle::lock(&**tx, &key, tx.now()).await?;
    if let Some(seconds) = tally.wait(tx.now()) {
        return Err(limited(seconds));
    }
    repo::throttle::save(&**tx, &key, tally.failed(&ThrottleRule::MAIL, tx.now())).await
}

fn limited(retry_after_seconds: i64) -> Error {
    context::Error::RateLimited { retry_after_seconds }.into()
}
