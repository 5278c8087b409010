//! Working days as clients see them.

use async_graphql::{InputObject, SimpleObject};
use chrono::{NaiveDate, NaiveTime};
use kernel::{Invalid, Zone};

/// The days on which somebody sends goods.
#[derive(Debug, Clone, SimpleObject)]
pub struct WorkCalendar {
    /// Where its days begin and its clock is: a time zone of the IANA database.
    pub time_zone: String,
    /// The days of the week that count, 1 (Monday) to 7 (Sunday).
    pub weekdays: Vec<u32>,
    /// What is ordered from then on counts as ordered on the next working day: `14:00`.
    pub cut_off: Option<String>,
    /// All of them: holidays and closures.
    pub closed: Vec<ClosedDays>,
}

/// Days on which nothing leaves.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "ClosedDaysInput")]
pub struct ClosedDays {
    /// The first of them.
    pub from: NaiveDate,
    /// The last of them.
    pub to: NaiveDate,
    /// Why.
    pub name: String,
}

/// The days on which somebody sends goods, as a whole.
#[derive(Debug, Clone, InputObject)]
pub struct WorkCalendarInput {
    /// Where its days begin and its clock is: a time zone of the IANA database.
    pub time_zone: String,
    /// The days of the week that count, 1 (Monday) to 7 (Sunday); at least one.
    pub weekdays: Vec<u32>,
    /// What is ordered from then on counts as ordered on the next working day: `14:00`; absent, the whole day counts.
    pub cut_off: Option<String>,
    /// Holidays and closures.
    #[graphql(default)]
    pub closed: Vec<ClosedDays>,
}

impl From<marketplace::ClosedDays> for ClosedDays {
    fn from(of: marketplace::ClosedDays) -> Self {
        Self { from: of.from, to: of.to, name: of.name }
    }
}

impl From<ClosedDays> for marketplace::ClosedDays {
    fn from(of: ClosedDays) -> Self {
        Self { from: of.from, to: of.to, name: of.name }
    }
}

impl From<marketplace::WorkCalendar> for WorkCalendar {
    fn from(calendar: marketplace::WorkCalendar) -> Self {
        Self {
            time_zone: calendar.time_zone.name().to_owned(),
            weekdays: calendar.weekdays,
            cut_off: calendar.cut_off.map(time_shown),
            closed: calendar.closed.into_iter().map(Into::into).collect(),
        }
    }
}

impl WorkCalendarInput {
    /// `path` is the field it stands in.
    pub(crate) fn read(self, path: &str) -> Result<marketplace::WorkCalendar, Invalid> {
        let cut_off = |text: String| time_of_day(&format!("{path}.cutOff"), &text);
        Ok(marketplace::WorkCalendar {
            time_zone: Zone::parse(&format!("{path}.timeZone"), &self.time_zone)?,
            weekdays: self.weekdays,
            cut_off: self.cut_off.map(cut_off).transpose()?,
            closed: self.closed.into_iter().map(Into::into).collect(),
        })
    }
}

/// A time of the day as clients read it: `14:00`.
pub(crate) fn time_shown(at: NaiveTime) -> String {
    at.format("%H:%M").to_string()
}

/// Reads a time of the day; `field` is where it stands.
pub(crate) fn time_of_day(field: &str, text: &str) -> Result<NaiveTime, Invalid> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M")
        .map_err(|_| Invalid::new(field, "MALFORMED", "is not a time of the day such as 14:00"))
}
