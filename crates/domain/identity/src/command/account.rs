//! Accounts: made, linked to a buyer, blocked, erased.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CustomerId, UserId};
use kernel::text;

use crate::model::{MailPurpose, PasswordHash, User, UserStatus};
use crate::{Error, actions, repo};

/// Most characters of a name.
pub(crate) const NAME_MAX: usize = 120;

/// A person to be made an account for.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address to sign in with.
    pub email: String,
    /// As shown.
    pub name: String,
    /// None for somebody who sets a password later, with a token.
    pub password: Option<PasswordHash>,
    /// The buyer's account that is made in the same transaction, if any.
    pub customer: Option<CustomerId>,
    /// Whether the address is proven already, as by the token of an invitation.
    pub email_verified: bool,
}

/// Makes an account in the transaction of the caller, who has authorized it.
///
/// # Errors
/// Taken (field `email`) when there is one with this address; invalid `email` or `name`.
pub async fn user_create_in_tx(ctx: &Ctx, tx: &mut WriteTx, new: NewUser) -> Result<User, Error> {
    let user = User {
        id: ctx.new_id(),
        email: text::email("email", &new.email)?,
        email_verified_at: new.email_verified.then(|| tx.now()),
        name: text::line("name", &new.name, NAME_MAX)?,
        status: UserStatus::Active,
        customer: new.customer,
        has_password: new.password.is_some(),
        version: 1,
        created_at: tx.now(),
    };
    if !repo::account::insert(&**tx, &user, new.password.as_ref()).await? {
        return Err(context::Error::Taken { field: "email".to_owned() }.into());
    }
    tx.record(difference(Change::new("user", user.id, "created"), None, &user));
    Ok(user)
}

/// Gives an account a buyer's account in the transaction of the caller, who has authorized it.
///
/// # Errors
/// [`Error::AlreadyBuyer`] when it has one.
pub async fn link_customer_in_tx(tx: &mut WriteTx, user: UserId, customer: CustomerId) -> Result<(), Error> {
    if !repo::account::link_customer(&**tx, user, customer).await? {
        return Err(Error::AlreadyBuyer);
    }
    tx.record(Change::new("user", user, "linked").field("customer", None::<CustomerId>, customer));
    Ok(())
}

/// Changes the name of an account in the transaction of the caller, who has authorized it.
///
/// # Errors
/// Not found; stale when it was changed meanwhile; invalid `name`.
pub async fn rename_user_in_tx(tx: &mut WriteTx, user: UserId, name: &str) -> Result<(), Error> {
    let before = locked(tx, user).await?;
    let after = User { name: text::line("name", name, NAME_MAX)?, ..before.clone() };
    save(tx, &before, &after, "renamed").await
}

/// Forgets a person in the transaction of the caller, who has authorized it: address, name, password, sessions and
/// tokens go; the row stays, because histories and orders name it.
///
/// # Errors
/// Not found; [`Error::LastOfRole`] when a team would lose its last owner or administrator.
pub async fn erase_user_in_tx(tx: &mut WriteTx, user: UserId) -> Result<(), Error> {
    for held in repo::member::of_user(&**tx, user).await? {
        super::member::drop_membership(tx, &held).await?;
    }
    let before = locked(tx, user).await?;
    let after = User {
        email: format!("{user}@erased.invalid"),
        name: "Erased".to_owned(),
        email_verified_at: None,
        status: UserStatus::Erased,
        ..before.clone()
    };
    repo::account::set_password(&**tx, user, None, tx.now()).await?;
    let cleared = User { version: before.version + 1, ..before };
    repo::session::remove_all(&**tx, user, None).await?;
    repo::second_factor::remove(&**tx, user).await?;
    repo::oidc::remove_all(&**tx, user).await?;
    for purpose in [MailPurpose::PasswordReset, MailPurpose::EmailVerification] {
        repo::mail_token::drop_all(&**tx, user, purpose).await?;
    }
    if !repo::account::save(&**tx, &after, cleared.version, tx.now()).await? {
        return Err(context::Error::Stale("account").into());
    }
    // The history must not keep what was erased: it tells that it happened, not what it was.
    tx.forget("user", user).await?;
    tx.record(Change::new("user", user, "erased").field("status", UserStatus::Active, UserStatus::Erased));
    Ok(())
}

/// Which account, and why.
#[derive(Debug, Clone)]
pub struct UserBlock {
    /// The account.
    pub user: UserId,
    /// In the words of the operator.
    pub reason: String,
}

/// Shuts an account: it cannot sign in and its sessions end at once.
///
/// # Errors
/// Denied; not found; invalid `reason`; [`Error::LastOfRole`] for the operator's last administrator.
pub async fn user_block(ctx: &Ctx, input: UserBlock) -> Result<User, Error> {
    let _grant = ctx.authorize(actions::USER_BLOCK)?;
    let reason = text::line("reason", &input.reason, 500)?;
    let mut tx = ctx.begin_write().await?;
    for held in repo::member::of_user(&*tx, input.user).await? {
        super::member::keep_last(&tx, &held).await?;
    }
    let before = locked(&tx, input.user).await?;
    if before.status != UserStatus::Active {
        return Ok(before);
    }
    let after = User { status: UserStatus::Blocked, version: before.version + 1, ..before.clone() };
    if !repo::account::save(&*tx, &after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("account").into());
    }
    repo::session::remove_all(&*tx, input.user, None).await?;
    tx.record(difference(
        Change::new("user", input.user, "blocked").about("user", input.user, reason),
        Some(&before),
        &after,
    ));
    tx.commit().await?;
    Ok(after)
}

/// Opens a blocked account again.
///
/// # Errors
/// Denied; not found.
pub async fn user_unblock(ctx: &Ctx, user: UserId) -> Result<User, Error> {
    let _grant = ctx.authorize(actions::USER_BLOCK)?;
    let mut tx = ctx.begin_write().await?;
    let before = locked(&tx, user).await?;
    if before.status != UserStatus::Blocked {
        return Ok(before);
    }
    let after = User { status: UserStatus::Active, version: before.version + 1, ..before.clone() };
    save(&mut tx, &before, &after, "unblocked").await?;
    tx.commit().await?;
    Ok(after)
}

/// The account, locked until the transaction ends. One that was erased is not found.
pub(crate) async fn locked(tx: &WriteTx, id: UserId) -> Result<User, Error> {
    let account = repo::account::lock(&**tx, id).await?;
    match account {
        Some(account) if account.user.status != UserStatus::Erased => Ok(account.user),
        _ => Err(context::Error::NotFound("user").into()),
    }
}

async fn save(tx: &mut WriteTx, before: &User, after: &User, action: &'static str) -> Result<(), Error> {
    if !repo::account::save(&**tx, after, before.version, tx.now()).await? {
        return Err(context::Error::Stale("account").into());
    }
    tx.record(difference(Change::new("user", before.id, action), Some(before), after));
    Ok(())
}

/// What changed, without address and name: the history is append-only, and personal data could not be erased there.
pub(crate) fn difference(change: Change, before: Option<&User>, after: &User) -> Change {
    change
        .field("status", before.map(|user| user.status), after.status)
        .field("customer", before.and_then(|user| user.customer), after.customer)
        .field("emailVerifiedAt", before.and_then(|user| user.email_verified_at), after.email_verified_at)
        .field("hasPassword", before.map(|user| user.has_password), after.has_password)
}
