//! What the operator asks of those who have something to do: queues, times and calendars.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use kernel::{Invalid, Rate, Zone, text};
use serde::{Deserialize, Serialize};

use super::hours::ServiceHours;
use super::{Priority, Side, TaskKind};

/// The longest name of a queue or a calendar.
pub(crate) const NAME_MAX: usize = 40;
/// The most calendars.
const CALENDARS_MAX: usize = 50;
/// The longest time that anything may take, in minutes of work: five years of days of eight hours.
const MINUTES_MAX: u32 = 5 * 365 * 8 * 60;

/// How a kind of tasks is dealt with. Times are minutes of work by the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskPolicy {
    /// Where it waits.
    pub queue: String,
    /// Who does it, when it names a merchant.
    pub side: Side,
    /// What goes first.
    pub priority: Priority,
    /// In which time somebody answers first; `None`: that is not measured.
    pub first_response_minutes: Option<u32>,
    /// In which time it is done.
    pub resolution_minutes: u32,
    /// The share of that time after which it is due soon.
    pub warn_at: Rate,
    /// The calendar by which time passes.
    pub calendar: String,
    /// The queue that it goes to when it is late; `None`: it stays where it is.
    pub escalation_queue: Option<String>,
}

/// What the operator asks of those who have something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskSettings {
    /// Business hours by name.
    pub calendars: BTreeMap<String, ServiceHours>,
    /// What differs from what Souk brings along, by kind.
    pub policies: BTreeMap<TaskKind, TaskPolicy>,
}

impl Default for TaskSettings {
    /// Mondays to Fridays from nine to five in Berlin, and a calendar that always runs.
    fn default() -> Self {
        let office = ServiceHours::on(Zone::BERLIN, 1..=5, 9 * 60, 17 * 60);
        let always = ServiceHours::on(Zone::UTC, 1..=7, 0, 24 * 60);
        let calendars = [("office", office), ("always", always)].map(|(name, hours)| (name.to_owned(), hours));
        let policies = TaskKind::ALL.map(|kind| (kind, TaskPolicy::brought_along(kind)));
        Self { calendars: calendars.into(), policies: policies.into() }
    }
}

/// The time that a task has: what counts is what was in force when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms<'a> {
    /// By which time passes.
    pub hours: &'a ServiceHours,
    /// In which somebody answers first.
    pub first_response: Option<Duration>,
    /// In which it is due soon.
    pub warn: Duration,
    /// In which it is done.
    pub resolution: Duration,
}

impl TaskPolicy {
    /// What holds until the operator says otherwise.
    fn brought_along(kind: TaskKind) -> Self {
        const HOUR: u32 = 60;
        let (queue, side, priority, first, resolution, escalation) = match kind {
            TaskKind::AnswerBuyer => ("service", Side::Merchant, Priority::Normal, Some(8), 16, None),
            TaskKind::AnswerMerchant => {
                ("merchants", Side::Operator, Priority::Normal, Some(4), 16, Some("escalation"))
            }
            TaskKind::ApproveProduct => ("catalog", Side::Operator, Priority::Normal, None, 16, None),
            TaskKind::ApproveRefund => ("finance", Side::Operator, Priority::High, None, 8, Some("escalation")),
            TaskKind::KycReview => ("onboarding", Side::Operator, Priority::Normal, None, 24, Some("escalation")),
            TaskKind::DocumentReview => ("onboarding", Side::Operator, Priority::Normal, None, 24, None),
            TaskKind::DisputeEvidence => ("finance", Side::Operator, Priority::Urgent, None, 24, Some("escalation")),
            TaskKind::LateShipment => ("shipping", Side::Merchant, Priority::High, None, 8, Some("escalation")),
            TaskKind::ReconcileDiff => ("finance", Side::Operator, Priority::High, None, 16, None),
            TaskKind::CriticalBalance => ("finance", Side::Operator, Priority::High, None, 16, Some("escalation")),
            TaskKind::Appeal => ("onboarding", Side::Operator, Priority::High, Some(8), 40, Some("escalation")),
            TaskKind::Manual => ("general", Side::Operator, Priority::Normal, None, 40, None),
        };
        Self {
            queue: queue.to_owned(),
            side,
            priority,
            first_response_minutes: first.map(|hours: u32| hours * HOUR),
            resolution_minutes: resolution * HOUR,
            warn_at: Rate::from_ppm(800_000),
            calendar: "office".to_owned(),
            escalation_queue: escalation.map(str::to_owned),
        }
    }

    fn checked(mut self, path: &str, calendars: &BTreeMap<String, ServiceHours>) -> Result<Self, Invalid> {
        let field = |name: &str| format!("{path}.{name}");
        self.queue = text::code(&field("queue"), &self.queue, NAME_MAX)?;
        if let Some(queue) = &mut self.escalation_queue {
            *queue = text::code(&field("escalationQueue"), queue, NAME_MAX)?;
        }
        for (name, minutes) in [
            ("firstResponseMinutes", self.first_response_minutes.unwrap_or(1)),
            ("resolutionMinutes", self.resolution_minutes),
        ] {
            if !(1..=MINUTES_MAX).contains(&minutes) {
                return Err(Invalid::range(field(name), 1, MINUTES_MAX.into()));
            }
        }
        if !(1..Rate::ONE_PPM).contains(&self.warn_at.ppm()) {
            return Err(Invalid::range(field("warnAt"), 1, Rate::ONE_PPM - 1));
        }
        if !calendars.contains_key(&self.calendar) {
            return Err(Invalid::new(field("calendar"), "UNKNOWN_CALENDAR", "is not one of the calendars"));
        }
        Ok(self)
    }
}

impl TaskSettings {
    /// How tasks of a kind are dealt with.
    #[must_use]
    pub fn policy(&self, kind: TaskKind) -> TaskPolicy {
        self.policies.get(&kind).cloned().unwrap_or_else(|| TaskPolicy::brought_along(kind))
    }

    /// The time that tasks of a kind have. `None` when a calendar is missing, which [`Self::checked`] refuses.
    #[must_use]
    pub fn terms(&self, kind: TaskKind) -> Option<Terms<'_>> {
        let policy = self.policy(kind);
        let minutes = |count: u32| Duration::minutes(count.into());
        let resolution = minutes(policy.resolution_minutes);
        let warn = i128::from(resolution.num_milliseconds()) * i128::from(policy.warn_at.ppm());
        let warn = i64::try_from(warn / i128::from(Rate::ONE_PPM)).unwrap_or(i64::MAX);
        Some(Terms {
            hours: self.calendars.get(&policy.calendar)?,
            first_response: policy.first_response_minutes.map(minutes),
            warn: Duration::milliseconds(warn),
            resolution,
        })
    }

    /// The queues there are, in order.
    #[must_use]
    pub fn queues(&self) -> BTreeSet<String> {
        let of = TaskKind::ALL.into_iter().map(|kind| self.policy(kind));
        of.flat_map(|policy| std::iter::once(policy.queue).chain(policy.escalation_queue)).collect()
    }

    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        if self.calendars.len() > CALENDARS_MAX {
            let text = format!("must have at most {CALENDARS_MAX} entries");
            return Err(Invalid::new("tasks.calendars", "TOO_MANY", text));
        }
        let mut calendars = BTreeMap::new();
        for (name, hours) in self.calendars {
            let path = format!("tasks.calendars.{name}");
            calendars.insert(text::code(&path, &name, NAME_MAX)?, hours.checked(&path)?);
        }
        self.calendars = calendars;
        // Also those that nobody named: what Souk brings along needs its calendar, too.
        let all = TaskKind::ALL.map(|kind| (kind, self.policy(kind)));
        let mut policies = BTreeMap::new();
        for (kind, policy) in all {
            let path = format!("tasks.policies.{}", kind.as_str());
            policies.insert(kind, policy.checked(&path, &self.calendars)?);
        }
        self.policies = policies;
        Ok(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_souk_brings_along_is_good_and_names_its_queues() {
        let settings = TaskSettings::default().checked().unwrap();
        assert_eq!(settings, TaskSettings::default());
        let queues: Vec<String> = settings.queues().into_iter().collect();
        assert_eq!(
            queues,
            ["catalog", "escalation", "finance", "general", "merchants", "onboarding", "service", "shipping"]
        );
        for kind in TaskKind::ALL {
            let terms = settings.terms(kind).unwrap();
            assert_eq!(terms.warn * 5, terms.resolution * 4, "{kind:?}: 80 %");
        }
    }

    #[test]
    fn an_older_document_takes_what_it_lacks_from_what_souk_brings_along() {
        let settings: TaskSettings = serde_json::from_str(r#"{"policies":{}}"#).unwrap();
        assert_eq!(settings.checked().unwrap(), TaskSettings::default());
    }

    #[test]
    fn each_wrong_field_is_named() {
        #[track_caller]
        fn refused(change: impl FnOnce(&mut TaskPolicy), field: &str, code: &str) {
            let mut settings = TaskSettings::default();
            change(settings.policies.get_mut(&TaskKind::Appeal).unwrap());
            let fault = settings.checked().unwrap_err();
            assert_eq!((fault.field.as_str(), fault.code), (format!("tasks.policies.appeal.{field}").as_str(), code));
        }
        refused(|policy| policy.queue = "Not a code".to_owned(), "queue", "MALFORMED");
        refused(|policy| policy.calendar = "moon".to_owned(), "calendar", "UNKNOWN_CALENDAR");
        refused(|policy| policy.resolution_minutes = 0, "resolutionMinutes", "OUT_OF_RANGE");
        refused(|policy| policy.first_response_minutes = Some(0), "firstResponseMinutes", "OUT_OF_RANGE");
        refused(|policy| policy.warn_at = Rate::from_ppm(1_000_000), "warnAt", "OUT_OF_RANGE");
        let mut settings = TaskSettings::default();
        settings.calendars.get_mut("always").unwrap().windows.clear();
        assert_eq!(settings.checked().unwrap_err().field, "tasks.calendars.always.windows");
        let mut settings = TaskSettings::default();
        settings.calendars.remove("office");
        assert_eq!(settings.checked().unwrap_err().code, "UNKNOWN_CALENDAR");
    }
}
