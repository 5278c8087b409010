//! What became of one event for one recipient.

use chrono::{DateTime, Utc};
use kernel::id::{EventId, MerchantId, NotificationDeliveryId, NotificationRuleId, UserId};

use super::Severity;

/// A way by which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// By mail.
    Mail,
    /// In Souk itself.
    InApp,
    /// By a webhook.
    Webhook,
    /// In a chat.
    Chat,
}

impl Route {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::InApp, Self::Webhook, Self::Chat];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::InApp => "in_app",
            Self::Webhook => "webhook",
            Self::Chat => "chat",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|route| route.as_str() == text).unwrap_or(Self::InApp)
    }
}

/// Where a telling stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for the end of quiet hours, or for the others of its digest.
    Held,
    /// It is sent, or will be.
    Waiting,
    /// It was sent.
    Sent,
    /// It was given up.
    Failed,
    /// It is not sent, and nothing went wrong.
    Dropped,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Held, Self::Waiting, Self::Sent, Self::Failed, Self::Dropped];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Failed)
    }
}

/// Why a telling is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DroppedWhy {
    /// The person does not want it.
    OptedOut,
    /// The person has left the team, or its account is blocked.
    Gone,
    /// The rule was switched off before it was sent.
    RuleOff,
    /// The endpoint belongs to another merchant, or takes nothing.
    OutOfReach,
}

impl DroppedWhy {
    const ALL: [Self; 4] = [Self::OptedOut, Self::Gone, Self::RuleOff, Self::OutOfReach];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptedOut => "opted_out",
            Self::Gone => "gone",
            Self::RuleOff => "rule_off",
            Self::OutOfReach => "out_of_reach",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }
}

/// One event told to one recipient by one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: NotificationDeliveryId,
    /// The rule that made it.
    pub rule: NotificationRuleId,
    /// The fact that it tells of.
    pub source: EventId,
    /// The event.
    pub event: String,
    /// The merchant concerned.
    pub merchant: Option<MerchantId>,
    /// By which way.
    pub route: Route,
    /// To whom: the id of a person or an endpoint, an address, the host of a chat.
    pub recipient: String,
    /// The person, if it is one.
    pub user: Option<UserId>,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it is not sent.
    pub dropped: Option<DroppedWhy>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it is held or waiting.
    pub due_at: DateTime<Utc>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// The telling with which it was sent; its own id, unless it was one of several.
    pub sent_as: Option<NotificationDeliveryId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was sent, given up or dropped.
    pub settled_at: Option<DateTime<Utc>>,
}
