//! Accepting, sending again and taking back invitations.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{InvitationId, UserId};
use kernel::text;

use super::account::{NAME_MAX, NewUser, user_create_in_tx};
use super::member::{invite, join, of_team};
use super::role::{fits, may_give, may_grant};
use super::throttle::{self, Keys};
use crate::model::{Hasher, Invitation, InvitationState, Membership, PasswordHash, Secret, UserStatus, Verdict};
use crate::repo::account::Account;
use crate::{Error, actions, repo};

/// Accepts an invitation.
#[derive(Clone)]
pub struct InvitationAccept {
    /// The token of the mail.
    pub token: Secret,
    /// The name to be shown, if another than the one in the invitation. Ignored when there is an account.
    pub name: Option<String>,
    /// The new password, or the current one when the address has an account with one. Not asked of somebody who is
    /// signed in with that account.
    pub password: Option<String>,
}

impl std::fmt::Debug for InvitationAccept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationAccept").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Whose account joins the team.
enum Joiner {
    /// An account that is there, and perhaps its first password.
    Known(Account, Option<PasswordHash>),
    /// An account to be made.
    New(NewUser),
}

/// Makes the person to whom the invitation was mailed a member. The token proves the address and works once.
///
/// # Errors
/// [`Error::TokenUnusable`] when it is unknown, used, taken back or expired; [`Error::InvitationOfAnother`] when
/// somebody with another address is signed in; [`Error::WrongPassword`] when the account has another password;
/// rate-limited; an invalid `name` or `password`; taken (field `email`) when the person holds the role already.
pub async fn invitation_accept(ctx: &Ctx, input: InvitationAccept) -> Result<Membership, Error> {
    ctx.authorize(actions::INVITATION_ACCEPT)?;
    let invitation = repo::member::invitation_by_token(ctx.read(), &input.token).await?.ok_or(Error::TokenUnusable)?;
    if invitation.state(ctx.now()) != InvitationState::Pending {
        return Err(Error::TokenUnusable);
    }
    let joiner = joiner(ctx, &invitation, &input).await?;
    let mut tx = ctx.begin_write().await?;
    if !repo::member::use_up(&*tx, invitation.id, tx.now()).await? {
        return Err(Error::TokenUnusable);
    }
    let user = match joiner {
        Joiner::New(new) => user_create_in_tx(ctx, &mut tx, new).await?.id,
        Joiner::Known(known, first) => {
            let now = repo::account::lock(&*tx, known.user.id).await?;
            // Blocked, renamed or given another password since it was looked at.
            let same = |now: Account| {
                now.user.status == UserStatus::Active
                    && now.user.email == invitation.email
                    && now.password_hash == known.password_hash
            };
            if !now.is_some_and(same) {
                return Err(Error::TokenUnusable);
            }
            if let Some(hash) = first {
                repo::account::set_password(&*tx, known.user.id, Some(&hash), tx.now()).await?;
                tx.record(Change::new("user", known.user.id, "password_changed"));
            }
            known.user.id
        }
    };
    let membership = admit(ctx, &mut tx, &invitation, user).await?;
    tx.commit().await?;
    Ok(membership)
}

/// Makes somebody a member by an invitation that was used up in this transaction.
pub(super) async fn admit(
    ctx: &Ctx,
    tx: &mut WriteTx,
    invitation: &Invitation,
    user: UserId,
) -> Result<Membership, Error> {
    fits(tx, invitation.role, invitation.team).await?;
    let membership = join(ctx, tx, user, invitation.team, invitation.role).await?;
    let change = of_team(Change::new("invitation", invitation.id, "accepted"), invitation.team);
    tx.record(change.field("user", None::<String>, user));
    Ok(membership)
}

/// Finds out who accepts and verifies or hashes the password, outside any transaction.
async fn joiner(ctx: &Ctx, invitation: &Invitation, input: &InvitationAccept) -> Result<Joiner, Error> {
    let account = repo::account::by_email(ctx.read(), &invitation.email).await?;
    let signed_in = ctx.actor().user();
    if signed_in.is_some() && signed_in != account.as_ref().map(|account| account.user.id) {
        return Err(Error::InvitationOfAnother);
    }
    let password = input.password.as_deref().unwrap_or_default();
    match account {
        Some(account) if account.user.status != UserStatus::Active => Err(Error::TokenUnusable),
        Some(account) if signed_in.is_some() => Ok(Joiner::Known(account, None)),
        Some(account) if account.password_hash.is_some() => {
            let keys = Keys::of(ctx, &account.user.email);
            let hasher = Hasher::acquire().await?;
            throttle::admit(ctx, &keys).await?;
            if hasher.verify(password, account.password_hash.as_deref()).await? == Verdict::Wrong {
                throttle::failed(ctx, &keys).await?;
                return Err(Error::WrongPassword);
            }
            throttle::proven(ctx, &keys).await?;
            Ok(Joiner::Known(account, None))
        }
        Some(account) => {
            let hash = PasswordHash::of("password", password, &account.user.email, &account.user.name).await?;
            Ok(Joiner::Known(account, Some(hash)))
        }
        None => {
            let name = text::line("name", input.name.as_deref().unwrap_or(&invitation.name), NAME_MAX)?;
            let hash = PasswordHash::of("password", password, &invitation.email, &name).await?;
            let email = invitation.email.clone();
            Ok(Joiner::New(NewUser { email, name, password: Some(hash), customer: None, email_verified: true }))
        }
    }
}

/// Sends an invitation again with a new token and a new term; the former token stops working.
///
/// # Errors
/// Denied; not found; [`Error::TokenUnusable`] when it was accepted; [`Error::RoleTooWide`]; rate-limited.
pub async fn invitation_resend(ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let former = repo::member::find_invitation(&*tx, &grant, id).await?;
    may_give(ctx, &tx, former.role, former.team).await?;
    if former.state(tx.now()) == InvitationState::Accepted {
        return Err(Error::TokenUnusable);
    }
    let invitation = invite(ctx, &mut tx, former.email, former.name, former.team, former.role).await?;
    tx.commit().await?;
    Ok(invitation)
}

/// Takes an invitation back. Doing it twice is no error.
///
/// # Errors
/// Denied; not found; [`Error::TokenUnusable`] when it was accepted.
pub async fn invitation_revoke(ctx: &Ctx, id: InvitationId) -> Result<Invitation, Error> {
    let grant = ctx.authorize(actions::MEMBER_MANAGE)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::member::find_invitation(&*tx, &grant, id).await?;
    may_grant(ctx, &tx, before.role, before.team).await?;
    if before.revoked_at.is_some() {
        return Ok(before);
    }
    if !repo::member::revoke_invitation(&*tx, id, tx.now()).await? {
        return Err(Error::TokenUnusable);
    }
    let after = Invitation { revoked_at: Some(tx.now()), ..before };
    let change = of_team(Change::new("invitation", id, "revoked"), after.team);
    tx.record(change.field("revokedAt", None::<String>, after.revoked_at));
    tx.commit().await?;
    Ok(after)
}
