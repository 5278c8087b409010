//! Signatures of webhooks: HMAC-SHA256 over `timestamp.body`, written as `t=1767323045,v1=hex`.

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::WebhookFault;

/// How old, or how far ahead, a signature may be.
const TOLERANCE: Duration = Duration::minutes(5);

/// The signature of `body` sent at `at`.
#[must_use]
pub fn sign(secret: &[u8], at: DateTime<Utc>, body: &[u8]) -> String {
    let timestamp = at.timestamp();
    let bytes = keyed(secret, timestamp, body).finalize().into_bytes();
    let hex = kernel::text::hex(bytes);
    format!("t={timestamp},v1={hex}")
}

/// Checks a signature in constant time. Several `v1` parts are allowed while a secret is replaced.
///
/// # Errors
/// [`WebhookFault`]; the time window is checked only after the signature fits.
pub fn verify(secret: &[u8], signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), WebhookFault> {
    let mut timestamp = None;
    let mut candidates = Vec::new();
    for part in signature.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => timestamp = value.parse::<i64>().ok(),
            Some(("v1", value)) => candidates.extend(unhex(value)),
            _ => {}
        }
    }
    let timestamp = timestamp.ok_or(WebhookFault::Malformed)?;
    if candidates.is_empty() {
        return Err(WebhookFault::Malformed);
    }
    let fits = candidates.iter().any(|bytes| keyed(secret, timestamp, body).verify_slice(bytes).is_ok());
    if !fits {
        return Err(WebhookFault::Forged);
    }
    let age = now.timestamp().saturating_sub(timestamp);
    if age.saturating_abs() > TOLERANCE.num_seconds() {
        return Err(WebhookFault::Stale);
    }
    Ok(())
}

fn keyed(secret: &[u8], timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length; the only error of the constructor is another length rule.
    #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(timestamp: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(timestamp, 0).unwrap_or_default()
    }

    #[test]
    fn only_the_signed_body_within_the_window_passes() {
        let signature = sign(b"secret", at(1_767_323_045), b"body");
        let check = |secret: &[u8], body: &[u8], now| verify(secret, &signature, body, at(now));
        assert_eq!(check(b"secret", b"body", 1_767_323_045), Ok(()));
        assert_eq!(check(b"secret", b"body", 1_767_323_345), Ok(()));
        assert_eq!(check(b"secret", b"body", 1_767_323_346), Err(WebhookFault::Stale));
        assert_eq!(check(b"secret", b"body", 1_767_322_744), Err(WebhookFault::Stale));
        assert_eq!(check(b"secret", b"bodY", 1_767_323_045), Err(WebhookFault::Forged));
        assert_eq!(check(b"Secret", b"body", 1_767_323_045), Err(WebhookFault::Forged));
    }

    #[test]
    fn malformed_headers_are_refused() {
        for header in ["", "t=1", "v1=00", "t=x,v1=00", "t=1,v1=zz", "t=1,v1=0", "nonsense"] {
            assert_eq!(verify(b"secret", header, b"", at(1)), Err(WebhookFault::Malformed), "{header}");
        }
        assert_eq!(verify(b"secret", "t=1,v1=00", b"", at(1)), Err(WebhookFault::Forged));
    }

    #[test]
    fn two_secrets_overlap_while_one_is_replaced() {
        let (old, new) = (sign(b"old", at(9), b"x"), sign(b"new", at(9), b"x"));
        let both = format!("{old},{}", new.split_once(',').map(|(_, v1)| v1).unwrap_or_default());
        assert_eq!(verify(b"new", &both, b"x", at(9)), Ok(()));
    }
}
