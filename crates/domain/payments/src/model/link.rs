//! The secret of a link by which a buyer pays.

use rand::RngCore as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// 256 random bits, of which only the digest is stored. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkSecret(String);

impl LinkSecret {
    /// A new one.
    pub(crate) fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(kernel::text::hex(bytes))
    }

    /// The secret itself, for the one mail or answer that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(crate) fn digest(&self) -> String {
        link_digest(&self.0)
    }
}

/// What is stored of a secret as a client sent it. A slow hash would buy nothing against 256 random bits.
pub(crate) fn link_digest(secret: &str) -> String {
    kernel::text::hex(Sha256::digest(secret.as_bytes()))
}

impl std::fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_different_and_never_printed() {
        let (one, other) = (LinkSecret::random(), LinkSecret::random());
        assert_ne!(one, other);
        assert_eq!((one.reveal().len(), one.digest().len()), (64, 64));
        assert_ne!(one.digest(), one.reveal());
        assert_eq!(format!("{one:?}"), "LinkSecret(…)");
    }
}
