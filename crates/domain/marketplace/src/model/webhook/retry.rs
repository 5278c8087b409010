//! What an answer means, and when a message is tried again.

use chrono::{DateTime, Duration, Utc};
use kernel::id::WebhookDeliveryId;

/// The pauses before the second try and those after it, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// After so long without any message taken, an endpoint is disabled.
const FAILING_MAX: Duration = Duration::days(5);
/// How long an endpoint is left alone that is too busy and does not say how long.
const BREATH: Duration = Duration::minutes(1);
/// The longest that an endpoint may ask to be left alone.
const BREATH_MAX: Duration = Duration::days(1);

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// How the answer begins.
    pub text: String,
    /// Why there was no answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The message was taken.
    Taken,
    /// It was not.
    Failed,
    /// It was not, and the endpoint wants to be left alone until then.
    Busy(DateTime<Utc>),
    /// The endpoint wants nothing any more.
    Gone,
}

/// What an answer means. Only 2xx takes a message: a redirection is a failure, and not followed.
#[must_use]
pub fn verdict(answer: &Answer, now: DateTime<Utc>) -> Verdict {
    match answer.status {
        Some(200..=299) => Verdict::Taken,
        Some(410) => Verdict::Gone,
        Some(status) => {
            let until = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
            match until {
                Some(until) => Verdict::Busy(until),
                None if matches!(status, 429 | 502 | 503 | 504) => Verdict::Busy(now + BREATH),
                None => Verdict::Failed,
            }
        }
        None => Verdict::Failed,
    }
}

/// The header `Retry-After`: seconds, or an instant as HTTP writes it.
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let until = match text.parse::<u32>() {
        Ok(seconds) => now + Duration::seconds(i64::from(seconds)),
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.to_utc(),
    };
    Some(until.clamp(now, now + BREATH_MAX))
}

/// When a message is tried again after its `tries`-th try failed; `None`: it is given up. Up to a tenth is added to the
/// pause, another for each message, so that what failed together does not come again together.
#[must_use]
pub fn next(id: WebhookDeliveryId, tries: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = *PAUSES.get(usize::try_from(tries.max(1) - 1).ok()?)?;
    let share = id.0.as_u128().wrapping_mul(u128::from(tries.unsigned_abs()) * 2 + 1) % 101;
    let extra = pause * 1_000 * i64::try_from(share).unwrap_or(0) / 1_000;
    Some(now + Duration::milliseconds(pause * 1_000 + extra))
}

/// Whether an endpoint is given up that takes nothing since `failing_since`.
#[must_use]
pub fn is_hopeless(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - failing_since >= FAILING_MAX
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;
    use kernel::id::TypedId as _;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap()
    }

    fn of(status: u16, retry_after: Option<&str>) -> Verdict {
        let retry_after = retry_after.map(str::to_owned);
        verdict(&Answer { status: Some(status), retry_after, ..Answer::default() }, now())
    }

    #[test]
    fn only_2xx_takes_a_message() {
        for status in [200, 201, 202, 204, 299] {
            assert_eq!(of(status, None), Verdict::Taken);
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 408, 409, 500, 501, 505] {
            assert_eq!(of(status, None), Verdict::Failed, "{status}");
        }
        assert_eq!(verdict(&Answer::default(), now()), Verdict::Failed);
        assert_eq!(of(410, Some("5")), Verdict::Gone);
    }

    #[test]
    fn who_is_busy_is_left_alone() {
        for status in [429, 502, 503, 504] {
            assert_eq!(of(status, None), Verdict::Busy(now() + Duration::minutes(1)), "{status}");
        }
        assert_eq!(of(500, Some("120")), Verdict::Busy(now() + Duration::minutes(2)));
        assert_eq!(of(429, Some("Mon, 02 Mar 2026 09:10:00 GMT")), Verdict::Busy(now() + Duration::minutes(10)));
        assert_eq!(of(429, Some("Mon, 02 Mar 2020 09:10:00 GMT")), Verdict::Busy(now()));
        assert_eq!(of(429, Some("4294967295")), Verdict::Busy(now() + Duration::days(1)));
        assert_eq!(of(429, Some("soon")), Verdict::Busy(now() + Duration::minutes(1)));
        assert_eq!(of(200, Some("120")), Verdict::Taken);
    }

    #[test]
    fn ten_tries_over_three_days_each_a_little_late() {
        let id = |n: u128| WebhookDeliveryId::from_uuid(uuid::Uuid::from_u128(n));
        let stated = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        let mut differ = false;
        for (tries, seconds) in (1..).zip(stated) {
            let pause = |n| next(id(n), tries, now()).unwrap() - now();
            for n in [1, 77, 1 << 100] {
                assert!(
                    pause(n) >= Duration::seconds(seconds) && pause(n) <= Duration::milliseconds(seconds * 1_100),
                    "{tries}"
                );
            }
            differ |= pause(1) != pause(77);
        }
        assert!(differ);
        assert_eq!(next(id(1), 10, now()), None);
        let all: i64 = stated.iter().sum();
        assert!(Duration::seconds(all) > Duration::days(3) && Duration::milliseconds(all * 1_100) < FAILING_MAX);
        assert!(is_hopeless(now() - Duration::days(5), now()) && !is_hopeless(now() - Duration::days(4), now()));
    }
}
