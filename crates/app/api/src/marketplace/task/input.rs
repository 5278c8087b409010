//! Which tasks, in which order.

use async_graphql::{Enum, ID, InputObject};
use chrono::{DateTime, Utc};
use marketplace::task;

use super::object::{TaskKind, TaskState};
use crate::input;

/// The order of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "task::TaskSort")]
pub enum TaskSort {
    /// What is due first comes first.
    Due,
    /// What is most urgent comes first, then what is due first.
    Priority,
    /// What came last comes first.
    Opened,
}

/// Which tasks. What is absent does not narrow; without a state it is those that are not resolved.
#[derive(Debug, Default, InputObject)]
pub struct TaskFilter {
    /// In this queue.
    pub queue: Option<String>,
    /// Of this person.
    pub assignee_id: Option<ID>,
    /// Of whoever asks.
    #[graphql(default)]
    pub mine: bool,
    /// Of nobody.
    #[graphql(default)]
    pub unassigned: bool,
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// About this merchant.
    pub merchant_id: Option<ID>,
    /// About the thing with this id.
    pub subject_id: Option<String>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Those whose time ran out; `false`: the others.
    pub late: Option<bool>,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
}

impl TaskFilter {
    pub(super) fn read(self) -> Result<task::TaskFilter, context::Error> {
        Ok(task::TaskFilter {
            queue: self.queue,
            assignee: input::optional_id("filter.assigneeId", self.assignee_id.as_ref())?,
            mine: self.mine,
            unassigned: self.unassigned,
            kind: self.kind.map(Into::into),
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            subject: self.subject_id,
            state: self.state.map(Into::into),
            late: self.late,
            due_before: self.due_before,
        })
    }
}
