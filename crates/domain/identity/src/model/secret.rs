//! Opaque tokens. The only home of random secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A 256-bit random token, shown once; only its SHA-256 is stored. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

/// What an API key starts with, so that leaked ones can be searched for.
const KEY_PREFIX: &str = "souk_";

impl Secret {
    /// A new random token.
    pub(crate) fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A new random API key: `souk_…`.
    pub(crate) fn random_key() -> Self {
        Self(format!("{KEY_PREFIX}{}", Self::random().0))
    }

    /// A token as a client sent it.
    pub fn from_client(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token itself, for the one answer or mail that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is an API key rather than a session.
    pub(crate) fn is_key(&self) -> bool {
        self.0.starts_with(KEY_PREFIX)
    }

    /// What is stored: SHA-256 in hexadecimal. A slow hash would buy nothing against 256 random bits.
    pub(crate) fn digest(&self) -> String {
        kernel::text::hex(Sha256::digest(self.0.as_bytes()))
    }

    /// The last four characters, by which a person tells keys apart.
    pub(crate) fn hint(&self) -> String {
        let start = self.0.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
        self.0[start..].to_owned()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_different_and_never_printed() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one, other);
        assert_eq!((one.reveal().len(), one.digest().len(), one.hint().len()), (43, 64, 4));
        assert_eq!(format!("{one:?}"), "Secret(…)");
        assert!(!one.is_key() && Secret::random_key().is_key());
    }
}
