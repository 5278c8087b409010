//! When something is told: quiet hours, digests, throttles.

use chrono::{DateTime, Duration, NaiveTime, Timelike as _, Utc};
use kernel::{Invalid, Zone};
use serde::{Deserialize, Serialize};

/// Whether tellings are gathered, and told in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Digest {
    /// Each at once.
    #[default]
    None,
    /// At every full hour.
    Hourly,
    /// Once a day.
    Daily {
        /// The hour at which, 0 to 23.
        hour: u32,
        /// Of the clock of this zone.
        zone: Zone,
    },
}

impl Digest {
    /// Refuses an hour that no clock shows.
    pub(crate) fn check(self, field: &str) -> Result<(), Invalid> {
        match self {
            Self::Daily { hour, .. } if hour > 23 => Err(Invalid::range(format!("{field}.hour"), 0, 23)),
            _ => Ok(()),
        }
    }

    /// When what happens `now` is told together with the rest; `None`: at once.
    #[must_use]
    pub fn due(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::None => None,
            Self::Hourly => Some(next_quarter(now, |at| at.minute() == 0)),
            Self::Daily { hour, zone } => Some(next_quarter(now, |at| {
                let time = zone.time_of(at);
                time.hour() == hour && time.minute() == 0
            })),
        }
    }
}

/// The hours in which nobody is disturbed. What comes then is told at their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// Whose clock.
    pub zone: Zone,
    /// When they begin.
    pub from: NaiveTime,
    /// When they end; earlier than `from`: on the next day.
    pub to: NaiveTime,
}

impl QuietHours {
    /// Refuses hours that begin when they end, or that end within a minute.
    pub(crate) fn check(self, field: &str) -> Result<(), Invalid> {
        if self.from == self.to {
            return Err(Invalid::new(format!("{field}.to"), "OUT_OF_RANGE", "must differ from the beginning"));
        }
        Ok(())
    }

    fn hold(self, at: DateTime<Utc>) -> bool {
        let time = self.zone.time_of(at);
        if self.from < self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }

    /// Until when something is held back that would be told `at`; `None`: it is told.
    #[must_use]
    pub fn until(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.hold(at) {
            return None;
        }
        // The wall clock may jump: each minute is asked, over a day and the hour that it may be longer.
        let start = minute(at);
        (1..=25 * 60).map(|minutes| start + Duration::minutes(minutes)).find(|at| !self.hold(*at))
    }
}

/// How often one person is told by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Throttle {
    /// At most so many times, 1 to 1000.
    pub most: i64,
    /// In so many minutes, 1 to 1440. What comes above that is told in one when they are over.
    pub minutes: i64,
}

impl Throttle {
    pub(crate) fn check(self, field: &str) -> Result<(), Invalid> {
        if !(1..=1_000).contains(&self.most) {
            return Err(Invalid::range(format!("{field}.most"), 1, 1_000));
        }
        if !(1..=1_440).contains(&self.minutes) {
            return Err(Invalid::range(format!("{field}.minutes"), 1, 1_440));
        }
        Ok(())
    }

    /// The time in which tellings count.
    #[must_use]
    pub fn window(self) -> Duration {
        Duration::minutes(self.minutes)
    }
}

fn minute(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}

/// The first quarter of an hour after `now` at which `is` holds; all clocks of the world show full hours at some of them.
/// A day whose clock leaves the hour out is skipped.
fn next_quarter(now: DateTime<Utc>, is: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let start = minute(now);
    let start = start - Duration::minutes(i64::from(start.minute() % 15));
    let quarters = (1..=2 * 25 * 4).map(|quarters| start + Duration::minutes(15 * quarters));
    let mut quarters = quarters.filter(|at| is(*at));
    quarters.next().unwrap_or(now + Duration::days(1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn quiet(from: &str, to: &str) -> QuietHours {
        QuietHours { zone: Zone::BERLIN, from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn what_comes_at_night_is_told_in_the_morning() {
        let night = quiet("22:00:00", "07:00:00");
        for (now, until) in [
            ("2026-03-02T21:30:10Z", Some("2026-03-03T06:00:00Z")),
            ("2026-03-02T20:59:59Z", None),
            ("2026-03-02T21:00:00Z", Some("2026-03-03T06:00:00Z")),
            ("2026-03-03T05:59:59Z", Some("2026-03-03T06:00:00Z")),
            ("2026-03-03T06:00:00Z", None),
            // The night in which the clock is put forward is an hour shorter.
            ("2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
        ] {
            assert_eq!(night.until(at(now)), until.map(at), "{now}");
        }
        let noon = quiet("12:00:00", "13:30:00");
        assert_eq!(noon.until(at("2026-03-02T11:10:00Z")), Some(at("2026-03-02T12:30:00Z")));
        assert_eq!(noon.until(at("2026-03-02T12:30:00Z")), None);
        assert!(quiet("12:00:00", "12:00:00").check("quietHours").is_err());
    }

    #[test]
    fn digests_come_at_the_full_hour_and_at_the_hour_of_the_zone() {
        let now = at("2026-03-28T09:20:00Z");
        assert_eq!(Digest::None.due(now), None);
        assert_eq!(Digest::Hourly.due(now), Some(at("2026-03-28T10:00:00Z")));
        assert_eq!(Digest::Hourly.due(at("2026-03-28T10:00:00Z")), Some(at("2026-03-28T11:00:00Z")));
        let daily = |hour| Digest::Daily { hour, zone: Zone::BERLIN };
        assert_eq!(daily(8).due(now), Some(at("2026-03-29T06:00:00Z")), "after the clock was put forward");
        assert_eq!(daily(12).due(now), Some(at("2026-03-28T11:00:00Z")));
        assert_eq!(daily(2).due(now), Some(at("2026-03-30T00:00:00Z")), "there is no such hour in the night before");
        assert!(daily(24).check("digest").is_err() && daily(23).check("digest").is_ok());
    }

    proptest! {
        #[test]
        fn nothing_is_held_for_more_than_a_day_nor_told_in_quiet_hours(
            minutes in 0_i64..800_000, from in 0_u32..1_440, to in 0_u32..1_440,
        ) {
            prop_assume!(from != to);
            let time = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let hours = QuietHours { zone: Zone::BERLIN, from: time(from), to: time(to) };
            let now = at("2026-01-01T00:00:00Z") + Duration::minutes(minutes);
            if let Some(until) = hours.until(now) {
                prop_assert!(until > now && until - now <= Duration::hours(25));
                prop_assert_eq!(hours.until(until), None);
            }
        }
    }
}
