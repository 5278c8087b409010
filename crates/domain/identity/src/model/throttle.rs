//! How failed tries slow down further ones.

use chrono::{DateTime, Duration, Utc};

/// How many tries are free, and how fast the pause grows then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThrottleRule {
    /// Failures without a pause.
    pub(crate) free: i64,
    /// The pause after the first failure beyond them; it doubles with each further one.
    pub(crate) first_pause: Duration,
    /// The longest pause.
    pub(crate) longest_pause: Duration,
    /// Failures are forgotten when none happened for this long.
    pub(crate) forget_after: Duration,
}

impl ThrottleRule {
    /// Guesses against one address.
    pub(crate) const EMAIL: Self = Self {
        free: 5,
        first_pause: Duration::seconds(30),
        longest_pause: Duration::hours(1),
        forget_after: Duration::hours(24),
    };
    /// Guesses from one client over all addresses. Wider: an office is one client.
    pub(crate) const IP: Self = Self {
        free: 50,
        first_pause: Duration::seconds(30),
        longest_pause: Duration::hours(1),
        forget_after: Duration::hours(24),
    };
    /// Mails to one address.
    pub(crate) const MAIL: Self = Self {
        free: 3,
        first_pause: Duration::minutes(5),
        longest_pause: Duration::hours(4),
        forget_after: Duration::hours(24),
    };

    /// Sign-ins by a provider that one client begins and does not finish. An office is one client.
    pub(crate) const BEGUN: Self = Self {
        free: 200,
        first_pause: Duration::seconds(30),
        longest_pause: Duration::minutes(10),
        forget_after: Duration::hours(1),
    };

    /// When a row can be removed.
    pub(crate) const KEEP: Duration = Duration::hours(24);

    fn pause(&self, failures: i64) -> Duration {
        let beyond = failures - self.free;
        if beyond <= 0 {
            return Duration::zero();
        }
        let doublings = u32::try_from(beyond - 1).unwrap_or(u32::MAX).min(30);
        self.first_pause
            .checked_mul(1_i32 << doublings)
            .map_or(self.longest_pause, |pause| pause.min(self.longest_pause))
    }
}

/// The failures of one key so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) failures: i64,
    pub(crate) failed_at: DateTime<Utc>,
    pub(crate) blocked_until: DateTime<Utc>,
}

impl Tally {
    /// Nothing failed yet.
    pub(crate) fn none(now: DateTime<Utc>) -> Self {
        Self { failures: 0, failed_at: now, blocked_until: now }
    }

    /// Seconds to wait before the next try is accepted; none if it is now.
    pub(crate) fn wait(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = self.blocked_until - now;
        (left > Duration::zero()).then(|| left.num_seconds().saturating_add(i64::from(left.subsec_nanos() > 0)))
    }

    /// One failure more at `now`.
    pub(crate) fn failed(self, rule: &ThrottleRule, now: DateTime<Utc>) -> Self {
        let known = if now - self.failed_at >= rule.forget_after { 0 } else { self.failures };
        let failures = known.saturating_add(1);
        Self { failures, failed_at: now, blocked_until: now + rule.pause(failures) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const T0: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn the_pause_doubles_up_to_the_longest() {
        let rule = ThrottleRule::EMAIL;
        let mut tally = Tally::none(T0);
        let mut waits = Vec::new();
        for _ in 0..15 {
            tally = tally.failed(&rule, T0);
            waits.push(tally.wait(T0).unwrap_or(0));
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    }

    #[test]
    fn failures_are_forgotten() {
        let rule = ThrottleRule::EMAIL;
        let tally = (0..9).fold(Tally::none(T0), |tally, _| tally.failed(&rule, T0));
        assert_eq!(tally.failed(&rule, T0 + rule.forget_after).failures, 1);
        assert_eq!(tally.failed(&rule, T0 + rule.forget_after - Duration::seconds(1)).failures, 10);
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_bounds(failures in 0_i64..i64::MAX) {
            let pause = ThrottleRule::EMAIL.pause(failures);
            prop_assert!(pause >= Duration::zero() && pause <= ThrottleRule::EMAIL.longest_pause);
        }
    }
}
