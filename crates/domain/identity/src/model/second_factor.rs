//! The second factor: codes of an app that shares a secret with Souk, and recovery codes on paper.

use chrono::{DateTime, Utc};
use context::{Sealed, Vault};
use kernel::id::UserId;
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};
use totp_rs::{Algorithm, TOTP};

/// Seconds for which an app shows one code.
const STEP_SECONDS: i64 = 30;
/// Steps before and after now whose codes are good: clocks differ, and typing takes time.
const STEPS_AROUND: i64 = 1;
/// How many recovery codes somebody gets.
pub(crate) const RECOVERY_CODES: usize = 10;
/// The letters of recovery codes: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// What a person gives to show who it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// The password.
    Password(String),
    /// The code that the app shows now.
    Code(String),
    /// One of the recovery codes; it is used up.
    RecoveryCode(String),
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Code(_) => "Code(…)",
            Self::RecoveryCode(_) => "RecoveryCode(…)",
        })
    }
}

/// The secret that an app shares with Souk, in base 32. Never printed by `Debug`.
#[derive(Clone)]
pub(crate) struct TotpSecret(pub(crate) String);

impl TotpSecret {
    /// 160 random bits, as RFC 4226 recommends.
    pub(crate) fn random() -> Self {
        let mut bytes = vec![0_u8; 20];
        rand::rng().fill_bytes(&mut bytes);
        Self(totp_rs::Secret::Raw(bytes).to_encoded().to_string())
    }

    /// Sealed for the row of `owner`; `None` without a key.
    pub(crate) fn seal(&self, vault: &Vault, owner: UserId) -> Option<Sealed> {
        vault.seal(&place(owner), self.0.as_bytes())
    }

    /// What was sealed for the row of `owner`; `None` when its key is gone, or it was changed.
    pub(crate) fn open(vault: &Vault, owner: UserId, sealed: &Sealed) -> Option<Self> {
        String::from_utf8(vault.open(&place(owner), sealed)?).ok().map(Self)
    }

    fn totp(&self) -> Option<TOTP> {
        let bytes = totp_rs::Secret::Encoded(self.0.clone()).to_bytes().ok()?;
        TOTP::new(Algorithm::SHA1, 6, 0, STEP_SECONDS.unsigned_abs(), bytes).ok()
    }

    /// The code of a time step.
    pub(crate) fn code(&self, step: i64) -> Option<String> {
        let time = u64::try_from(step.checked_mul(STEP_SECONDS)?).ok()?;
        Some(self.totp()?.generate(time))
    }

    /// The step after `used` that has this code around `now`, if there is one.
    pub(crate) fn step_of(&self, code: &str, used: i64, now: DateTime<Utc>) -> Option<i64> {
        let given: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = step_at(now);
        // All of them are looked at: how long it takes does not tell which one it was.
        let around = (step - STEPS_AROUND)..=(step + STEPS_AROUND);
        let fits = around.filter(|step| self.code(*step).is_some_and(|code| same(&code, &given)));
        fits.filter(|step| *step > used).max()
    }

    /// What an app reads from a picture.
    pub(crate) fn url(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (encoded(issuer), encoded(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.0)
    }
}

fn place(owner: UserId) -> String {
    format!("user_totp:{owner}")
}

/// The time step of an instant.
pub(crate) fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp() / STEP_SECONDS
}

fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Recovery codes of 60 random bits each: `abcd-efgh-jkmn`.
pub(crate) fn recovery_codes() -> Vec<String> {
    let code = || {
        let mut bytes = [0_u8; 12];
        rand::rng().fill_bytes(&mut bytes);
        let letters: Vec<char> = bytes.iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect();
        letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// What is stored of a recovery code of `owner`, however it is typed.
pub(crate) fn recovery_digest(owner: UserId, code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    kernel::text::hex(Sha256::digest(format!("{owner}:{}", letters.to_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;

    /// The secret of RFC 6238, appendix B.
    fn vector() -> TotpSecret {
        TotpSecret(totp_rs::Secret::Raw(b"12345678901234567890".to_vec()).to_encoded().to_string())
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Its eight digits, cut to six.
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(vector().code(time / STEP_SECONDS).as_deref(), Some(code));
        }
    }

    #[test]
    fn a_code_is_good_around_its_time_and_not_after_it_was_used() {
        let now = Utc.timestamp_opt(1_111_111_109, 0).single().unwrap_or_default();
        let step = step_at(now);
        assert_eq!(vector().step_of(" 081 804 ", 0, now), Some(step));
        assert_eq!(vector().step_of("081804", step, now), None);
        for (away, good) in [(-2, false), (-1, true), (1, true), (2, false)] {
            let code = vector().code(step + away).unwrap_or_default();
            assert_eq!(vector().step_of(&code, 0, now).is_some(), good, "{away}");
        }
        for bad in ["", "0", "0818040", "081805", "null"] {
            assert_eq!(vector().step_of(bad, 0, now), None);
        }
    }

    #[test]
    fn recovery_codes_differ_and_are_read_as_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.iter().collect::<std::collections::HashSet<_>>().len(), RECOVERY_CODES);
        assert!(codes.iter().all(|code| code.len() == 14));
        let owner = kernel::id::UserId(uuid::Uuid::nil());
        let typed = codes[0].replace('-', " ").to_uppercase();
        assert_eq!(recovery_digest(owner, &typed), recovery_digest(owner, &codes[0]));
        assert_ne!(recovery_digest(owner, &codes[1]), recovery_digest(owner, &codes[0]));
    }

    #[test]
    fn the_picture_names_issuer_and_account() {
        let url = vector().url("My Shop", "ann+1@example.org");
        assert!(url.starts_with("otpauth://totp/My%20Shop:ann%2B1%40example.org?secret=GEZDGNBV"));
        assert!(url.ends_with("&issuer=My%20Shop"));
    }
}
