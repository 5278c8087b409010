//! Providers of sign-in that speak OpenID Connect: the port behind which they stand, and what follows from what they say.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use sha2::{Digest as _, Sha256};

use super::Secret;

/// What Souk and a provider agree on for one attempt to sign in. Never printed by `Debug`.
///
/// All of it derives from the secret that the client holds: the database keeps nothing that would finish the attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Handshake {
    /// Comes back with the browser, and so shows that it is the one that was sent.
    pub state: String,
    /// Comes back in the ID token, which is therefore of this attempt.
    pub nonce: String,
    /// Redeems the code together with the client's own secret (PKCE).
    pub verifier: String,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handshake(…)")
    }
}

impl Handshake {
    /// That of the attempt with this secret.
    pub(crate) fn of(secret: &Secret) -> Self {
        let derived = |what: &str| {
            let digest = Sha256::new().chain_update(what).chain_update(":").chain_update(secret.reveal());
            URL_SAFE_NO_PAD.encode(digest.finalize())
        };
        Self { state: derived("state"), nonce: derived("nonce"), verifier: derived("verifier") }
    }

    /// Whether this state came back. Digests are compared: how long it takes tells nothing.
    pub(crate) fn came_back_with(&self, state: &str) -> bool {
        Sha256::digest(&self.state) == Sha256::digest(state)
    }
}

/// Whom a provider has authenticated, as its verified ID token says.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The person's name at the provider, which never changes and is never given to another.
    pub subject: String,
    /// The person's address, if the provider tells it.
    pub email: Option<String>,
    /// Whether the provider knows that the address is the person's.
    pub email_verified: bool,
    /// How the person was authenticated (`amr`).
    pub methods: Vec<String>,
    /// How well, in the provider's own words (`acr`).
    pub context: Option<String>,
    /// How long ago that was, if the provider tells it (`auth_time`).
    pub age: Option<Duration>,
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion(…)")
    }
}

/// Why what came back from a provider is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider does not take the code: it was used, is over, or is none.
    Code,
    /// Another provider answered.
    Issuer,
    /// The ID token is for another program.
    Audience,
    /// The ID token is of another attempt.
    Nonce,
    /// The ID token is over.
    Expired,
    /// The ID token is not signed by the provider.
    Signature,
    /// The answer has no ID token, or one that cannot be read.
    Token,
}

impl Refusal {
    /// As programs are told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Issuer => "ISSUER",
            Self::Audience => "AUDIENCE",
            Self::Nonce => "NONCE",
            Self::Expired => "EXPIRED",
            Self::Signature => "SIGNATURE",
            Self::Token => "TOKEN",
        }
    }
}

/// Why there is no assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderFault {
    /// The provider does not answer, or not as it should. The text is for the log.
    NoAnswer(String),
    /// What came back is not taken.
    Refused(Refusal),
}

/// A provider of OpenID Connect; implemented where an HTTP client lives.
#[async_trait]
pub trait OpenId: Send + Sync {
    /// Where to send the browser. Whoever was authenticated longer than `max_age` ago is to be authenticated again.
    ///
    /// # Errors
    /// [`ProviderFault::NoAnswer`].
    async fn authorization_url(&self, handshake: &Handshake, max_age: Duration) -> Result<String, ProviderFault>;

    /// Redeems the code with which the browser came back. With `email` the address is asked for where the ID token lacks it.
    ///
    /// # Errors
    /// [`ProviderFault`].
    async fn redeem(&self, code: &str, handshake: &Handshake, email: bool) -> Result<Assertion, ProviderFault>;
}

/// A provider by which staff can sign in, as the settings say.
#[derive(Clone)]
pub struct SignInProvider {
    /// By this it is named in requests and settings.
    pub code: String,
    /// As people are shown it.
    pub name: String,
    /// What names it among all providers: identities are linked by this and the subject.
    pub issuer: String,
    /// Domains of addresses that may come in; with none of them any may, and no invitation can be accepted by it.
    pub allowed_domains: Vec<String>,
    /// Values of `amr` that count as a second factor.
    pub second_factor_methods: Vec<String>,
    /// Values of `acr` that count as a second factor.
    pub second_factor_contexts: Vec<String>,
    /// The way to it.
    pub port: Arc<dyn OpenId>,
}

impl fmt::Debug for SignInProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInProvider").field("code", &self.code).finish_non_exhaustive()
    }
}

impl SignInProvider {
    /// Whether the address of `said` may come in. Without domains in the settings every address may, and none is needed.
    pub(crate) fn admits(&self, said: &Assertion) -> bool {
        self.allowed_domains.is_empty() || said.verified_email().is_some_and(|email| self.admits_address(&email))
    }

    /// Whether the settings name the domain of an address.
    pub(crate) fn admits_address(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        domain.is_some_and(|domain| self.allowed_domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain)))
    }

    /// Whether how the person was authenticated counts as a second factor.
    pub(crate) fn second_factor_shown(&self, said: &Assertion) -> bool {
        said.methods.iter().any(|method| self.second_factor_methods.contains(method))
            || said.context.as_ref().is_some_and(|context| self.second_factor_contexts.contains(context))
    }
}

impl Assertion {
    /// The address as accounts have it, if the provider vouches for it.
    pub(crate) fn verified_email(&self) -> Option<String> {
        let email = self.email.as_deref().filter(|_| self.email_verified)?;
        kernel::text::email("email", email).ok()
    }
}

/// All providers by which staff can sign in. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct SignInProviders(Arc<[SignInProvider]>);

impl SignInProviders {
    /// These, in this order.
    #[must_use]
    pub fn of(providers: Vec<SignInProvider>) -> Self {
        Self(providers.into())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[SignInProvider] {
        &self.0
    }

    /// That of a code.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<&SignInProvider> {
        self.0.iter().find(|provider| provider.code == code)
    }

    /// That of an issuer.
    #[must_use]
    pub fn by_issuer(&self, issuer: &str) -> Option<&SignInProvider> {
        self.0.iter().find(|provider| provider.issuer == issuer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    #[async_trait]
    impl OpenId for Nobody {
        async fn authorization_url(&self, _: &Handshake, _: Duration) -> Result<String, ProviderFault> {
            Err(ProviderFault::NoAnswer(String::new()))
        }
        async fn redeem(&self, _: &str, _: &Handshake, _: bool) -> Result<Assertion, ProviderFault> {
            Err(ProviderFault::NoAnswer(String::new()))
        }
    }

    fn provider(domains: &[&str]) -> SignInProvider {
        let texts = |of: &[&str]| of.iter().map(|text| (*text).to_owned()).collect();
        SignInProvider {
            code: "corp".to_owned(),
            name: "Corp".to_owned(),
            issuer: "https://id.corp.example".to_owned(),
            allowed_domains: texts(domains),
            second_factor_methods: texts(&["mfa", "hwk"]),
            second_factor_contexts: texts(&["urn:gold"]),
            port: Arc::new(Nobody),
        }
    }

    fn said(email: Option<&str>, email_verified: bool, methods: &[&str], context: Option<&str>) -> Assertion {
        Assertion {
            subject: "1".to_owned(),
            email: email.map(str::to_owned),
            email_verified,
            methods: methods.iter().map(|text| (*text).to_owned()).collect(),
            context: context.map(str::to_owned),
            age: None,
        }
    }

    #[test]
    fn a_handshake_derives_from_its_secret_alone_and_its_parts_differ() {
        let secret = Secret::random();
        let one = Handshake::of(&secret);
        assert_eq!(one, Handshake::of(&secret));
        let other = Handshake::of(&Secret::random());
        let parts = [&one.state, &one.nonce, &one.verifier, &other.state, &other.nonce, &other.verifier];
        assert_eq!(parts.iter().collect::<std::collections::HashSet<_>>().len(), 6);
        // RFC 7636 asks a verifier for 43 to 128 unreserved characters.
        assert!(parts.iter().all(|part| part.len() == 43));
        assert!(one.came_back_with(&one.state) && !one.came_back_with(&other.state) && !one.came_back_with(""));
        assert_eq!(format!("{one:?}"), "Handshake(…)");
    }

    #[test]
    fn only_verified_addresses_of_allowed_domains_come_in() {
        let some = provider(&["corp.example"]);
        for (email, verified, admitted) in [
            (Some("Ann@Corp.Example"), true, true),
            (Some("ann@corp.example"), false, false),
            (Some("ann@corp.example.evil.example"), true, false),
            (Some("ann@sub.corp.example"), true, false),
            (Some("ann@corp.example@evil.example"), true, false),
            (Some("corp.example"), true, false),
            (None, true, false),
        ] {
            assert_eq!(some.admits(&said(email, verified, &[], None)), admitted, "{email:?} {verified}");
        }
        assert!(provider(&[]).admits(&said(None, false, &[], None)));
        assert!(!provider(&[]).admits_address("ann@corp.example"), "nobody said who may be let in");
    }

    #[test]
    fn a_second_factor_counts_only_where_the_settings_name_it() {
        let corp = provider(&[]);
        for (methods, context, counts) in [
            (&["pwd", "mfa"][..], None, true),
            (&["pwd"][..], None, false),
            (&[][..], Some("urn:gold"), true),
            (&["urn:gold"][..], Some("mfa"), false),
            (&[][..], None, false),
        ] {
            assert_eq!(
                corp.second_factor_shown(&said(None, false, methods, context)),
                counts,
                "{methods:?} {context:?}"
            );
        }
    }
}
