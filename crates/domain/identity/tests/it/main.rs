//! Behavior of identity on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod impersonation;
mod keys;
mod oidc;
mod passwords;
mod roles;
mod second_factor;
mod sessions;
mod support;
mod teams;
mod throttle;
