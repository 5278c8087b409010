//! Load and save.

pub(crate) mod account;
pub(crate) mod key;
pub(crate) mod mail_token;
pub(crate) mod member;
pub(crate) mod oidc;
pub(crate) mod role;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod session;
pub(crate) mod throttle;
