//! The second factor of an account: begun, confirmed, renewed, taken off; and how it is shown.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{SessionId, UserId};
use kernel::text;

use super::oneself;
use super::throttle::{self, Keys};
use crate::event::{SignInChange, SignInChanged};
use crate::model::{Hasher, Proof, TotpSecret, User, UserStatus, Verdict, recovery_codes};
use crate::query::wide;
use crate::repo::account::Account;
use crate::{Error, actions, repo};

/// What an app needs to show codes; shown this once.
#[derive(Clone)]
pub struct TotpEnrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an address, to be shown as a picture.
    pub url: String,
}

impl std::fmt::Debug for TotpEnrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpEnrolment(…)")
    }
}

/// Begins a second factor for the own account. It counts when a code was given: [`totp_confirm`].
///
/// # Errors
/// Denied; reauthentication required; [`Error::NoSecretKey`]; [`Error::SecondFactorOn`].
pub async fn totp_enrol(ctx: &Ctx, issuer: &str) -> Result<TotpEnrolment, Error> {
    let id = oneself(ctx)?;
    ctx.require_fresh()?;
    let secret = TotpSecret::random();
    let sealed = secret.seal(&ctx.world().vault, id).ok_or(Error::NoSecretKey)?;
    let mut tx = ctx.begin_write().await?;
    let user = super::account::locked(&tx, id).await?;
    if !repo::second_factor::begin(&*tx, id, &sealed, tx.now()).await? {
        return Err(Error::SecondFactorOn);
    }
    tx.record(Change::new("user", id, "second_factor_begun"));
    tx.commit().await?;
    Ok(TotpEnrolment { url: secret.url(issuer, &user.email), secret: secret.0 })
}

/// Puts the second factor in force by its first code, and gives the recovery codes, which are shown this once. The
/// session of the request counts as signed in with it; all others end.
///
/// # Errors
/// Denied; [`Error::WrongCode`]; rate-limited; [`Error::SecondFactorOn`] when it is in force.
pub async fn totp_confirm(ctx: &Ctx, code: &str) -> Result<Vec<String>, Error> {
    let id = oneself(ctx)?;
    let keys = Keys::of_factor(ctx, id);
    throttle::admit(ctx, &keys).await?;
    counted(ctx, &keys, put_in_force(ctx, id, code, &keys).await).await
}

async fn put_in_force(ctx: &Ctx, id: UserId, code: &str, keys: &Keys) -> Result<Vec<String>, Error> {
    let mut tx = ctx.begin_write().await?;
    let user = super::account::locked(&tx, id).await?;
    let totp = repo::second_factor::totp(&*tx, id).await?.ok_or(Error::WrongCode)?;
    if totp.confirmed {
        return Err(Error::SecondFactorOn);
    }
    if !spend(&tx, id, &Proof::Code(code.to_owned()), true).await? {
        return Err(Error::WrongCode);
    }
    repo::second_factor::confirm(&*tx, id, tx.now()).await?;
    let codes = recovery_codes();
    repo::second_factor::replace_codes(&*tx, id, &codes).await?;
    repo::session::remove_all(&*tx, id, ctx.actor().session()).await?;
    if let Some(session) = ctx.actor().session() {
        repo::session::prove(&*tx, session, tx.now(), true).await?;
    }
    throttle::succeeded(&tx, keys).await?;
    tx.record(Change::new("user", id, "second_factor_enabled"));
    tx.emit(&SignInChanged::of(&user, SignInChange::SecondFactorOn, None));
    tx.commit().await?;
    Ok(codes)
}

/// Gives new recovery codes in place of all former ones.
///
/// # Errors
/// Denied; reauthentication required; [`Error::SecondFactorOff`].
pub async fn recovery_codes_renew(ctx: &Ctx) -> Result<Vec<String>, Error> {
    let id = oneself(ctx)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write().await?;
    let user = super::account::locked(&tx, id).await?;
    if !repo::second_factor::is_on(&*tx, id).await? {
        return Err(Error::SecondFactorOff);
    }
    let codes = recovery_codes();
    repo::second_factor::replace_codes(&*tx, id, &codes).await?;
    tx.record(Change::new("user", id, "recovery_codes_renewed"));
    tx.emit(&SignInChanged::of(&user, SignInChange::RecoveryCodesRenewed, None));
    tx.commit().await?;
    Ok(codes)
}

/// Takes the second factor off the own account.
///
/// # Errors
/// Denied; reauthentication required; [`Error::SecondFactorOff`].
pub async fn totp_disable(ctx: &Ctx) -> Result<(), Error> {
    let id = oneself(ctx)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write().await?;
    let user = super::account::locked(&tx, id).await?;
    if !repo::second_factor::remove(&*tx, id).await? {
        return Err(Error::SecondFactorOff);
    }
    tx.record(Change::new("user", id, "second_factor_disabled"));
    tx.emit(&SignInChanged::of(&user, SignInChange::SecondFactorOff, None));
    Ok(tx.commit().await?)
}

/// Takes the second factor off the account of somebody who lost it; the sessions end. For the operator.
///
/// # Errors
/// Denied; reauthentication required; not found; invalid `reason`; [`Error::SecondFactorOff`].
pub async fn user_second_factor_reset(ctx: &Ctx, user: UserId, reason: &str) -> Result<User, Error> {
    wide(ctx, actions::SECOND_FACTOR_RESET)?;
    ctx.require_fresh()?;
    let reason = text::line("reason", reason, 500)?;
    let mut tx = ctx.begin_write().await?;
    let found = super::account::locked(&tx, user).await?;
    if !repo::second_factor::remove(&*tx, user).await? {
        return Err(Error::SecondFactorOff);
    }
    repo::session::remove_all(&*tx, user, None).await?;
    tx.record(Change::new("user", user, "second_factor_reset").about("user", user, reason));
    tx.emit(&SignInChanged::of(&found, SignInChange::SecondFactorOff, None));
    tx.commit().await?;
    Ok(found)
}

/// Shows once more who one is, so that sensitive commands are taken for a while.
///
/// # Errors
/// Denied, also to programs; [`Error::WrongPassword`], [`Error::WrongCode`]; rate-limited.
pub async fn reauthenticate(ctx: &Ctx, proof: &Proof) -> Result<(), Error> {
    let id = oneself(ctx)?;
    let session = ctx.actor().session().ok_or(access::Denied::SignInFirst)?;
    let account = repo::account::by_id(ctx.read(), id).await?.ok_or(context::Error::NotFound("user"))?;
    let keys = match proof {
        Proof::Password(_) => Keys::of(ctx, &account.user.email),
        _ => Keys::of_factor(ctx, id),
    };
    if let Proof::Password(password) = proof {
        let hasher = Hasher::acquire().await?;
        throttle::admit(ctx, &keys).await?;
        if hasher.verify(password, account.password_hash.as_deref()).await? == Verdict::Wrong {
            throttle::failed(ctx, &keys).await?;
            return Err(Error::WrongPassword);
        }
    } else {
        throttle::admit(ctx, &keys).await?;
    }
    counted(ctx, &keys, prove(ctx, session, &account, proof, &keys).await).await
}

/// Notes in the session that `proof` was shown, if nothing changed since the password was looked at.
async fn prove(ctx: &Ctx, session: SessionId, account: &Account, proof: &Proof, keys: &Keys) -> Result<(), Error> {
    let id = account.user.id;
    let mut tx = ctx.begin_write().await?;
    let now = repo::account::lock(&*tx, id).await?;
    let same = |now: Account| now.user.status == UserStatus::Active && now.password_hash == account.password_hash;
    if !now.is_some_and(same) {
        return Err(Error::WrongPassword);
    }
    if !matches!(proof, Proof::Password(_)) && !spend(&tx, id, proof, false).await? {
        return Err(Error::WrongCode);
    }
    throttle::succeeded(&tx, keys).await?;
    repo::session::prove(&*tx, session, tx.now(), !matches!(proof, Proof::Password(_))).await?;
    tx.record(Change::new("user", id, "reauthenticated").field("session", None::<String>, session));
    Ok(tx.commit().await?)
}

/// A wrong code is counted against the client address, once its transaction is over.
pub(crate) async fn counted<T>(ctx: &Ctx, keys: &Keys, outcome: Result<T, Error>) -> Result<T, Error> {
    if matches!(outcome, Err(Error::WrongCode)) {
        throttle::failed(ctx, keys).await?;
    }
    outcome
}

/// Uses a code up; tells `false` when it is not good, was used, or is that of an app that was not confirmed, unless
/// `first` says that this confirms it. A password is none.
pub(crate) async fn spend(tx: &WriteTx, user: UserId, proof: &Proof, first: bool) -> Result<bool, Error> {
    let Some(totp) = repo::second_factor::totp(&**tx, user).await?.filter(|totp| totp.confirmed || first) else {
        return Ok(false);
    };
    match proof {
        Proof::Password(_) => Ok(false),
        Proof::RecoveryCode(code) => repo::second_factor::use_code(&**tx, user, code, tx.now()).await,
        Proof::Code(code) => {
            let vault = &tx.ctx().world().vault;
            let secret = TotpSecret::open(vault, user, &totp.sealed)
                .ok_or_else(|| context::Error::internal(format!("no key opens the second factor of {user}")))?;
            let Some(step) = secret.step_of(code, totp.last_step, tx.now()) else { return Ok(false) };
            let used = repo::second_factor::use_step(&**tx, user, step).await?;
            if used && vault.current() != Some(totp.sealed.key.as_str()) {
                // Whoever shows a code has the secret under the key in force from then on.
                if let Some(sealed) = secret.seal(vault, user) {
                    repo::second_factor::reseal(&**tx, user, &sealed).await?;
                }
            }
            Ok(used)
        }
    }
}
