//! The two clocks of a task. Nothing that a clock said is taken back.

use chrono::{DateTime, Utc};

use super::{Pause, Task, Terms};

/// What a clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// It is due soon.
    DueSoon,
    /// The time to answer ran out.
    FirstResponse,
    /// The time to do it ran out.
    Resolution,
}

impl Task {
    /// Sets the clocks by the time that was worked and the pauses so far. A clock that struck already is not moved.
    /// Nothing happens while a pause is not over.
    pub(crate) fn wind(&mut self, terms: &Terms<'_>, pauses: &[Pause]) {
        let after = |work| terms.hours.due_after(self.opened_at, work, pauses);
        let (Some(due), Some(warn)) = (after(terms.resolution), after(terms.warn)) else { return };
        let first = terms.first_response.and_then(after);
        if self.resolution_breached_at.is_none() {
            (self.due_at, self.warn_at) = (due, warn);
        }
        if self.first_responded_at.is_none() && self.first_response_breached_at.is_none() {
            self.first_response_due_at = first;
        }
    }

    /// What the clocks say by `now` that they did not say before. The time that ran out is written down once, as the
    /// instant at which it did, however late somebody looks.
    pub(crate) fn strike(&mut self, now: DateTime<Utc>) -> Vec<Strike> {
        let mut said = Vec::new();
        if !self.runs() {
            return said;
        }
        if let Some(due) = self.answer_due().filter(|due| *due < now) {
            self.first_response_breached_at = Some(due);
            said.push(Strike::FirstResponse);
        }
        if self.resolution_breached_at.is_none() && self.due_at < now {
            self.resolution_breached_at = Some(self.due_at);
            self.escalation_level = 2;
            said.push(Strike::Resolution);
        } else if self.escalation_level == 0 && self.warn_at < now {
            self.escalation_level = 1;
            said.push(Strike::DueSoon);
        }
        said
    }

    /// When a clock strikes next.
    pub(crate) fn strikes_at(&self) -> Option<DateTime<Utc>> {
        let warn = (self.escalation_level == 0).then_some(self.warn_at);
        let due = self.resolution_breached_at.is_none().then_some(self.due_at);
        [self.answer_due(), warn, due].into_iter().flatten().min().filter(|_| self.runs())
    }

    const fn runs(&self) -> bool {
        self.resolved_at.is_none() && self.paused_at.is_none()
    }

    /// Until when somebody has to answer, while nobody did and the time did not run out.
    fn answer_due(&self) -> Option<DateTime<Utc>> {
        let open = self.first_responded_at.is_none() && self.first_response_breached_at.is_none();
        self.first_response_due_at.filter(|_| open)
    }
}

#[cfg(test)]
#[path = "clock_test.rs"]
mod tests;
