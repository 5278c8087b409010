//! One file a use case.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod email_verification;
pub(crate) mod impersonation;
pub(crate) mod invitation;
pub(crate) mod member;
pub(crate) mod oidc;
pub(crate) mod oidc_link;
pub(crate) mod password;
pub(crate) mod purge;
pub(crate) mod role;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod throttle;

use context::Ctx;
use kernel::id::UserId;

use crate::{Error, actions};

/// The person behind the request, who may do this with the own account only.
pub(crate) fn oneself(ctx: &Ctx) -> Result<UserId, Error> {
    ctx.authorize(actions::ACCOUNT_OWN)?;
    ctx.actor().user().ok_or(Error::Core(context::Error::Denied(access::Denied::Lacking(actions::ACCOUNT_OWN))))
}
