//! Who does what in which time, as clients see and set it.

use std::collections::BTreeMap;

use async_graphql::{InputObject, SimpleObject};
use kernel::{Invalid, Zone};
use marketplace::task;

use super::object::{TaskKind, TaskPriority, TaskSide};
use crate::marketplace::calendar::ClosedDays;
use crate::scalar::DecimalText;

/// Who does what in which time.
#[derive(Debug, Clone, SimpleObject)]
pub struct TaskSettings {
    /// All of them: business hours.
    pub calendars: Vec<ServiceHours>,
    /// How each kind of tasks is dealt with.
    pub policies: Vec<TaskPolicy>,
}

/// When somebody works.
#[derive(Debug, Clone, SimpleObject)]
pub struct ServiceHours {
    /// What policies call it.
    pub name: String,
    /// Where its clock is: a time zone of the IANA database.
    pub time_zone: String,
    /// All of them: the parts of the week in which somebody works.
    pub windows: Vec<ServiceWindow>,
    /// All of them: holidays and closures.
    pub closed: Vec<ClosedDays>,
}

/// When somebody works, as a whole.
#[derive(Debug, Clone, InputObject)]
pub struct ServiceHoursInput {
    /// What policies call it: `office`.
    pub name: String,
    /// Where its clock is: a time zone of the IANA database.
    pub time_zone: String,
    /// The parts of the week in which somebody works; at least one, and none over another.
    pub windows: Vec<ServiceWindow>,
    /// Holidays and closures.
    #[graphql(default)]
    pub closed: Vec<ClosedDays>,
}

/// A part of a day of the week in which somebody works.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "ServiceWindowInput")]
pub struct ServiceWindow {
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: u32,
    /// When it begins: `09:00`.
    pub from: String,
    /// When it is over: `17:00`; `24:00` is the end of the day.
    pub to: String,
}

/// How a kind of tasks is dealt with. Times are minutes of work by the calendar.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "TaskPolicyInput")]
pub struct TaskPolicy {
    /// The kind.
    pub kind: TaskKind,
    /// Where it waits.
    pub queue: String,
    /// Who does it, when it is about a merchant.
    pub side: TaskSide,
    /// What goes first.
    pub priority: TaskPriority,
    /// In which time somebody answers first; absent: that is not measured.
    pub first_response_minutes: Option<u32>,
    /// In which time it is done.
    pub resolution_minutes: u32,
    /// The percentage of that time after which it is due soon.
    pub warn_at_percent: DecimalText,
    /// The calendar by which time passes.
    pub calendar: String,
    /// The queue that it goes to when it is late; absent: it stays where it is.
    pub escalation_queue: Option<String>,
}

/// Who does what in which time, as a whole.
#[derive(Debug, InputObject)]
pub struct TaskSettingsInput {
    /// Business hours.
    pub calendars: Vec<ServiceHoursInput>,
    /// How kinds of tasks are dealt with; those that are missing as Souk brings along.
    pub policies: Vec<TaskPolicy>,
}

fn shown(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Minutes after midnight of `09:00`.
fn minute(field: &str, text: &str) -> Result<u32, Invalid> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() == 2);
    let read = text.trim().split_once(':').and_then(|(hour, minute)| number(hour).zip(number(minute)));
    match read {
        Some((hour, minute)) if minute < 60 && hour * 60 + minute <= 24 * 60 => Ok(hour * 60 + minute),
        _ => Err(Invalid::new(field, "MALFORMED", "is not a time of the day such as 09:00")),
    }
}

impl From<task::TaskSettings> for TaskSettings {
    fn from(of: task::TaskSettings) -> Self {
        let policies = task::TaskKind::ALL.map(|kind| (kind, of.policy(kind)));
        let window =
            |of: task::ServiceWindow| ServiceWindow { weekday: of.weekday, from: shown(of.from), to: shown(of.to) };
        let hours = |(name, of): (String, task::ServiceHours)| ServiceHours {
            name,
            time_zone: of.time_zone.name().to_owned(),
            windows: of.windows.into_iter().map(window).collect(),
            closed: of.closed.into_iter().map(Into::into).collect(),
        };
        Self {
            calendars: of.calendars.into_iter().map(hours).collect(),
            policies: policies.into_iter().map(TaskPolicy::from).collect(),
        }
    }
}

impl From<(task::TaskKind, task::TaskPolicy)> for TaskPolicy {
    fn from((kind, of): (task::TaskKind, task::TaskPolicy)) -> Self {
        Self {
            kind: kind.into(),
            queue: of.queue,
            side: of.side.into(),
            priority: of.priority.into(),
            first_response_minutes: of.first_response_minutes,
            resolution_minutes: of.resolution_minutes,
            warn_at_percent: DecimalText::percent(of.warn_at),
            calendar: of.calendar,
            escalation_queue: of.escalation_queue,
        }
    }
}

impl TaskSettingsInput {
    pub(in crate::marketplace) fn read(self) -> Result<task::TaskSettings, Invalid> {
        let mut calendars = BTreeMap::new();
        for (index, hours) in self.calendars.into_iter().enumerate() {
            let (name, hours) = hours.read(&format!("tasks.calendars.{index}"))?;
            calendars.insert(name, hours);
        }
        let mut policies = BTreeMap::new();
        for (index, policy) in self.policies.into_iter().enumerate() {
            let warn_at = policy.warn_at_percent.to_rate(&format!("tasks.policies.{index}.warnAtPercent"))?;
            let read = task::TaskPolicy {
                queue: policy.queue,
                side: policy.side.into(),
                priority: policy.priority.into(),
                first_response_minutes: policy.first_response_minutes,
                resolution_minutes: policy.resolution_minutes,
                warn_at,
                calendar: policy.calendar,
                escalation_queue: policy.escalation_queue,
            };
            policies.insert(policy.kind.into(), read);
        }
        Ok(task::TaskSettings { calendars, policies })
    }
}

impl ServiceHoursInput {
    fn read(self, path: &str) -> Result<(String, task::ServiceHours), Invalid> {
        let window = |(index, of): (usize, ServiceWindow)| {
            let at = |name: &str, text: &str| minute(&format!("{path}.windows.{index}.{name}"), text);
            Ok(task::ServiceWindow { weekday: of.weekday, from: at("from", &of.from)?, to: at("to", &of.to)? })
        };
        let hours = task::ServiceHours {
            time_zone: Zone::parse(&format!("{path}.timeZone"), &self.time_zone)?,
            windows: self.windows.into_iter().enumerate().map(window).collect::<Result<_, Invalid>>()?,
            closed: self.closed.into_iter().map(Into::into).collect(),
        };
        Ok((self.name, hours))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day_read_back_as_they_are_shown() {
        for text in ["00:00", "09:30", "17:00", "24:00"] {
            assert_eq!(shown(minute("from", text).unwrap()), text);
        }
        for bad in ["9:00", "24:01", "12:60", "noon", "-1:00", ""] {
            assert_eq!(minute("from", bad).unwrap_err().code, "MALFORMED", "{bad}");
        }
    }
}
