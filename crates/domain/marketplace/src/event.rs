//! What happened.

use kernel::id::{ChannelId, MerchantId, TaskId, UserId, WebhookEndpointId};
use outbox::{Event, events};
use serde::{Deserialize, Serialize};

use crate::model::task::{Side, TaskKind};

/// A channel was made or changed: what it lists may differ now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChanged {
    /// The channel.
    pub channel: ChannelId,
}

impl Event for ChannelChanged {
    const KIND: &'static str = "channel_changed.v1";
    fn subject(&self) -> String {
        self.channel.to_string()
    }
}

/// The settings of the marketplace were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsChanged {
    /// The version of the settings.
    pub version: i64,
}

impl Event for SettingsChanged {
    const KIND: &'static str = "marketplace_settings_changed.v1";
    fn subject(&self) -> String {
        "marketplace".to_owned()
    }
}

/// Nothing is sent to an endpoint of a webhook any more: it wants no more, or took nothing for days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDisabled {
    /// The endpoint.
    pub endpoint: WebhookEndpointId,
    /// Whose it is; the operator's if `None`.
    pub merchant: Option<MerchantId>,
    /// Its version, which names the occasion.
    pub version: i64,
}

impl Event for WebhookDisabled {
    const KIND: &'static str = "webhook_disabled.v1";
    fn subject(&self) -> String {
        self.endpoint.to_string()
    }
}

/// A clock of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskClock {
    /// In which somebody has to answer.
    FirstResponse,
    /// In which it has to be done.
    Resolution,
}

events! {
    /// A task came, or was opened again.
    TaskOpened = "task_opened.v1" of task {
        /// The task.
        task: TaskId,
        /// What is to be done.
        kind: TaskKind,
        /// Whose people do it.
        side: Side,
        /// The merchant it is about.
        merchant: Option<MerchantId>,
        /// Who has it.
        assignee: Option<UserId>,
    }
    /// Most of the time to do a task is over.
    TaskDueSoon = "task_due_soon.v1" of task {
        /// The task.
        task: TaskId,
        /// What is to be done.
        kind: TaskKind,
        /// Whose people do it.
        side: Side,
        /// The merchant it is about.
        merchant: Option<MerchantId>,
        /// Who has it.
        assignee: Option<UserId>,
    }
    /// The time for a task ran out: once for each of its clocks.
    TaskBreached = "task_breached.v1" of task {
        /// The task.
        task: TaskId,
        /// Which clock.
        clock: TaskClock,
        /// What is to be done.
        kind: TaskKind,
        /// Whose people do it.
        side: Side,
        /// The merchant it is about.
        merchant: Option<MerchantId>,
        /// Who has it.
        assignee: Option<UserId>,
    }
    /// A task was closed.
    TaskResolved = "task_resolved.v1" of task {
        /// The task.
        task: TaskId,
        /// What was to be done.
        kind: TaskKind,
        /// Whose people did it.
        side: Side,
        /// The merchant it is about.
        merchant: Option<MerchantId>,
        /// Who had it.
        assignee: Option<UserId>,
    }
    /// A task was given to somebody, or taken from whoever had it.
    TaskAssigned = "task_assigned.v1" of task {
        /// The task.
        task: TaskId,
        /// What is to be done.
        kind: TaskKind,
        /// Whose people do it.
        side: Side,
        /// The merchant it is about.
        merchant: Option<MerchantId>,
        /// Who has it now.
        assignee: Option<UserId>,
        /// Its version, which names the occasion.
        version: i64,
    }
}
