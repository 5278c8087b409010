//! The providers by which staff can sign in, as the settings say.

use std::sync::Arc;

use identity::{SignInProvider, SignInProviders};

use crate::settings::{OidcProvider, Problem, Security, SettingsError};

/// The providers of the settings. None of them is asked for anything yet: one that is away keeps nobody from starting.
///
/// # Errors
/// Names each setting that is no address.
pub fn providers(settings: &Security) -> Result<SignInProviders, SettingsError> {
    let (mut providers, mut problems) = (Vec::new(), Vec::new());
    for (code, of) in &settings.oidc {
        match oidc::Provider::new(agreed(of)) {
            Ok(port) => providers.push(SignInProvider {
                code: code.clone(),
                name: if of.name.is_empty() { code.clone() } else { of.name.clone() },
                issuer: of.issuer.clone(),
                allowed_domains: of.allowed_email_domains.clone(),
                second_factor_methods: of.second_factor_amr.clone(),
                second_factor_contexts: of.second_factor_acr.clone(),
                port: Arc::new(port),
            }),
            Err(bad) => problems.push(Problem::new(format!("security.oidc.{code}.{}", bad.name), bad.reason)),
        }
    }
    if problems.is_empty() { Ok(SignInProviders::of(providers)) } else { Err(SettingsError(problems)) }
}

fn agreed(of: &OidcProvider) -> oidc::Settings {
    oidc::Settings {
        issuer: of.issuer.clone(),
        client_id: of.client_id.clone(),
        client_secret: Some(of.client_secret.clone()),
        redirect_url: of.redirect_url.clone(),
    }
}
