//! Rules of notifications as the operator writes them.

use async_graphql::{ID, InputObject};
use kernel::id::{NotificationRuleId, WebhookEndpointId};
use kernel::{Invalid, Zone};
use marketplace::NoteText;
use marketplace::command::notification::{ChannelInput, RuleInput};
use marketplace::notification::{Audience, Digest, Filter, QuietHours, RuleText, Severity, Throttle};

use super::object::{NotificationChannelKind, NotificationSeverity};
use super::rule::NotificationDigestKind;
use crate::input;
use crate::marketplace::calendar::time_of_day;
use crate::scalar::{Currency, MoneyInput};

/// The most ids of one list of a rule.
const IDS_MAX: usize = 50;

/// Which of the events a rule takes: all that is said must hold.
#[derive(Debug, Default, InputObject)]
pub struct NotificationFilterInput {
    /// Only of these merchants; of all if there is none.
    #[graphql(default)]
    pub merchant_ids: Vec<ID>,
    /// Only of these sales channels; of all if there is none.
    #[graphql(default)]
    pub channel_ids: Vec<ID>,
    /// Only amounts in this currency.
    pub currency: Option<Currency>,
    /// Only from this amount on, in its currency.
    pub minimum: Option<MoneyInput>,
    /// Only what matters at least so much.
    pub severity: Option<NotificationSeverity>,
}

/// Whom a rule tells; for mails and in Souk itself.
#[derive(Debug, Default, InputObject)]
pub struct NotificationAudienceInput {
    /// Everybody of the operator's team with one of these roles: `operator_support`, or the id of a role of your own.
    #[graphql(default)]
    pub operator_roles: Vec<String>,
    /// Everybody of the team of the merchant concerned with one of these roles: `merchant_owner`.
    #[graphql(default)]
    pub merchant_roles: Vec<String>,
    /// These persons, while they belong to the operator or to the merchant concerned.
    #[graphql(default)]
    pub user_ids: Vec<ID>,
    /// Whether the person is told whom the event is about.
    #[graphql(default)]
    pub concerned: bool,
    /// An address outside; for mails.
    pub address: Option<String>,
}

/// By which way a rule tells.
#[derive(Debug, InputObject)]
pub struct NotificationChannelInput {
    /// The way.
    pub kind: NotificationChannelKind,
    /// The endpoint, for `WEBHOOK`.
    pub endpoint_id: Option<ID>,
    /// The address of the incoming webhook, for `CHAT`; absent in an update, it stays as it is.
    pub chat_url: Option<String>,
}

/// The words of a rule for readers of one language.
#[derive(Debug, InputObject)]
pub struct NotificationTextInput {
    /// Which language: `de`, `de-AT`.
    pub locale: String,
    /// One line, with `{{ variables }}`.
    pub title: String,
    /// A few lines, with `{{ variables }}`.
    pub text: String,
}

/// When gathered tellings are told.
#[derive(Debug, InputObject)]
pub struct NotificationDigestInput {
    /// Whether they are gathered.
    pub kind: NotificationDigestKind,
    /// The hour of the day, 0 to 23, for `DAILY`.
    pub hour: Option<u32>,
    /// The time zone of its clock, for `DAILY`.
    pub time_zone: Option<String>,
}

/// The hours in which nobody is disturbed; what comes then is told at their end.
#[derive(Debug, InputObject)]
pub struct NotificationQuietHoursInput {
    /// The time zone of their clock.
    pub time_zone: String,
    /// When they begin: `22:00`.
    pub from: String,
    /// When they end: `07:00`; earlier than `from`, on the next day.
    pub to: String,
}

/// How often one recipient is told by a rule.
#[derive(Debug, InputObject)]
pub struct NotificationThrottleInput {
    /// At most so many times, 1 to 1000.
    pub most: i64,
    /// In so many minutes, 1 to 1440; the rest is told in one when they are over.
    pub minutes: i64,
}

/// What a rule says.
#[derive(Debug, InputObject)]
pub struct NotificationRuleInput {
    /// What people call it.
    pub name: String,
    /// The event, by its name in `notificationEvents`.
    pub event: String,
    /// Rules with the same key tell a recipient of an event once by each channel; the name of the event if empty.
    #[graphql(default)]
    pub key: String,
    /// Which of the events; all of them if absent.
    pub filter: Option<NotificationFilterInput>,
    /// Who is told; for mails and in Souk itself.
    pub audience: Option<NotificationAudienceInput>,
    /// By which way.
    pub channel: NotificationChannelInput,
    /// The words by language; the built-in ones where there are none.
    #[graphql(default)]
    pub texts: Vec<NotificationTextInput>,
    /// Whether tellings are gathered; each is told at once if absent.
    pub digest: Option<NotificationDigestInput>,
    /// When nobody is disturbed.
    pub quiet_hours: Option<NotificationQuietHoursInput>,
    /// How often a recipient is told.
    pub throttle: Option<NotificationThrottleInput>,
    /// Whether it is in force.
    #[graphql(default = true)]
    pub active: bool,
}

/// A rule to be made.
#[derive(Debug, InputObject)]
pub struct NotificationRuleCreateInput {
    /// What it says.
    pub rule: NotificationRuleInput,
}

/// What a rule says from now on, in place of what it said.
#[derive(Debug, InputObject)]
pub struct NotificationRuleUpdateInput {
    /// The rule.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// What it says.
    pub rule: NotificationRuleInput,
}

/// A rule to be switched on or off.
#[derive(Debug, InputObject)]
pub struct NotificationRuleSwitchInput {
    /// The rule.
    pub id: ID,
    /// The version that was read.
    pub expected_version: i64,
    /// Whether it is in force from now on.
    pub active: bool,
}

/// A rule that is to say again what it said.
#[derive(Debug, InputObject)]
pub struct NotificationRuleRestoreInput {
    /// The rule.
    pub id: ID,
    /// The version that says what it is to say.
    pub version: i64,
    /// The version that was read.
    pub expected_version: i64,
}

/// Words of a rule to be looked at.
#[derive(Debug, InputObject)]
pub struct NotificationPreviewInput {
    /// The event, by its name in `notificationEvents`.
    pub event: String,
    /// One line, with `{{ variables }}`.
    pub title: String,
    /// A few lines, with `{{ variables }}`.
    pub text: String,
}

/// A telling to be sent again.
#[derive(Debug, InputObject)]
pub struct NotificationDeliveryRetryInput {
    /// The telling.
    pub id: ID,
}

/// A rule and its version.
pub(super) fn rule_id(id: &ID) -> Result<NotificationRuleId, context::Error> {
    input::id("id", id)
}

impl NotificationRuleInput {
    /// Faults name their place below `rule`.
    pub(super) fn read(self) -> Result<RuleInput, context::Error> {
        self.unplaced().map_err(below)
    }

    fn unplaced(self) -> Result<RuleInput, context::Error> {
        Ok(RuleInput {
            name: self.name,
            event: self.event,
            key: self.key,
            filter: self.filter.unwrap_or_default().read()?,
            audience: self.audience.unwrap_or_default().read()?,
            channel: self.channel.read()?,
            texts: self
                .texts
                .into_iter()
                .map(|of| RuleText { locale: of.locale, note: NoteText { title: of.title, text: of.text } })
                .collect(),
            digest: self.digest.map_or(Ok(Digest::None), NotificationDigestInput::read)?,
            quiet_hours: self.quiet_hours.map(NotificationQuietHoursInput::read).transpose()?,
            throttle: self.throttle.map(|of| Throttle { most: of.most, minutes: of.minutes }),
            active: self.active,
        })
    }
}

/// Names the place of a fault below `rule`.
fn below(error: context::Error) -> context::Error {
    match error {
        context::Error::Invalid(invalid) => Invalid { field: format!("rule.{}", invalid.field), ..invalid }.into(),
        other => other,
    }
}

/// The same for a fault of the command.
pub(super) fn below_rule<T>(result: Result<T, marketplace::Error>) -> Result<T, marketplace::Error> {
    result.map_err(|error| match error {
        marketplace::Error::Core(error) => below(error).into(),
        other => other,
    })
}

impl NotificationFilterInput {
    fn read(self) -> Result<Filter, context::Error> {
        let mut currency = self.currency.map(|currency| currency.0);
        let minimum = self.minimum.map(|minimum| minimum.parse("filter.minimum")).transpose()?;
        if let Some(minimum) = minimum {
            if currency.is_some_and(|currency| currency != minimum.currency) {
                let message = "must be the currency of the filter";
                return Err(Invalid::new("filter.minimum.currency", "CURRENCY_MISMATCH", message).into());
            }
            currency = Some(minimum.currency);
        }
        Ok(Filter {
            merchants: input::ids("filter.merchantIds", &self.merchant_ids, IDS_MAX)?,
            channels: input::ids("filter.channelIds", &self.channel_ids, IDS_MAX)?,
            currency,
            minimum_minor: minimum.map(|minimum| minimum.minor),
            severity: self.severity.map(|severity| Severity::from(severity).as_str().to_owned()),
        })
    }
}

impl NotificationAudienceInput {
    fn read(self) -> Result<Audience, context::Error> {
        Ok(Audience {
            operator_roles: self.operator_roles,
            merchant_roles: self.merchant_roles,
            users: input::ids("audience.userIds", &self.user_ids, IDS_MAX)?,
            concerned: self.concerned,
            address: self.address,
        })
    }
}

impl NotificationChannelInput {
    fn read(self) -> Result<ChannelInput, context::Error> {
        match self.kind {
            NotificationChannelKind::Mail => Ok(ChannelInput::Mail),
            NotificationChannelKind::InApp => Ok(ChannelInput::InApp),
            NotificationChannelKind::Chat => Ok(ChannelInput::Chat(self.chat_url)),
            NotificationChannelKind::Webhook => {
                let id: Option<WebhookEndpointId> =
                    input::optional_id("channel.endpointId", self.endpoint_id.as_ref())?;
                Ok(ChannelInput::Webhook(id.ok_or_else(|| Invalid::required("channel.endpointId"))?))
            }
        }
    }
}

impl NotificationDigestInput {
    fn read(self) -> Result<Digest, context::Error> {
        match self.kind {
            NotificationDigestKind::None => Ok(Digest::None),
            NotificationDigestKind::Hourly => Ok(Digest::Hourly),
            NotificationDigestKind::Daily => {
                let hour = self.hour.ok_or_else(|| Invalid::required("digest.hour"))?;
                let zone = self.time_zone.ok_or_else(|| Invalid::required("digest.timeZone"))?;
                Ok(Digest::Daily { hour, zone: Zone::parse("digest.timeZone", &zone)? })
            }
        }
    }
}

impl NotificationQuietHoursInput {
    fn read(self) -> Result<QuietHours, context::Error> {
        Ok(QuietHours {
            zone: Zone::parse("quietHours.timeZone", &self.time_zone)?,
            from: time_of_day("quietHours.from", &self.from)?,
            to: time_of_day("quietHours.to", &self.to)?,
        })
    }
}
