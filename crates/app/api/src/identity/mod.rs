//! Accounts, sessions, teams, invitations and keys.

pub mod account;
pub mod key;
mod loader;
pub mod object;
pub mod oidc;
pub mod query;
pub mod role;
pub mod role_mutation;
pub mod security;
pub mod session;
pub mod team;

pub use loader::UserLoader;
pub use object::User;
pub use oidc::OidcQuery;
pub use query::IdentityQuery;
pub use role::RoleQuery;
pub use security::SecurityQuery;

use access::Scope;
use async_graphql::{ID, MergedObject};
use context::Ctx;
use identity::Team;
use kernel::id::MerchantId;

/// Accounts, teams and keys.
#[derive(MergedObject, Default)]
pub struct IdentityMutation(
    account::AccountMutation,
    team::TeamMutation,
    key::KeyMutation,
    role_mutation::RoleMutation,
    security::SecurityMutation,
    session::ImpersonationMutation,
    oidc::OidcMutation,
);

/// The team that is meant: that of the named merchant, else the caller's own.
pub(crate) fn team(ctx: &Ctx, merchant: Option<&ID>) -> Result<Team, context::Error> {
    if let Some(id) = merchant {
        return crate::input::id("merchantId", id).map(Team::Merchant);
    }
    let operator = ctx.actor().seats().iter().any(|seat| matches!(seat.scope, Scope::Operator | Scope::System));
    Ok(Team::of(ctx.actor().merchant().filter(|_| !operator)))
}

/// Like [`team`], of a merchant that exists. Identity does not know merchants, so it is looked up here: a seat or a key
/// of nobody would be found by nobody.
///
/// # Errors
/// Not found beyond the caller's reach.
pub(crate) async fn known_team(ctx: &Ctx, merchant: Option<&ID>) -> Result<Team, identity::Error> {
    let team = team(ctx, merchant)?;
    if let Team::Merchant(id) = team {
        known_merchant(ctx, id).await?;
    }
    Ok(team)
}

/// Refuses a merchant that is not there.
///
/// # Errors
/// Not found beyond the caller's reach.
pub(crate) async fn known_merchant(ctx: &Ctx, id: MerchantId) -> Result<(), identity::Error> {
    if ctx.actor().merchant() == Some(id) {
        return Ok(());
    }
    match merchants::by_ids(ctx, &[id]).await {
        Ok(found) if found.contains_key(&id) => Ok(()),
        Ok(_) => Err(context::Error::NotFound("merchant").into()),
        Err(merchants::Error::Core(core)) => Err(core.into()),
        Err(other) => Err(context::Error::internal(other).into()),
    }
}
