//! Tasks: what somebody has to do in time, and the clocks that say whether it was done in time.

mod clock;
mod hours;
mod policy;
mod view;

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, TaskId, UserId};
use serde::{Deserialize, Serialize};

pub use clock::Strike;
pub use hours::{Pause, ServiceHours, ServiceWindow};
pub use policy::{TaskPolicy, TaskSettings, Terms};
pub use view::{TaskFilter, TaskSort, TaskView};

pub(crate) use policy::NAME_MAX as QUEUE_MAX;

/// Names as they are stored, and back.
macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// All of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// As it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What has this name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|of| of.as_str() == text)
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What is to be done.
    TaskKind {
        /// Answer a buyer.
        AnswerBuyer = "answer_buyer",
        /// Answer a merchant.
        AnswerMerchant = "answer_merchant",
        /// Look at a product that a merchant wants to sell.
        ApproveProduct = "approve_product",
        /// Decide about a refund above the limit.
        ApproveRefund = "approve_refund",
        /// Look at who wants to sell.
        KycReview = "kyc_review",
        /// Look at a document of a merchant.
        DocumentReview = "document_review",
        /// Say why money that a bank took back is the marketplace's.
        DisputeEvidence = "dispute_evidence",
        /// Send what should have left.
        LateShipment = "late_shipment",
        /// Explain a difference between the ledger and a provider or a bank.
        ReconcileDiff = "reconcile_diff",
        /// Look at a merchant's balance.
        CriticalBalance = "critical_balance",
        /// Decide about an appeal against a block.
        Appeal = "appeal",
        /// What somebody wrote down.
        Manual = "manual",
    }
}

named! {
    /// Who does it.
    Side {
        /// The operator's people.
        Operator = "operator",
        /// The merchant that the task names.
        Merchant = "merchant",
    }
}

named! {
    /// What goes first, the most urgent first.
    Priority {
        /// Before everything else.
        Urgent = "urgent",
        /// Before what is usual.
        High = "high",
        /// As usual.
        Normal = "normal",
        /// When there is nothing else.
        Low = "low",
    }
}

impl Priority {
    /// The place in the order, 1 for the most urgent.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Urgent => 1,
            Self::High => 2,
            Self::Normal => 3,
            Self::Low => 4,
        }
    }

    pub(crate) fn of_rank(rank: i64) -> Self {
        Self::ALL.into_iter().find(|of| of.rank() == rank).unwrap_or(Self::Normal)
    }
}

named! {
    /// How far a task is; derived from what happened to it.
    TaskState {
        /// Nobody took it yet.
        Open = "open",
        /// Somebody took it, or answered.
        InProgress = "in_progress",
        /// Its clocks stand still: somebody else has to do something first.
        Waiting = "waiting",
        /// Done.
        Resolved = "resolved",
    }
}

named! {
    /// What can be done to a task.
    TaskAction {
        /// Give it to somebody, or to nobody.
        Assign = "assign",
        /// Put it into another queue.
        Move = "move",
        /// Say how urgent it is.
        Prioritize = "prioritize",
        /// Say that somebody answered.
        Respond = "respond",
        /// Wait for somebody else.
        Pause = "pause",
        /// Go on.
        Resume = "resume",
        /// Close it.
        Resolve = "resolve",
        /// Open it again.
        Reopen = "reopen",
        /// Write something down.
        Note = "note",
    }
}

/// Who has a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignee {
    /// The person.
    pub id: UserId,
    /// The name at that time.
    pub name: String,
}

/// Something that somebody has to do in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What is to be done.
    pub kind: TaskKind,
    /// With what: the id of anything.
    pub subject: String,
    /// The merchant it is about.
    pub merchant: Option<MerchantId>,
    /// Who does it. `Merchant` only with a merchant: nobody else sees it then, but the operator.
    pub side: Side,
    /// What people read.
    pub title: String,
    /// Where it waits.
    pub queue: String,
    /// Where it came or was put; that it went up because it was late changes nothing here. Reports are by this one.
    pub home_queue: String,
    /// Who has it.
    pub assignee: Option<Assignee>,
    /// What goes first.
    pub priority: Priority,
    /// The version of the settings by which its time passes.
    pub settings_version: i64,
    /// When it came.
    pub opened_at: DateTime<Utc>,
    /// When it has to be done; as it was when it began to wait, while it waits.
    pub due_at: DateTime<Utc>,
    /// From when on it is due soon.
    pub warn_at: DateTime<Utc>,
    /// When somebody has to have answered; `None`: that is not measured.
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// When somebody answered first.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// 0; 1 from the warning on, 2 from the time on at which it was due. It never goes down.
    pub escalation_level: i64,
    /// Since when its clocks stand still.
    pub paused_at: Option<DateTime<Utc>>,
    /// Why they do.
    pub pause_reason: Option<String>,
    /// How often they stood still.
    pub pause_count: i64,
    /// How many notes there are.
    pub note_count: i64,
    /// When it was closed.
    pub resolved_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Option<String>,
    /// When the time to answer ran out. Once written it stays.
    pub first_response_breached_at: Option<DateTime<Utc>>,
    /// When the time to do it ran out. Once written it stays.
    pub resolution_breached_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    #[serde(skip)]
    pub version: i64,
}

impl Task {
    /// How far it is.
    #[must_use]
    pub const fn state(&self) -> TaskState {
        if self.resolved_at.is_some() {
            TaskState::Resolved
        } else if self.paused_at.is_some() {
            TaskState::Waiting
        } else if self.assignee.is_some() || self.first_responded_at.is_some() {
            TaskState::InProgress
        } else {
            TaskState::Open
        }
    }

    /// The merchant whose task it is; the operator's if `None`.
    #[must_use]
    pub const fn owner(&self) -> Option<MerchantId> {
        match self.side {
            Side::Merchant => self.merchant,
            Side::Operator => None,
        }
    }

    /// Whether something can be done to it now.
    #[must_use]
    pub const fn allows(&self, action: TaskAction) -> bool {
        let (resolved, waiting) = (self.resolved_at.is_some(), self.paused_at.is_some());
        match action {
            TaskAction::Note => true,
            TaskAction::Reopen => resolved,
            TaskAction::Resume => !resolved && waiting,
            TaskAction::Pause => !resolved && !waiting,
            TaskAction::Respond => !resolved && !waiting && self.first_responded_at.is_none(),
            TaskAction::Assign | TaskAction::Move | TaskAction::Prioritize | TaskAction::Resolve => !resolved,
        }
    }

    /// When it is due, while a clock runs towards it.
    #[must_use]
    pub const fn runs_until(&self) -> Option<DateTime<Utc>> {
        match self.state() {
            TaskState::Waiting => None,
            TaskState::Open | TaskState::InProgress | TaskState::Resolved => Some(self.due_at),
        }
    }
}

/// Something that somebody wrote down about a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskNote {
    /// Of which task.
    pub task: TaskId,
    /// The notes of a task count from 1.
    pub number: i64,
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub author_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A time in which the clocks of a task stood still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPause {
    /// Of which task.
    pub task: TaskId,
    /// The pauses of a task count from 1.
    pub number: i64,
    /// Why.
    pub reason: String,
    /// When it began, and when it ended.
    pub pause: Pause,
}
