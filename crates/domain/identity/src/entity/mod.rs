//! Tables of identity.
#![allow(missing_docs)]

pub(crate) mod api_key;
pub(crate) mod custom_role;
pub(crate) mod invitation;
pub(crate) mod mail_token;
pub(crate) mod membership;
pub(crate) mod session;
pub(crate) mod throttle;
pub(crate) mod user;
