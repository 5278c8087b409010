//! Passwords: the policy, and argon2id off the async threads.

use std::sync::OnceLock;
use std::time::Duration;

use argon2::password_hash::{PasswordHash as Phc, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use kernel::Invalid;
use rand::RngCore as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Error;

/// Fewest characters of a password.
pub const PASSWORD_LENGTH_MIN: usize = 10;
/// Most characters of a password.
pub const PASSWORD_LENGTH_MAX: usize = 128;

/// Hashes that run at once. Each takes [`PasswordCost::memory_kib`], so this bounds the memory.
const HASHERS: usize = 4;
/// How long somebody waits for a hasher before being told that the service is overloaded.
const HASHER_WAIT: Duration = Duration::from_secs(20);

static PERMITS: Semaphore = Semaphore::const_new(HASHERS);
static COST: OnceLock<PasswordCost> = OnceLock::new();
static DUMMY: OnceLock<String> = OnceLock::new();

/// What a hash costs. Stored hashes of another cost stay good and are renewed at the next sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB, at least 8.
    pub memory_kib: u32,
    /// Passes over the memory, at least 1.
    pub passes: u32,
}

impl PasswordCost {
    /// For production: 19 MiB, two passes (the OWASP recommendation for argon2id).
    pub const STANDARD: Self = Self { memory_kib: 19_456, passes: 2 };
    /// For tests and demo seeds only: next to nothing.
    pub const CHEAP: Self = Self { memory_kib: 64, passes: 1 };

    fn in_force() -> Self {
        *COST.get_or_init(|| Self::STANDARD)
    }

    fn argon(self) -> Result<Argon2<'static>, context::Error> {
        let params = Params::new(self.memory_kib, self.passes, 1, None).map_err(context::Error::internal)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Sets the cost of the process. Only the first call counts, and only before the first hash; tells whether it did.
pub fn set_password_cost(cost: PasswordCost) -> bool {
    COST.set(cost).is_ok()
}

/// An argon2id hash of a password that met the policy, in PHC form. Never printed by `Debug`.
#[derive(Clone)]
pub struct PasswordHash(pub(crate) String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// Checks `password` against the policy and hashes it. Call it before a transaction, not within.
    ///
    /// `field` is the input field; `email` and `name` must not be the password.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`; unavailable when too many hashes wait.
    pub async fn of(field: &str, password: &str, email: &str, name: &str) -> Result<Self, Error> {
        check_password(field, password, email, name)?;
        Hasher::acquire().await?.hash(password).await
    }
}

/// Whether `password` may be one.
pub(crate) fn check_password(field: &str, password: &str, email: &str, name: &str) -> Result<(), Invalid> {
    let length = password.chars().count();
    if length == 0 {
        return Err(Invalid::required(field));
    }
    if length < PASSWORD_LENGTH_MIN {
        return Err(Invalid::new(field, "TOO_SHORT", format!("must have at least {PASSWORD_LENGTH_MIN} characters")));
    }
    if length > PASSWORD_LENGTH_MAX {
        return Err(Invalid::new(field, "TOO_LONG", format!("must have at most {PASSWORD_LENGTH_MAX} characters")));
    }
    let folded = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    let personal = [email, local, name].iter().any(|own| !own.is_empty() && folded == own.to_lowercase());
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if personal || letters.len() < 4 || COMMON.contains(&folded.as_str()) {
        return Err(Invalid::new(field, "TOO_WEAK", "is too easy to guess"));
    }
    Ok(())
}

/// The most used passwords of ten characters and more in public leaks.
const COMMON: [&str; 24] = [
    "1234567890",
    "12345678910",
    "0123456789",
    "123456789a",
    "qwertyuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "q1w2e3r4t5",
    "qwerty12345",
    "qwerty123456",
    "iloveyou123",
    "abcdefghij",
    "abc1234567",
    "letmein123",
    "welcome123",
    "administrator",
    "changeme123",
    "superman123",
    "football123",
    "princess123",
];

/// What verifying a password told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, but hashed at another cost than the one in force.
    RightOutdated,
}

/// The right to hash; bounds how many hashes run at once.
pub(crate) struct Hasher {
    _permit: SemaphorePermit<'static>,
}

impl Hasher {
    pub(crate) async fn acquire() -> Result<Self, Error> {
        match tokio::time::timeout(HASHER_WAIT, PERMITS.acquire()).await {
            Ok(Ok(permit)) => Ok(Self { _permit: permit }),
            _ => Err(context::Error::Unavailable("sign-in").into()),
        }
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, Error> {
        let password = password.to_owned();
        let hash = off_thread(move || hash_now(&password, PasswordCost::in_force())).await?;
        Ok(PasswordHash(hash))
    }

    /// Verifies against `stored`, or against a dummy of the same cost, so that the time taken does not tell
    /// whether there is an account.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&str>) -> Result<Verdict, Error> {
        let (password, stored) = (password.to_owned(), stored.map(str::to_owned));
        off_thread(move || verify_now(&password, stored.as_deref(), PasswordCost::in_force())).await
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, context::Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await.map_err(context::Error::internal)?;
    Ok(done?)
}

fn hash_now(password: &str, cost: PasswordCost) -> Result<String, context::Error> {
    let mut salt = [0_u8; 16];
    rand::rng().fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(context::Error::internal)?;
    let hash = cost.argon()?.hash_password(password.as_bytes(), &salt).map_err(context::Error::internal)?;
    Ok(hash.to_string())
}

fn verify_now(password: &str, stored: Option<&str>, cost: PasswordCost) -> Result<Verdict, context::Error> {
    let dummy = match DUMMY.get() {
        Some(dummy) => dummy,
        None => {
            let fresh = hash_now("nobody has this password", cost)?;
            DUMMY.get_or_init(|| fresh)
        }
    };
    let parsed = Phc::new(stored.unwrap_or(dummy)).map_err(context::Error::internal)?;
    let right = cost.argon()?.verify_password(password.as_bytes(), &parsed).is_ok();
    let params = Params::try_from(&parsed).map_err(context::Error::internal)?;
    Ok(match stored {
        Some(_) if right && (params.m_cost(), params.t_cost()) == (cost.memory_kib, cost.passes) => Verdict::Right,
        Some(_) if right => Verdict::RightOutdated,
        _ => Verdict::Wrong,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_what_is_wrong() {
        let code = |password: &str| {
            check_password("password", password, "ann@example.org", "Ann Example").err().map(|e| e.code)
        };
        assert_eq!(code(""), Some("REQUIRED"));
        assert_eq!(code("123456789"), Some("TOO_SHORT"));
        assert_eq!(code(&"x1y2".repeat(33)), Some("TOO_LONG"));
        assert_eq!(code("Ann@Example.org"), Some("TOO_WEAK"));
        assert_eq!(code("ann EXAMPLE"), Some("TOO_WEAK"));
        assert_eq!(code("aaaaaaaaaaaa"), Some("TOO_WEAK"));
        assert_eq!(code("Password123"), Some("TOO_WEAK"));
        assert_eq!(code("correct horse"), None);
    }

    #[test]
    fn hashes_verify_and_tell_when_they_are_outdated() {
        let hash = hash_now("correct horse", PasswordCost::CHEAP).unwrap();
        let dearer = PasswordCost { memory_kib: 128, passes: 1 };
        let verdict = |password, cost| verify_now(password, Some(&hash), cost).unwrap();
        assert_eq!(verdict("correct horse", PasswordCost::CHEAP), Verdict::Right);
        assert_eq!(verdict("correct horse", dearer), Verdict::RightOutdated);
        assert_eq!(verdict("correct hors", PasswordCost::CHEAP), Verdict::Wrong);
        assert_eq!(verify_now("nobody has this password", None, PasswordCost::CHEAP).unwrap(), Verdict::Wrong);
    }
}
