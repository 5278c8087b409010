//! Business hours: when the clock of a task runs.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use kernel::{Invalid, Zone};
use serde::{Deserialize, Serialize};

use crate::model::ClosedDays;
use crate::model::calendar::closures;

/// The minutes of a day.
const DAY: u32 = 24 * 60;
/// The most windows of a calendar.
const WINDOWS_MAX: usize = 50;
/// How many days are looked at. What is not done in them, because there are closures or a few minutes a week, is due after
/// all of them.
const LOOK_AHEAD: u32 = 4_000;

/// A part of a day of the week in which somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceWindow {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: u32,
    /// Its first minute after midnight, by the clock of the calendar.
    pub from: u32,
    /// The minute at which it is over; 1440 is the end of the day.
    pub to: u32,
}

/// When somebody works, in its own time zone.
///
/// Time is what passes, not what the clock shows: a window over the hour that a clock jumps over is an hour shorter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceHours {
    /// Where its clock is.
    pub time_zone: Zone,
    /// In order, not overlapping, never empty.
    pub windows: Vec<ServiceWindow>,
    /// Holidays and closures, in order.
    #[serde(default)]
    pub closed: Vec<ClosedDays>,
}

/// A time in which a clock stands still because somebody else has to do something. Those of a clock are in order and do
/// not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended; `None`: it has not.
    pub to: Option<DateTime<Utc>>,
}

type Span = (DateTime<Utc>, DateTime<Utc>);

impl ServiceHours {
    /// The same windows on several days of the week.
    #[must_use]
    pub fn on(time_zone: Zone, weekdays: std::ops::RangeInclusive<u32>, from: u32, to: u32) -> Self {
        let windows = weekdays.map(|weekday| ServiceWindow { weekday, from, to }).collect();
        Self { time_zone, windows, closed: Vec::new() }
    }

    /// When `work` of working time has passed since `opened`; `None` while a pause is not over.
    #[must_use]
    pub fn due_after(&self, opened: DateTime<Utc>, work: Duration, pauses: &[Pause]) -> Option<DateTime<Utc>> {
        let over = pauses.iter().map(|pause| pause.to.map(|to| (pause.from, to))).collect::<Option<Vec<Span>>>()?;
        let mut left = work;
        for span in self.spans(opened) {
            for (from, to) in without(span, &over) {
                if left <= to - from {
                    return Some(from + left);
                }
                left -= to - from;
            }
        }
        Some(opened + Duration::days(LOOK_AHEAD.into()))
    }

    /// How much working time passed between two instants.
    #[must_use]
    pub fn worked_between(&self, from: DateTime<Utc>, to: DateTime<Utc>, pauses: &[Pause]) -> Duration {
        let pauses: Vec<Span> = pauses.iter().map(|pause| (pause.from, pause.to.unwrap_or(to))).collect();
        let spans = self.spans(from).take_while(|span| span.0 < to).map(|span| (span.0, span.1.min(to)));
        spans.flat_map(|span| without(span, &pauses)).fold(Duration::zero(), |sum, (from, to)| sum + (to - from))
    }

    /// The windows from an instant on.
    fn spans(&self, from: DateTime<Utc>) -> impl Iterator<Item = Span> {
        let days =
            std::iter::successors(Some(self.time_zone.date_of(from)), NaiveDate::succ_opt).take(LOOK_AHEAD as usize);
        let spans = days.filter(|day| self.opens_on(*day)).flat_map(move |day| {
            let weekday = day.weekday().number_from_monday();
            let windows = self.windows.iter().filter(move |window| window.weekday == weekday);
            windows.map(move |window| {
                let at = |minute| self.time_zone.minute_of(day, minute);
                (at(window.from).max(from), at(window.to))
            })
        });
        spans.filter(|(from, to)| from < to)
    }

    fn opens_on(&self, day: NaiveDate) -> bool {
        !self.closed.iter().any(|closed| (closed.from..=closed.to).contains(&day))
    }

    /// Orders the fields and checks them; `path` is the field it stands in.
    ///
    /// # Errors
    /// [`Invalid`] naming the field.
    pub fn checked(mut self, path: &str) -> Result<Self, Invalid> {
        let field = format!("{path}.windows");
        if self.windows.is_empty() {
            return Err(Invalid::required(field));
        }
        if self.windows.len() > WINDOWS_MAX {
            return Err(Invalid::new(field, "TOO_MANY", format!("must have at most {WINDOWS_MAX} entries")));
        }
        for (index, window) in self.windows.iter().enumerate() {
            if !(1..=7).contains(&window.weekday) {
                return Err(Invalid::range(format!("{field}.{index}.weekday"), 1, 7));
            }
            if window.from >= window.to || window.to > DAY {
                let text = "must be later than its beginning and within the day";
                return Err(Invalid::new(format!("{field}.{index}.to"), "OUT_OF_RANGE", text));
            }
        }
        self.windows.sort_unstable();
        let overlap = self.windows.windows(2).any(|two| match two {
            [one, next] => one.weekday == next.weekday && next.from < one.to,
            _ => false,
        });
        if overlap {
            return Err(Invalid::new(field, "OVERLAPPING", "must not overlap"));
        }
        closures(path, &mut self.closed)?;
        Ok(self)
    }
}

/// The parts of a span that lie in no pause.
fn without((from, to): Span, pauses: &[Span]) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut at = from;
    for (begins, ends) in pauses {
        if *begins > at {
            parts.push((at, to.min(*begins)));
        }
        at = at.max(*ends);
        if at >= to {
            break;
        }
    }
    parts.push((at, to));
    parts.retain(|(from, to)| from < to);
    parts
}

#[cfg(test)]
#[path = "hours_test.rs"]
mod tests;
