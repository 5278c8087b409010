//! Working days: which days count, and until when an order counts as one of its day.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};
use kernel::{Invalid, Zone, text};
use serde::{Deserialize, Serialize};

use super::bounded;

/// The days on which somebody sends goods, in its own time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WorkCalendar {
    /// Where its days begin and its clock is.
    pub time_zone: Zone,
    /// The days of the week that count, 1 (Monday) to 7 (Sunday); never empty.
    pub weekdays: Vec<u32>,
    /// What is ordered from then on counts as ordered on the next working day; `None`: the whole day counts.
    pub cut_off: Option<NaiveTime>,
    /// Holidays and closures, in order.
    pub closed: Vec<ClosedDays>,
}

/// Days on which nothing leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosedDays {
    /// The first of them.
    pub from: NaiveDate,
    /// The last of them.
    pub to: NaiveDate,
    /// Why: `Easter`, `stocktaking`.
    pub name: String,
}

impl Default for WorkCalendar {
    /// Every day counts, to its end.
    fn default() -> Self {
        Self { time_zone: Zone::UTC, weekdays: (1..=7).collect(), cut_off: None, closed: Vec::new() }
    }
}

/// The longest closure in days.
const CLOSED_MAX: i64 = 366;
/// How far a working day is looked for. All closures of a calendar together may be longer: then the last day looked
/// at counts, so that a promise is late rather than never.
const LOOK_AHEAD: u32 = 4_000;

impl WorkCalendar {
    /// Whether goods leave on this day.
    #[must_use]
    pub fn works_on(&self, day: NaiveDate) -> bool {
        self.weekdays.contains(&day.weekday().number_from_monday())
            && !self.closed.iter().any(|closed| (closed.from..=closed.to).contains(&day))
    }

    /// The working day as of which an order counts that goes by something which takes goods until `taken_until`;
    /// the earlier of that and the calendar's own cut-off counts.
    #[must_use]
    pub fn first_day(&self, at: DateTime<Utc>, taken_until: Option<NaiveTime>) -> NaiveDate {
        let today = self.time_zone.date_of(at);
        let before = |cut_off: Option<NaiveTime>| cut_off.is_none_or(|cut_off| self.time_zone.time_of(at) < cut_off);
        let in_time = before(self.cut_off) && before(taken_until);
        if in_time && self.works_on(today) { today } else { next(today, |day| self.works_on(day)) }
    }

    /// The working day that comes `days` working days after `day`.
    #[must_use]
    pub fn after(&self, day: NaiveDate, days: i64) -> NaiveDate {
        (0..days).fold(day, |day, _| next(day, |day| self.works_on(day)))
    }

    /// The same calendar with the closures that matter between two days; to be kept with a promise.
    #[must_use]
    pub fn between(&self, first: NaiveDate, last: NaiveDate) -> Self {
        let closed = self.closed.iter().filter(|closed| closed.to >= first && closed.from <= last).cloned().collect();
        Self { closed, ..self.clone() }
    }

    /// Orders the fields and checks them; `path` is the field it stands in.
    ///
    /// # Errors
    /// [`Invalid`] naming the field.
    pub fn checked(mut self, path: &str) -> Result<Self, Invalid> {
        self.weekdays = weekdays(&format!("{path}.weekdays"), &self.weekdays)?;
        closures(path, &mut self.closed)?;
        Ok(self)
    }
}

/// Checks closures and puts them in order; `path` is the calendar they stand in.
pub(crate) fn closures(path: &str, all: &mut [ClosedDays]) -> Result<(), Invalid> {
    bounded(&format!("{path}.closed"), all.len())?;
    for (index, closed) in all.iter_mut().enumerate() {
        let field = |name: &str| format!("{path}.closed.{index}.{name}");
        closed.name = text::line(&field("name"), &closed.name, 120)?;
        let days = (closed.to - closed.from).num_days();
        if !(0..CLOSED_MAX).contains(&days) {
            let text = format!("must be the first day or one of the {CLOSED_MAX} days after it");
            return Err(Invalid::new(field("to"), "OUT_OF_RANGE", text));
        }
    }
    all.sort_by_key(|closed| (closed.from, closed.to));
    Ok(())
}

/// Checks days of the week and puts them in order without doubles.
pub(crate) fn weekdays(field: &str, raw: &[u32]) -> Result<Vec<u32>, Invalid> {
    if raw.is_empty() {
        return Err(Invalid::required(field));
    }
    for (index, day) in raw.iter().enumerate() {
        if !(1..=7).contains(day) {
            return Err(Invalid::range(format!("{field}.{index}"), 1, 7));
        }
    }
    let mut days = raw.to_vec();
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

/// The first day after `day` that counts.
pub(crate) fn next(day: NaiveDate, counts: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    let mut next = day;
    for _ in 0..LOOK_AHEAD {
        next = next.checked_add_days(Days::new(1)).unwrap_or(next);
        if counts(next) {
            return next;
        }
    }
    next
}

#[cfg(test)]
#[path = "calendar_test.rs"]
mod tests;
