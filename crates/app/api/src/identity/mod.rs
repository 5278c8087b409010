//! Accounts, sessions, teams, invitations and keys.

pub mod account;
pub mod key;
mod loader;
pub mod object;
pub mod query;
pub mod team;

pub use loader::UserLoader;
pub use object::User;
pub use query::IdentityQuery;

use access::Scope;
use async_graphql::{ID, MergedObject};
use context::Ctx;
use identity::Team;

/// Accounts, teams and keys.
#[derive(MergedObject, Default)]
pub struct IdentityMutation(account::AccountMutation, team::TeamMutation, key::KeyMutation);

/// The team that is meant: that of the named merchant, else the caller's own.
pub(crate) fn team(ctx: &Ctx, merchant: Option<&ID>) -> Result<Team, context::Error> {
    if let Some(id) = merchant {
        return crate::input::id("merchantId", id).map(Team::Merchant);
    }
    let operator = ctx.actor().seats().iter().any(|seat| matches!(seat.scope, Scope::Operator | Scope::System));
    Ok(Team::of(ctx.actor().merchant().filter(|_| !operator)))
}
