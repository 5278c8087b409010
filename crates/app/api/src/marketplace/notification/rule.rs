//! Rules of notifications as the operator sees them.

use async_graphql::{ComplexObject, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use marketplace::notification::{Channel, Digest, Rule};

use super::object::{NotificationChannelKind, NotificationSeverity};
use crate::marketplace::calendar::time_shown;
use crate::scalar::{Currency, Money};

/// Which of the events a rule takes: all that is said holds.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationFilter {
    /// Only of these merchants; of all if there is none.
    pub merchant_ids: Vec<ID>,
    /// Only of these sales channels; of all if there is none.
    pub channel_ids: Vec<ID>,
    /// Only amounts in this currency.
    pub currency: Option<Currency>,
    /// Only from this amount on.
    pub minimum: Option<Money>,
    /// Only what matters at least so much.
    pub severity: Option<NotificationSeverity>,
}

/// Whom a rule tells.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationAudience {
    /// Everybody of the operator's team with one of these roles.
    pub operator_roles: Vec<String>,
    /// Everybody of the team of the merchant concerned with one of these roles.
    pub merchant_roles: Vec<String>,
    /// These persons, while they belong to the operator or to the merchant concerned.
    pub user_ids: Vec<ID>,
    /// Whether the person is told whom the event is about.
    pub concerned: bool,
    /// An address outside.
    pub address: Option<String>,
}

/// By which way a rule tells.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationChannel {
    /// The way.
    pub kind: NotificationChannelKind,
    /// The endpoint of webhooks.
    pub endpoint_id: Option<ID>,
    /// The host of the chat. Its address is not shown: it lets everybody write there.
    pub chat_host: Option<String>,
}

/// The words of a rule for readers of one language.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationText {
    /// Which language.
    pub locale: String,
    /// One line, with `{{ variables }}`.
    pub title: String,
    /// A few lines, with `{{ variables }}`.
    pub text: String,
}

/// Whether tellings are gathered, and told in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum NotificationDigestKind {
    /// Each at once.
    None,
    /// At every full hour.
    Hourly,
    /// Once a day.
    Daily,
}

/// When gathered tellings are told.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationDigest {
    /// Whether they are gathered.
    pub kind: NotificationDigestKind,
    /// The hour of the day.
    pub hour: Option<u32>,
    /// The zone of its clock.
    pub time_zone: Option<String>,
}

/// The hours in which nobody is disturbed.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationQuietHours {
    /// The zone of their clock.
    pub time_zone: String,
    /// When they begin: `22:00`.
    pub from: String,
    /// When they end: `07:00`.
    pub to: String,
}

/// How often one recipient is told by a rule.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationThrottle {
    /// At most so many times.
    pub most: i64,
    /// In so many minutes; the rest is told in one when they are over.
    pub minutes: i64,
}

/// Who is told of an event, and how.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct NotificationRule {
    /// Its id.
    #[graphql(skip)]
    pub id: ID,
    /// What people call it.
    pub name: String,
    /// The event, by its name in `notificationEvents`.
    pub event: String,
    /// Rules with the same key tell a recipient of an event once by each channel.
    pub key: String,
    /// Which of the events.
    pub filter: NotificationFilter,
    /// Who is told.
    pub audience: NotificationAudience,
    /// By which way.
    pub channel: NotificationChannel,
    /// All of them: the words by language; the built-in ones where there are none.
    pub texts: Vec<NotificationText>,
    /// Whether tellings are gathered.
    pub digest: NotificationDigest,
    /// When nobody is disturbed.
    pub quiet_hours: Option<NotificationQuietHours>,
    /// How often a recipient is told.
    pub throttle: Option<NotificationThrottle>,
    /// Whether it is in force.
    pub active: bool,
    /// Who changed it last.
    pub author: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows by one with every change; send it as `expectedVersion`.
    pub version: i64,
}

#[ComplexObject]
impl NotificationRule {
    /// Its id.
    pub async fn id(&self) -> ID {
        self.id.clone()
    }
}

impl From<Rule> for NotificationRule {
    fn from(rule: Rule) -> Self {
        let (filter, audience) = (rule.filter, rule.audience);
        let kind = rule.channel.route().into();
        let (endpoint_id, chat_host) = match rule.channel {
            Channel::Webhook { endpoint } => (Some(endpoint.into()), None),
            Channel::Chat { host, .. } => (None, Some(host)),
            Channel::Mail | Channel::InApp => (None, None),
        };
        let text = |of: marketplace::notification::RuleText| NotificationText {
            locale: of.locale,
            title: of.note.title,
            text: of.note.text,
        };
        Self {
            id: rule.id.into(),
            name: rule.name,
            event: rule.event,
            key: rule.key,
            filter: NotificationFilter {
                merchant_ids: filter.merchants.into_iter().map(ID::from).collect(),
                channel_ids: filter.channels.into_iter().map(ID::from).collect(),
                currency: filter.currency.map(Currency),
                minimum: filter.minimum_minor.zip(filter.currency).map(|(minor, of)| Money::minor(minor, of)),
                severity: filter.severity.as_deref().map(severity),
            },
            audience: NotificationAudience {
                operator_roles: audience.operator_roles,
                merchant_roles: audience.merchant_roles,
                user_ids: audience.users.into_iter().map(ID::from).collect(),
                concerned: audience.concerned,
                address: audience.address,
            },
            channel: NotificationChannel { kind, endpoint_id, chat_host },
            texts: rule.texts.into_iter().map(text).collect(),
            digest: digest(rule.digest),
            quiet_hours: rule.quiet_hours.map(|quiet| NotificationQuietHours {
                time_zone: quiet.zone.name().to_owned(),
                from: time_shown(quiet.from),
                to: time_shown(quiet.to),
            }),
            throttle: rule
                .throttle
                .map(|throttle| NotificationThrottle { most: throttle.most, minutes: throttle.minutes }),
            active: rule.active,
            author: rule.author_name,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
            version: rule.version,
        }
    }
}

fn severity(name: &str) -> NotificationSeverity {
    match name {
        "urgent" => NotificationSeverity::Urgent,
        "warning" => NotificationSeverity::Warning,
        _ => NotificationSeverity::Info,
    }
}

fn digest(of: Digest) -> NotificationDigest {
    match of {
        Digest::None => NotificationDigest { kind: NotificationDigestKind::None, hour: None, time_zone: None },
        Digest::Hourly => NotificationDigest { kind: NotificationDigestKind::Hourly, hour: None, time_zone: None },
        Digest::Daily { hour, zone } => NotificationDigest {
            kind: NotificationDigestKind::Daily,
            hour: Some(hour),
            time_zone: Some(zone.name().to_owned()),
        },
    }
}
