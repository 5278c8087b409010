//! What seals secrets that Souk has to read again, so that a copy of the database alone gives none away.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use rand::RngCore as _;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce: long enough to be random.
const NONCE_BYTES: usize = 24;
/// Most characters of the name of a key.
const ID_MAX: usize = 40;

/// The text that should name a key is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It has another form. It is not repeated: it may hold a key.
    #[error("key {0} must read NAME:KEY with a name of letters, digits, - and _, and 32 random bytes in base 64")]
    Form(usize),
    /// Two keys have one name.
    #[error("two keys are named {0}")]
    Twice(String),
}

/// The keys that seal secrets: the first seals, all of them open. Cloning shares them; never printed by `Debug`.
#[derive(Clone, Default)]
pub struct Vault(Arc<[Key]>);

struct Key {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// What was sealed, and by which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The name of the key.
    pub key: String,
    /// Nonce and sealed bytes in base 64.
    pub text: String,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

impl Vault {
    /// The vault of keys, each written as `NAME:KEY`, the one that seals first. None of them: nothing can be sealed.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn of<S: AsRef<str>>(keys: &[S]) -> Result<Self, BadKey> {
        let mut read: Vec<Key> = Vec::with_capacity(keys.len());
        for (index, text) in keys.iter().enumerate() {
            let key = Key::read(text.as_ref()).ok_or(BadKey::Form(index + 1))?;
            if read.iter().any(|known| known.id == key.id) {
                return Err(BadKey::Twice(key.id));
            }
            read.push(key);
        }
        Ok(Self(read.into()))
    }

    /// Whether there is a key.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        !self.0.is_empty()
    }

    /// The name of the key that seals.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        self.0.first().map(|key| key.id.as_str())
    }

    /// Seals `plain` for one place, such as a table and the id of a row: it opens nowhere else. `None` without a key.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8]) -> Option<Sealed> {
        let key = self.0.first()?;
        let mut bytes = [0_u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = key.cipher.encrypt(&XNonce::from(bytes), payload).ok()?;
        Some(Sealed { key: key.id.clone(), text: STANDARD.encode([&bytes[..], &sealed].concat()) })
    }

    /// Opens what was sealed for `place`. `None` when the key is not here, or anything was changed.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &Sealed) -> Option<Vec<u8>> {
        let key = self.0.iter().find(|key| key.id == sealed.key)?;
        let bytes = STANDARD.decode(&sealed.text).ok()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        key.cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad: place.as_bytes() }).ok()
    }
}

impl Key {
    fn read(text: &str) -> Option<Self> {
        let (id, key) = text.split_once(':')?;
        let named = !id.is_empty()
            && id.len() <= ID_MAX
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        let bytes: [u8; KEY_BYTES] = STANDARD.decode(key.trim()).ok()?.try_into().ok()?;
        // A key of equal bytes is an example that somebody forgot to replace.
        let random = bytes.iter().any(|byte| *byte != bytes[0]);
        (named && random).then(|| Self { id: id.to_owned(), cipher: XChaCha20Poly1305::new(&bytes.into()) })
    }
}

/// A new key in the form in which settings hold it: base 64, without a name.
#[must_use]
pub fn random_key() -> String {
    let mut bytes = [0_u8; KEY_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    STANDARD.encode(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(id: &str) -> String {
        format!("{id}:{}", random_key())
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let vault = Vault::of(&[key("one")]).unwrap();
        let sealed = vault.seal("user_totp:1", b"secret").unwrap();
        assert_eq!((sealed.key.as_str(), vault.current()), ("one", Some("one")));
        assert_eq!(vault.open("user_totp:1", &sealed).unwrap(), b"secret");
        assert_eq!(vault.open("user_totp:2", &sealed), None);
        assert_ne!(vault.seal("user_totp:1", b"secret").unwrap(), sealed, "no nonce twice");
        let mut bytes = STANDARD.decode(&sealed.text).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(vault.open("user_totp:1", &Sealed { text: STANDARD.encode(bytes), ..sealed.clone() }), None);
        assert_eq!(vault.open("user_totp:1", &Sealed { text: "AAAA".to_owned(), ..sealed.clone() }), None);
        let other = Vault::of(&[key("one")]).unwrap();
        assert_eq!(other.open("user_totp:1", &sealed), None, "another key of the same name");
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_opens() {
        let (old, new) = (key("2026"), key("2027"));
        let sealed = Vault::of(&[&old]).unwrap().seal("x", b"secret").unwrap();
        let both = Vault::of(&[&new, &old]).unwrap();
        assert_eq!(both.open("x", &sealed).unwrap(), b"secret");
        assert_eq!(both.seal("x", b"secret").unwrap().key, "2027");
        assert_eq!(Vault::of(&[&new]).unwrap().open("x", &sealed), None);
    }

    #[test]
    fn a_bad_key_is_named_by_its_place_and_not_repeated() {
        let nothing = Vault::default();
        assert!(!nothing.can_seal() && nothing.seal("x", b"secret").is_none());
        for bad in ["", "one", "one:", ":AAAA", "one:AAAA", "o ne:AAAA", &format!("one:{}", STANDARD.encode([0; 32]))] {
            assert_eq!(Vault::of(&[key("good").as_str(), bad]).unwrap_err(), BadKey::Form(2), "{bad}");
        }
        assert_eq!(Vault::of(&[key("one"), key("one")]).unwrap_err(), BadKey::Twice("one".to_owned()));
        let shown = format!("{:?}", Vault::of(&[key("one")]).unwrap());
        assert_eq!(shown, "[\"one\"]");
    }
}
