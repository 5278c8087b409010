//! Identities at providers: linked, unlinked, and invitations that are accepted by them.

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{IdentityLinkId, UserId};
use kernel::text;

use super::account::{NAME_MAX, NewUser, user_create_in_tx};
use super::invitation::admit;
use super::oidc::{OidcReturn, Redeemed, counted, redeem};
use super::{oneself, throttle};
use crate::event::{SignInChange, SignInChanged};
use crate::model::{
    Invitation, InvitationState, LinkedIdentity, Membership, OidcPurpose, Secret, SignInProviders, UserStatus,
};
use crate::{Error, actions, repo};

/// Links the identity with which the browser came back to the own account, which opens by it from now on.
///
/// # Errors
/// Denied; reauthentication required; as [`super::oidc::oidc_finish`]; [`Error::IdentityTaken`] when it opens another account;
/// [`Error::AlreadyLinked`] when the account has another identity at this provider.
pub async fn oidc_link(ctx: &Ctx, providers: &SignInProviders, back: &OidcReturn) -> Result<LinkedIdentity, Error> {
    let user = oneself(ctx)?;
    ctx.require_fresh()?;
    let redeemed = redeem(ctx, providers, back, OidcPurpose::Link(user)).await?;
    let mut tx = ctx.begin_write().await?;
    let account = super::account::locked(&tx, user).await?;
    if repo::member::of_user(&*tx, user).await?.is_empty() {
        return Err(Error::StaffOnly);
    }
    throttle::finished(&tx).await?;
    let (linked, is_new) = link(&mut tx, user, &redeemed).await?;
    if is_new {
        tx.emit(&SignInChanged::of(&account, SignInChange::IdentityLinked, Some(&redeemed.provider.name)));
    }
    tx.commit().await?;
    Ok(linked)
}

/// Links in the transaction of a command that knows whose identity it is. Once more is no error; says whether it is new.
async fn link(tx: &mut WriteTx, user: UserId, redeemed: &Redeemed<'_>) -> Result<(LinkedIdentity, bool), Error> {
    let Redeemed { provider, said, .. } = redeemed;
    let (issuer, now) = (provider.issuer.clone(), tx.now());
    let new = LinkedIdentity { id: tx.ctx().new_id(), user, issuer, created_at: now, used_at: None };
    if !repo::oidc::insert(&**tx, &new, &said.subject).await? {
        return match repo::oidc::by_subject(&**tx, &provider.issuer, &said.subject).await? {
            Some(known) if known.user == user => Ok((known, false)),
            Some(_) => Err(Error::IdentityTaken),
            None => Err(Error::AlreadyLinked),
        };
    }
    // The subject stays out of the history, from which nothing can be erased.
    let change = Change::new("user", user, "identity_linked").field("identity", None::<String>, new.id);
    tx.record(change.field("provider", None::<String>, &provider.code));
    Ok((new, true))
}

/// Takes an identity off the own account, unless nothing else opens it.
///
/// # Errors
/// Denied; reauthentication required; not found; [`Error::LastWayIn`].
pub async fn oidc_unlink(ctx: &Ctx, providers: &SignInProviders, id: IdentityLinkId) -> Result<(), Error> {
    let user = oneself(ctx)?;
    ctx.require_fresh()?;
    let mut tx = ctx.begin_write().await?;
    let account = super::account::locked(&tx, user).await?;
    let linked = repo::oidc::of_user(&*tx, user).await?;
    let known = |of: &LinkedIdentity| providers.by_issuer(&of.issuer);
    let gone = linked.iter().find(|of| of.id == id).ok_or(context::Error::NotFound("identity"))?;
    // One at a provider that the settings name no more opens nothing.
    let others = linked.iter().filter(|of| of.id != id && known(of).is_some()).count();
    if !account.has_password && others == 0 {
        return Err(Error::LastWayIn);
    }
    repo::oidc::remove(&*tx, id).await?;
    let change = Change::new("user", user, "identity_unlinked").field("identity", id, None::<String>);
    tx.record(change.field("provider", known(gone).map(|of| &of.code), None::<String>));
    let name = known(gone).map(|of| of.name.as_str());
    tx.emit(&SignInChanged::of(&account, SignInChange::IdentityUnlinked, name));
    Ok(tx.commit().await?)
}

/// An invitation, and the identity that accepts it.
#[derive(Debug, Clone)]
pub struct OidcInvitationAccept {
    /// With what the browser came back.
    pub back: OidcReturn,
    /// The token of the mail.
    pub token: Secret,
    /// The name to be shown, if another than the one in the invitation. Ignored when there is an account.
    pub name: Option<String>,
}

/// Makes the person whom the provider has authenticated a member, if the provider vouches for the address to which the
/// invitation was mailed. An account that is made for it opens by the identity, which is linked, and has no password.
///
/// # Errors
/// [`Error::TokenUnusable`]; [`Error::InvitationOfAnother`] when the provider's address is another, or somebody else is signed
/// in; [`Error::LinkFirst`] when the address has an account that opens otherwise; [`Error::IdentityTaken`] when the identity
/// opens another account; an invalid `name`; as [`super::oidc::oidc_finish`].
pub async fn oidc_invitation_accept(
    ctx: &Ctx,
    providers: &SignInProviders,
    input: OidcInvitationAccept,
) -> Result<Membership, Error> {
    ctx.authorize(actions::INVITATION_ACCEPT)?;
    let found = repo::member::invitation_by_token(ctx.read(), &input.token).await?;
    let pending = found.filter(|of| of.state(ctx.now()) == InvitationState::Pending);
    let invitation = pending.ok_or(Error::TokenUnusable)?;
    let name = text::line("name", input.name.as_deref().unwrap_or(&invitation.name), NAME_MAX)?;
    let redeemed = redeem(ctx, providers, &input.back, OidcPurpose::Invitation(invitation.id)).await?;
    if !redeemed.provider.admits_address(&invitation.email) {
        return counted(ctx, Err(Error::AddressNotAllowed)).await;
    }
    if redeemed.said.verified_email().as_ref() != Some(&invitation.email) {
        return Err(Error::InvitationOfAnother);
    }
    let mut tx = ctx.begin_write().await?;
    if !repo::member::use_up(&*tx, invitation.id, tx.now()).await? {
        return Err(Error::TokenUnusable);
    }
    let user = joiner(ctx, &mut tx, &invitation, name, &redeemed).await?;
    throttle::finished(&tx).await?;
    let membership = admit(ctx, &mut tx, &invitation, user).await?;
    tx.commit().await?;
    Ok(membership)
}

/// Whose account joins: that of the address, if the identity opens it, or nothing does; else a new one.
async fn joiner(
    ctx: &Ctx,
    tx: &mut WriteTx,
    invitation: &Invitation,
    name: String,
    redeemed: &Redeemed<'_>,
) -> Result<UserId, Error> {
    let account = repo::account::by_email(&**tx, &invitation.email).await?.map(|account| account.user.id);
    let account = match account {
        Some(id) => repo::account::lock(&**tx, id).await?,
        None => None,
    };
    let signed_in = ctx.actor().user();
    if signed_in.is_some() && signed_in != account.as_ref().map(|of| of.user.id) {
        return Err(Error::InvitationOfAnother);
    }
    let opens = repo::oidc::by_subject(&**tx, &redeemed.provider.issuer, &redeemed.said.subject).await?;
    let user = match (account, opens) {
        (Some(account), _) if account.user.status != UserStatus::Active || account.user.email != invitation.email => {
            return Err(Error::TokenUnusable);
        }
        (Some(account), Some(opens)) if opens.user == account.user.id => return Ok(opens.user),
        (_, Some(_)) => return Err(Error::IdentityTaken),
        // Never by the address alone: whoever has an account that opens links the identity in it.
        (Some(account), None)
            if account.password_hash.is_some() || !repo::oidc::of_user(&**tx, account.user.id).await?.is_empty() =>
        {
            return Err(Error::LinkFirst);
        }
        (Some(account), None) => account.user.id,
        (None, None) => {
            let email = invitation.email.clone();
            let new = NewUser { email, name, password: None, customer: None, email_verified: true };
            user_create_in_tx(ctx, tx, new).await?.id
        }
    };
    link(tx, user, redeemed).await?;
    Ok(user)
}
