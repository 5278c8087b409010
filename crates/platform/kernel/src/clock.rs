//! Time and ids as parameters, so that a test can say what "tomorrow" is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};
use uuid::Uuid;

/// Tells the time. The only home of `Utc::now`.
pub trait Clock: Send + Sync + 'static {
    /// Now, truncated to microseconds (what PostgreSQL keeps, so that a value reads back equal).
    fn now(&self) -> DateTime<Utc>;
}

/// Makes ids. The only home of `Uuid::now_v7`.
pub trait IdGen: Send + Sync + 'static {
    /// A new UUIDv7: sorts by the time it was made.
    fn uuid(&self) -> Uuid;
}

/// The machine's clock and its random ids.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one home of Utc::now")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

impl IdGen for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one home of Uuid::now_v7")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// The machine's clock, put forward: for sandboxes, where months have to pass in a minute. It never runs backwards.
#[derive(Debug, Default)]
pub struct SandboxClock {
    offset_micros: AtomicI64,
}

impl SandboxClock {
    /// How far it is ahead of the machine's clock, in microseconds.
    #[must_use]
    pub fn offset_micros(&self) -> i64 {
        self.offset_micros.load(Ordering::SeqCst)
    }

    /// How far it would be ahead if it showed `instant` now, in microseconds.
    #[must_use]
    pub fn offset_to(&self, instant: DateTime<Utc>) -> i64 {
        (instant - SystemClock.now()).num_microseconds().unwrap_or(0)
    }

    /// Puts it forward to `offset_micros` ahead of the machine's clock; a smaller offset than it has is ignored.
    pub fn put_forward(&self, offset_micros: i64) {
        self.offset_micros.fetch_max(offset_micros, Ordering::SeqCst);
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + Duration::microseconds(self.offset_micros())
    }
}

/// A clock that moves only when told.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: DateTime<Utc>) -> Self {
        Self(Mutex::new(start.trunc_subsecs(6)))
    }

    /// Moves the clock by `step`.
    pub fn advance(&self, step: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += step;
    }

    /// Puts the clock at `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = instant.trunc_subsecs(6);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_clock_only_goes_forward() {
        let clock = SandboxClock::default();
        let day = Duration::days(1);
        let tomorrow = SystemClock.now() + day;
        clock.put_forward(clock.offset_to(tomorrow));
        assert!(clock.now() >= tomorrow);
        clock.put_forward(0);
        assert!(clock.now() >= tomorrow);
    }
}
