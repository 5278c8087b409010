//! Events of the catalog, and what became of them.

use async_graphql::{Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use marketplace::notification::{Delivery, DeliveryState, DroppedWhy, EventKind, Route, Severity};

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Severity")]
pub enum NotificationSeverity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Somebody has to look now; quiet hours do not hold it back.
    Urgent,
}

/// A way by which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Route")]
pub enum NotificationChannelKind {
    /// By mail.
    Mail,
    /// In Souk itself: `myNotifications`.
    InApp,
    /// To an endpoint of webhooks.
    Webhook,
    /// To the incoming webhook of a chat.
    Chat,
}

/// Where the telling of an event to somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DeliveryState")]
pub enum NotificationDeliveryState {
    /// It waits for the end of quiet hours, or for the others of its digest.
    Held,
    /// It is sent, or will be.
    Waiting,
    /// It was sent.
    Sent,
    /// It was given up; it can be sent again.
    Failed,
    /// It is not sent, and nothing went wrong.
    Dropped,
}

/// Why somebody is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DroppedWhy")]
pub enum NotificationDroppedReason {
    /// The person does not want it.
    OptedOut,
    /// The person has left the team, or its account is blocked.
    Gone,
    /// The rule was switched off before it was sent.
    RuleOff,
    /// The endpoint belongs to another merchant, or is disabled.
    OutOfReach,
}

/// An event that people can be told of.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationEvent {
    /// Its name: `order.placed`.
    pub name: &'static str,
    /// What happened.
    pub about: &'static str,
    /// How much it matters.
    pub severity: NotificationSeverity,
    /// Whether nobody can opt out of it.
    pub mandatory: bool,
    /// The variables of its texts; one that is unknown is empty.
    pub variables: Vec<&'static str>,
}

impl From<&'static EventKind> for NotificationEvent {
    fn from(event: &'static EventKind) -> Self {
        Self {
            name: event.name,
            about: event.about,
            severity: event.severity.into(),
            mandatory: event.mandatory,
            variables: event.known(),
        }
    }
}

/// One event told to one recipient by one channel.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationDelivery {
    /// Its id.
    pub id: ID,
    /// The rule that made it.
    pub rule_id: ID,
    /// The event.
    pub event: String,
    /// The merchant concerned.
    pub merchant_id: Option<ID>,
    /// By which way.
    pub channel: NotificationChannelKind,
    /// To whom: the id of a person or an endpoint, an address, the host of a chat.
    pub recipient: String,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// How much it matters.
    pub severity: NotificationSeverity,
    /// Where it stands.
    pub state: NotificationDeliveryState,
    /// Why it is not sent.
    pub dropped_reason: Option<NotificationDroppedReason>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it is held or waiting.
    pub due_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// The telling with which it was sent; its own id, unless several were told in one.
    pub sent_as: Option<ID>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was sent, given up or dropped.
    pub settled_at: Option<DateTime<Utc>>,
}

impl From<Delivery> for NotificationDelivery {
    fn from(of: Delivery) -> Self {
        let open = matches!(of.state, DeliveryState::Held | DeliveryState::Waiting);
        Self {
            id: of.id.into(),
            rule_id: of.rule.into(),
            event: of.event,
            merchant_id: of.merchant.map(ID::from),
            channel: of.route.into(),
            recipient: of.recipient,
            title: of.title,
            text: of.text,
            severity: of.severity.into(),
            state: of.state.into(),
            dropped_reason: of.dropped.map(NotificationDroppedReason::from),
            attempts: of.attempts,
            due_at: open.then_some(of.due_at),
            last_error: of.last_error,
            sent_as: of.sent_as.map(ID::from),
            created_at: of.created_at,
            settled_at: of.settled_at,
        }
    }
}
