//! Secrets and signatures by Standard Webhooks (standardwebhooks.com), version 1.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use rand::RngCore as _;
use sha2::Sha256;

/// What a written secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret; the specification asks for 24 to 64.
const BYTES: usize = 32;

/// What signs the messages to an endpoint. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = vec![0_u8; BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// As it is given to the owner of the endpoint.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// Reads what [`Secret::reveal`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (bytes.len() >= 24).then_some(Self(bytes))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &str) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

/// The header `webhook-signature` of a message: a signature by each secret that is good. `None` without any.
#[must_use]
pub fn signature(secrets: &[Secret], id: &str, at: DateTime<Utc>, body: &str) -> Option<String> {
    let signatures: Option<Vec<String>> = secrets.iter().map(|secret| secret.sign(id, at.timestamp(), body)).collect();
    signatures.map(|signatures| signatures.join(" ")).filter(|text| !text.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Computed by hand with the specification, and verified with its library for Python.
    #[test]
    fn the_signatures_are_those_of_the_specification() {
        let body = r#"{"type":"order.placed","timestamp":"2026-01-02T03:04:05Z","data":{"id":"O-1001","version":1}}"#;
        let at = DateTime::from_timestamp(1_767_323_045, 0).unwrap();
        let new = Secret::parse("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3").unwrap();
        let old = Secret::parse("whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4").unwrap();
        let first = "v1,sb28SdUdFcrUayIotfNOJJqNbpWj5WDf/rzSrPFh+R8=";
        assert_eq!(signature(std::slice::from_ref(&new), "msg_01", at, body).unwrap(), first);
        let both = format!("{first} v1,sHu6gS/h/2qe1pgE2V4kJQBffxByQm7/iqra6j49yho=");
        assert_eq!(signature(&[new, old], "msg_01", at, body).unwrap(), both);
        assert_eq!(signature(&[], "msg_01", at, body), None);
    }

    #[test]
    fn a_secret_is_long_random_and_not_shown() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!(Secret::parse(&one.reveal()).unwrap(), one);
        assert!(one.reveal().starts_with("whsec_") && one.0.len() >= 24);
        assert_eq!(format!("{one:?}"), "Secret(..)");
        for bad in ["", "whsec_", "whsec_AAAA", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"] {
            assert_eq!(Secret::parse(bad), None, "{bad}");
        }
    }
}
