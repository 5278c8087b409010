//! Time zones: business dates belong to one, cut-offs are instants.

use std::str::FromStr;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

use crate::fault::Invalid;

/// A time zone of the IANA database: `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(chrono_tz::Tz);

/// The text names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {0:?}")]
pub struct UnknownZone(String);

/// The longest jump of a clock: a zone that left out a whole day, and an hour more.
const MINUTES_SKIPPED_MAX: i64 = 25 * 60;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);
    /// Central European time.
    pub const BERLIN: Self = Self(chrono_tz::Tz::Europe__Berlin);

    /// Reads the name of a time zone.
    ///
    /// # Errors
    /// [`Invalid`] naming `field`: `UNKNOWN_TIME_ZONE`.
    pub fn parse(field: &str, raw: &str) -> Result<Self, Invalid> {
        raw.trim().parse().map_err(|_| {
            Invalid::new(field, "UNKNOWN_TIME_ZONE", "is not a time zone of the IANA database, such as Europe/Berlin")
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The date of an instant here.
    #[must_use]
    pub fn date_of(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// What the clock shows here at an instant.
    #[must_use]
    pub fn time_of(self, at: DateTime<Utc>) -> NaiveTime {
        at.with_timezone(&self.0).time()
    }

    /// The first instant of a date here. Where the clock jumps over midnight the day begins after the jump; where it
    /// is midnight twice, at the first one.
    #[must_use]
    pub fn start_of(self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        for quarter in 0..=96 {
            let local = self.0.from_local_datetime(&(midnight + Duration::minutes(15 * quarter)));
            if let Some(at) = local.earliest() {
                return at.with_timezone(&Utc);
            }
        }
        // A whole day that a zone left out (Samoa, 2011-12-30): it begins where the next one does.
        Utc.from_utc_datetime(&midnight)
    }

    /// The instant at which the clock shows `minute` minutes after the midnight of a date here; 1440 is the end of the
    /// day. Where the clock jumps over that time it is the end of the jump, where it shows it twice the first of the
    /// two. A later minute never comes earlier.
    #[must_use]
    pub fn minute_of(self, date: NaiveDate, minute: u32) -> DateTime<Utc> {
        let shown = date.and_time(NaiveTime::MIN) + Duration::minutes(minute.into());
        for later in 0..=MINUTES_SKIPPED_MAX {
            let local = self.0.from_local_datetime(&(shown + Duration::minutes(later)));
            if let Some(at) = local.earliest() {
                return at.with_timezone(&Utc);
            }
        }
        Utc.from_utc_datetime(&shown)
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        name.parse().map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn start(zone: &str, year: i32, month: u32, day: u32) -> String {
        let zone = Zone::parse("timeZone", zone).unwrap();
        zone.start_of(NaiveDate::from_ymd_opt(year, month, day).unwrap()).to_rfc3339()
    }

    #[test]
    fn days_begin_at_local_midnight_in_summer_and_winter() {
        assert_eq!(start("Europe/Berlin", 2026, 1, 1), "2025-12-31T23:00:00+00:00");
        assert_eq!(start("Europe/Berlin", 2026, 7, 1), "2026-06-30T22:00:00+00:00");
        assert_eq!(start("Asia/Kolkata", 2026, 7, 1), "2026-06-30T18:30:00+00:00");
    }

    #[test]
    fn a_day_without_midnight_begins_after_the_jump_and_one_with_two_at_the_first() {
        assert_eq!(start("America/Sao_Paulo", 2017, 10, 15), "2017-10-15T03:00:00+00:00");
        assert_eq!(start("America/Havana", 2025, 11, 2), "2025-11-02T04:00:00+00:00");
    }

    #[test]
    fn a_minute_of_the_day_lies_after_the_one_before_it_also_where_the_clock_jumps() {
        let minute = |day: &str, minute| Zone::BERLIN.minute_of(day.parse().unwrap(), minute).to_rfc3339();
        assert_eq!(minute("2026-01-05", 540), "2026-01-05T08:00:00+00:00");
        assert_eq!(minute("2026-07-06", 1440), "2026-07-06T22:00:00+00:00");
        // From 02:00 to 03:00 there is nothing on this day.
        assert_eq!(
            (minute("2026-03-29", 119), minute("2026-03-29", 121)),
            ("2026-03-29T00:59:00+00:00".to_owned(), "2026-03-29T01:00:00+00:00".to_owned())
        );
        // 02:30 comes twice on this one.
        assert_eq!(
            (minute("2026-10-25", 150), minute("2026-10-25", 180)),
            ("2026-10-25T00:30:00+00:00".to_owned(), "2026-10-25T02:00:00+00:00".to_owned())
        );
        let samoa = Zone::parse("timeZone", "Pacific/Apia").unwrap();
        let (left_out, next) = ("2011-12-30".parse().unwrap(), "2011-12-31".parse().unwrap());
        assert_eq!(samoa.minute_of(left_out, 540), samoa.minute_of(next, 0));
        for zone in [Zone::BERLIN, samoa] {
            for day in ["2026-03-29", "2026-10-25", "2011-12-29", "2011-12-30"] {
                let at = |minute| zone.minute_of(day.parse().unwrap(), minute);
                assert!((0..1440).all(|minute| at(minute) <= at(minute + 1)), "{zone} {day}");
            }
        }
    }

    #[test]
    fn an_instant_has_another_date_elsewhere() {
        let at = Utc.with_ymd_and_hms(2026, 3, 31, 22, 30, 0).unwrap();
        assert_eq!(Zone::UTC.date_of(at).to_string(), "2026-03-31");
        assert_eq!(Zone::BERLIN.date_of(at).to_string(), "2026-04-01");
        assert_eq!(Zone::BERLIN.time_of(at).to_string(), "00:30:00");
        assert_eq!(Zone::parse("timeZone", "Mars/Base").unwrap_err().field, "timeZone");
    }
}
