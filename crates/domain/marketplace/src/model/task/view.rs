//! How people look at tasks.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, TaskViewId, UserId};
use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::{TaskKind, TaskState, named};

/// The longest name of a view.
const NAME_MAX: usize = 80;
/// The longest text that a filter compares with.
const TEXT_MAX: usize = 80;

named! {
    /// The order of a list of tasks.
    TaskSort {
        /// What is due first comes first.
        Due = "due",
        /// What is most urgent comes first, then what is due first.
        Priority = "priority",
        /// What came last comes first.
        Opened = "opened",
    }
}

/// Which tasks. What is `None` or `false` does not narrow; without a state it is those that are not resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TaskFilter {
    /// In this queue.
    pub queue: Option<String>,
    /// Of this person.
    pub assignee: Option<UserId>,
    /// Of whoever asks.
    pub mine: bool,
    /// Of nobody.
    pub unassigned: bool,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// About this merchant.
    pub merchant: Option<MerchantId>,
    /// About the thing with this id.
    pub subject: Option<String>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Those whose time ran out, or only the others.
    pub late: Option<bool>,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
}

/// A way to look at tasks that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    /// Its id.
    pub id: TaskViewId,
    /// The merchant whose people see it; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// Who keeps it.
    pub keeper: UserId,
    /// The name of that person.
    pub keeper_name: String,
    /// Whether the whole team sees it.
    pub shared: bool,
    /// What people call it.
    pub name: String,
    /// Which tasks.
    pub filter: TaskFilter,
    /// In which order.
    pub sort: TaskSort,
    /// Grows by one with every change.
    #[serde(skip)]
    pub version: i64,
}

impl TaskFilter {
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        for (field, value) in [("filter.queue", &mut self.queue), ("filter.subject", &mut self.subject)] {
            if let Some(value) = value {
                *value = text::line(field, value, TEXT_MAX)?;
            }
        }
        if usize::from(self.mine) + usize::from(self.unassigned) + usize::from(self.assignee.is_some()) > 1 {
            let said = "name one of assigneeId, mine and unassigned";
            return Err(Invalid::new("filter.assigneeId", "CONTRADICTORY", said));
        }
        Ok(self)
    }
}

impl TaskView {
    pub(crate) fn checked(mut self) -> Result<Self, Invalid> {
        self.name = text::line("name", &self.name, NAME_MAX)?;
        self.filter = self.filter.checked()?;
        Ok(self)
    }
}
