//! One provider: its discovery document and keys, and the two steps of a sign-in.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use identity::{Assertion, Handshake, OpenId, ProviderFault, Refusal};
use kernel::{Clock as _, SystemClock};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm as Alg, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::line::Line;
use crate::reach::may_name;

/// How long what a provider tells of itself is kept. An unknown key is looked for at once.
const KEPT: Duration = Duration::from_secs(3600);
/// How long a provider that did not answer is left alone.
const REST: Duration = Duration::from_secs(5);

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What the operator agreed with a provider.
#[derive(Clone)]
pub struct Settings {
    /// What names the provider; its discovery document is found below it.
    pub issuer: String,
    /// What names Souk at the provider.
    pub client_id: String,
    /// What shows there that it is Souk; none for a public client.
    pub client_secret: Option<String>,
    /// Where the provider sends browsers back to.
    pub redirect_url: String,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// An address in the settings is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct BadAddress {
    /// Which of them.
    pub name: &'static str,
    /// Why.
    pub reason: String,
}

/// What the provider tells of itself, and since when that is known.
type Known = (Instant, Arc<CoreProviderMetadata>);

#[derive(Default)]
struct Told {
    known: Option<Known>,
    failed: Option<(Instant, String)>,
}

/// A provider of OpenID Connect.
pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    line: Line,
    told: Mutex<Told>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// The provider of these settings. It is asked for nothing yet.
    ///
    /// # Errors
    /// Names the setting that is no address.
    pub fn new(settings: Settings) -> Result<Self, BadAddress> {
        let bad = |name| move |error: url::ParseError| BadAddress { name, reason: format!("is no URL: {error}") };
        let issuer = IssuerUrl::new(settings.issuer).map_err(bad("issuer"))?;
        Ok(Self {
            line: Line::to(issuer.url()),
            client_id: ClientId::new(settings.client_id),
            client_secret: settings.client_secret.filter(|secret| !secret.is_empty()).map(ClientSecret::new),
            redirect: RedirectUrl::new(settings.redirect_url).map_err(bad("redirect_url"))?,
            issuer,
            told: Mutex::default(),
        })
    }

    /// What the provider tells of itself, as it was kept if that is not long ago.
    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, ProviderFault> {
        let mut told = self.told.lock().await;
        match &told.known {
            Some((since, known)) if since.elapsed() < KEPT => Ok(known.clone()),
            _ => self.discover(&mut told).await,
        }
    }

    /// The same, newer than `seen`: its keys were changed.
    async fn newer(&self, seen: &Arc<CoreProviderMetadata>) -> Result<Arc<CoreProviderMetadata>, ProviderFault> {
        let mut told = self.told.lock().await;
        match &told.known {
            Some((_, known)) if !Arc::ptr_eq(known, seen) => Ok(known.clone()),
            _ => self.discover(&mut told).await,
        }
    }

    /// Whoever comes meanwhile waits for the same answer; who comes soon after there was none is told so at once.
    async fn discover(&self, told: &mut Told) -> Result<Arc<CoreProviderMetadata>, ProviderFault> {
        if let Some((_, error)) = told.failed.as_ref().filter(|(at, _)| at.elapsed() < REST) {
            return Err(ProviderFault::NoAnswer(error.clone()));
        }
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.line).await;
        match found.map_err(|error| chain(&error)).and_then(|found| self.usable(found)) {
            Ok(found) => {
                let found = Arc::new(found);
                *told = Told { known: Some((Instant::now(), found.clone())), failed: None };
                Ok(found)
            }
            Err(error) => {
                told.failed = Some((Instant::now(), error.clone()));
                Err(ProviderFault::NoAnswer(error))
            }
        }
    }

    /// Without ways to sign that rest on a shared secret, or are none.
    fn usable(&self, found: CoreProviderMetadata) -> Result<CoreProviderMetadata, String> {
        if !may_name(self.issuer.url(), found.authorization_endpoint().url()) {
            return Err("browsers would be sent to an address in the clear".to_owned());
        }
        let algorithms: Vec<Alg> =
            found.id_token_signing_alg_values_supported().iter().filter(|of| is_asymmetric(of)).cloned().collect();
        if algorithms.is_empty() {
            return Err("it signs ID tokens in no way that is taken".to_owned());
        }
        Ok(found.set_id_token_signing_alg_values_supported(algorithms))
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret);
        let client = client.set_redirect_uri(self.redirect.clone());
        let ways = metadata.token_endpoint_auth_methods_supported();
        client.set_auth_type(auth_type(ways.map_or(&[][..], Vec::as_slice)))
    }

    /// The address of the person as the provider tells it on request.
    async fn ask_email(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<(String, bool)>, ProviderFault> {
        let subject = claims.subject().clone();
        let Ok(request) = client.user_info(answer.access_token().clone(), Some(subject)) else { return Ok(None) };
        let told: CoreUserInfoClaims =
            request.request_async(&self.line).await.map_err(|error| ProviderFault::NoAnswer(chain(&error)))?;
        Ok(told.email().map(|email| (email.to_string(), told.email_verified() == Some(true))))
    }

    async fn exchange(
        &self,
        client: &Client,
        code: &str,
        handshake: &Handshake,
    ) -> Result<CoreTokenResponse, ProviderFault> {
        let request = client.exchange_code(AuthorizationCode::new(code.to_owned()));
        let request = request.map_err(|error| ProviderFault::NoAnswer(chain(&error)))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(handshake.verifier.clone()));
        request.request_async(&self.line).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(told) if *told.error() == CoreErrorResponseType::InvalidGrant => {
                ProviderFault::Refused(Refusal::Code)
            }
            RequestTokenError::ServerResponse(told) => ProviderFault::NoAnswer(format!("it answered {}", told.error())),
            RequestTokenError::Parse(..) => ProviderFault::Refused(Refusal::Token),
            other => ProviderFault::NoAnswer(chain(&other)),
        })
    }

    /// The claims of a token that is good.
    fn verified<'a>(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        token: &'a CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
        let verifier = client.id_token_verifier();
        let claims = token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(ClaimsVerificationError::InvalidAudience("for another party".to_owned()));
        }
        if let Some(expected) = claims.access_token_hash() {
            let unsigned = ClaimsVerificationError::SignatureVerification;
            let (algorithm, key) =
                (token.signing_alg().map_err(unsigned)?, token.signing_key(&verifier).map_err(unsigned)?);
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if actual.ok().as_ref() != Some(expected) {
                return Err(ClaimsVerificationError::Other("of another access token".to_owned()));
            }
        }
        Ok(claims)
    }
}

#[async_trait]
impl OpenId for Provider {
    async fn authorization_url(
        &self,
        handshake: &Handshake,
        max_age: chrono::Duration,
    ) -> Result<String, ProviderFault> {
        let client = self.client(&*self.metadata().await?);
        let (state, nonce) = (CsrfToken::new(handshake.state.clone()), Nonce::new(handshake.nonce.clone()));
        let verifier = PkceCodeVerifier::new(handshake.verifier.clone());
        let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce);
        let request = request
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .set_max_age(max_age.to_std().unwrap_or_default());
        Ok(request.url().0.to_string())
    }

    async fn redeem(&self, code: &str, handshake: &Handshake, email: bool) -> Result<Assertion, ProviderFault> {
        let metadata = self.metadata().await?;
        let mut client = self.client(&metadata);
        let answer = self.exchange(&client, code, handshake).await?;
        let token = answer.id_token().ok_or(ProviderFault::Refused(Refusal::Token))?;
        let nonce = Nonce::new(handshake.nonce.clone());
        let mut claims = self.verified(&client, &answer, token, &nonce);
        if matches!(claims, Err(ClaimsVerificationError::SignatureVerification(_))) {
            // The keys may have been changed since they were read.
            client = self.client(&*self.newer(&metadata).await?);
            claims = self.verified(&client, &answer, token, &nonce);
        }
        let claims = claims.map_err(|error| {
            tracing::warn!(issuer = self.issuer.as_str(), error = chain(&error), "an ID token is not taken");
            ProviderFault::Refused(refusal(&error))
        })?;
        let known = claims.email().map(|of| (of.to_string(), claims.email_verified() == Some(true)));
        let address = match known {
            Some(known) => Some(known),
            None if email => self.ask_email(&client, &answer, claims).await?,
            None => None,
        };
        let methods = claims.auth_method_refs().map(|of| of.iter().map(|method| method.to_string()).collect());
        Ok(Assertion {
            subject: claims.subject().to_string(),
            email_verified: address.as_ref().is_some_and(|(_, verified)| *verified),
            email: address.map(|(email, _)| email),
            methods: methods.unwrap_or_default(),
            context: claims.auth_context_ref().map(|of| of.to_string()),
            // By the machine's clock, as the provider's; that of a sandbox may be ahead.
            age: claims.auth_time().map(|at| SystemClock.now() - at),
        })
    }
}

fn is_asymmetric(algorithm: &Alg) -> bool {
    matches!(
        algorithm,
        Alg::RsaSsaPkcs1V15Sha256
            | Alg::RsaSsaPkcs1V15Sha384
            | Alg::RsaSsaPkcs1V15Sha512
            | Alg::RsaSsaPssSha256
            | Alg::RsaSsaPssSha384
            | Alg::RsaSsaPssSha512
            | Alg::EcdsaP256Sha256
            | Alg::EcdsaP384Sha384
            | Alg::EdDsa
    )
}

/// How Souk shows who it is: in a header, unless the provider takes it in the body only.
fn auth_type(ways: &[CoreClientAuthMethod]) -> AuthType {
    let takes = |way| ways.contains(&way);
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

fn refusal(error: &ClaimsVerificationError) -> Refusal {
    match error {
        ClaimsVerificationError::Expired(_) => Refusal::Expired,
        ClaimsVerificationError::InvalidAudience(_) => Refusal::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => Refusal::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => Refusal::Nonce,
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::CryptoError(_)
            | SignatureVerificationError::NoSignature
            | SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::AmbiguousKeyId(_)
            | SignatureVerificationError::InvalidKey(_),
        ) => Refusal::Signature,
        _ => Refusal::Token,
    }
}

/// An error with what is behind it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn settings(issuer: &str, redirect_url: &str) -> Settings {
        Settings {
            issuer: issuer.to_owned(),
            client_id: "souk".to_owned(),
            client_secret: Some("hush-hush".to_owned()),
            redirect_url: redirect_url.to_owned(),
        }
    }

    #[test]
    fn bad_addresses_are_named_and_secrets_never_shown() {
        let good = settings("https://id.example", "https://office.example/back");
        let shown = format!("{good:?} {:?}", Provider::new(good.clone()).unwrap());
        assert!(!shown.contains("hush") && shown.contains("id.example"));
        assert_eq!(Provider::new(settings("id.example", "https://x.example")).unwrap_err().name, "issuer");
        assert_eq!(Provider::new(settings("https://id.example", "/back")).unwrap_err().name, "redirect_url");
    }

    #[test]
    fn the_secret_goes_where_the_provider_takes_it() {
        use CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
        for (ways, body) in [
            (&[][..], false),
            (&[ClientSecretPost][..], true),
            (&[ClientSecretPost, ClientSecretBasic][..], false),
            (&[PrivateKeyJwt][..], false),
        ] {
            assert_eq!(matches!(auth_type(ways), AuthType::RequestBody), body, "{ways:?}");
        }
    }

    #[test]
    fn no_token_rests_on_a_shared_secret_or_on_nothing() {
        let refused = [Alg::None, Alg::HmacSha256, Alg::HmacSha384, Alg::HmacSha512];
        assert!(!refused.iter().any(is_asymmetric) && is_asymmetric(&Alg::EcdsaP256Sha256));
    }

    #[tokio::test]
    async fn a_provider_that_is_not_there_is_asked_once_and_left_alone_for_a_while() {
        let nobody = Provider::new(settings("http://127.0.0.1:9", "https://office.example/back")).unwrap();
        let first = nobody.metadata().await.unwrap_err();
        let started = Instant::now();
        assert_eq!(nobody.metadata().await.unwrap_err(), first);
        assert!(matches!(first, ProviderFault::NoAnswer(_)) && started.elapsed() < REST);
        assert!(nobody.told.lock().await.failed.is_some());
    }
}
