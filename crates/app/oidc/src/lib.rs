//! Speaks OpenID Connect to providers of sign-in, behind the port of `identity`: authorization code flow with PKCE, ID tokens
//! verified by issuer, audience, signature, nonce and expiry.

mod line;
mod provider;
mod reach;

pub use provider::{BadAddress, Provider, Settings};
pub use reach::is_safe;
