//! Rules: which event, under which conditions, is told whom by which channel, in which words, and when.

use chrono::{DateTime, Utc};
use context::Sealed;
use kernel::id::{ChannelId, MerchantId, NotificationRuleId, UserId, WebhookEndpointId};
use kernel::{Currency, Invalid, Money, text};
use mail::{NoteText, Templates};
use serde::{Deserialize, Serialize};

use super::catalog::{EventKind, MARKETPLACE_NAME, event_kind};
use super::delivery::Route;
use super::timing::{Digest, QuietHours, Throttle};
use crate::Error;
use crate::model::amount;
use crate::model::channel::is_locale;

/// The longest name and key of a rule.
const NAME_MAX: usize = 120;
/// The most entries of a list of a rule.
const ENTRIES_MAX: usize = 50;

/// Which events a rule takes: all that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Filter {
    /// Only of these merchants; of all if there is none.
    pub merchants: Vec<MerchantId>,
    /// Only of these sales channels; of all if there is none.
    pub channels: Vec<ChannelId>,
    /// Only amounts in this currency.
    pub currency: Option<Currency>,
    /// Only from this amount on, in minor units of `currency`.
    pub minimum_minor: Option<i64>,
    /// Only what matters at least so much: `info`, `warning`, `urgent`.
    pub severity: Option<String>,
}

/// What of an event a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The merchant concerned.
    pub merchant: Option<MerchantId>,
    /// The sales channel.
    pub channel: Option<ChannelId>,
    /// The amount.
    pub amount: Option<Money>,
}

impl Filter {
    /// Whether an event is taken. What an event lacks meets no condition about it.
    #[must_use]
    pub fn takes(&self, of: &Facts, severity: super::Severity) -> bool {
        let named = |all: bool, one: bool| all || one;
        named(self.merchants.is_empty(), of.merchant.is_some_and(|id| self.merchants.contains(&id)))
            && named(self.channels.is_empty(), of.channel.is_some_and(|id| self.channels.contains(&id)))
            && self.currency.is_none_or(|wanted| of.amount.is_some_and(|amount| amount.currency == wanted))
            && self.minimum_minor.is_none_or(|least| of.amount.is_some_and(|amount| amount.minor >= least))
            && self.severity.as_deref().is_none_or(|least| severity >= super::Severity::parse(least))
    }

    fn checked(mut self) -> Result<Self, Invalid> {
        bounded("filter.merchantIds", self.merchants.len())?;
        bounded("filter.channelIds", self.channels.len())?;
        sorted(&mut self.merchants);
        sorted(&mut self.channels);
        if let Some(least) = self.minimum_minor {
            amount("filter.minimum", least)?;
            if self.currency.is_none() {
                return Err(Invalid::required("filter.currency"));
            }
        }
        Ok(self)
    }
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Audience {
    /// Everybody of the operator's team with one of these roles.
    pub operator_roles: Vec<String>,
    /// Everybody of the team of the merchant concerned with one of these roles.
    pub merchant_roles: Vec<String>,
    /// These persons, while they belong to the operator or to the merchant concerned.
    pub users: Vec<UserId>,
    /// The person whom the event is about, likewise.
    pub concerned: bool,
    /// An address outside; for mails.
    pub address: Option<String>,
}

impl Audience {
    fn has_people(&self) -> bool {
        self.concerned || !self.operator_roles.is_empty() || !self.merchant_roles.is_empty() || !self.users.is_empty()
    }

    fn checked(mut self, route: Route) -> Result<Self, Invalid> {
        roles("audience.operatorRoles", &mut self.operator_roles, "operator_")?;
        roles("audience.merchantRoles", &mut self.merchant_roles, "merchant_")?;
        bounded("audience.userIds", self.users.len())?;
        sorted(&mut self.users);
        self.address = self.address.map(|raw| text::email("audience.address", &raw)).transpose()?;
        match route {
            Route::Mail if !self.has_people() && self.address.is_none() => Err(Invalid::required("audience")),
            Route::InApp if !self.has_people() => Err(Invalid::required("audience")),
            Route::InApp if self.address.is_some() => Err(foreign("audience.address", "is for mails")),
            Route::Webhook | Route::Chat if self.has_people() || self.address.is_some() => {
                Err(foreign("audience", "the channel itself says who is told"))
            }
            _ => Ok(self),
        }
    }
}

fn foreign(field: &str, why: &str) -> Invalid {
    Invalid::new(field, "NOT_APPLICABLE", why)
}

/// Names of roles as the policy has them: `operator_support`, or `rol_…` of a role that somebody made.
fn roles(field: &str, names: &mut Vec<String>, prefix: &str) -> Result<(), Invalid> {
    bounded(field, names.len())?;
    for (index, name) in names.iter().enumerate() {
        let word = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        if name.len() > NAME_MAX || !word || !(name.starts_with(prefix) || name.starts_with("rol_")) {
            let message = format!("must be the name of a role such as {prefix}… or rol_…");
            return Err(Invalid::new(format!("{field}.{index}"), "UNKNOWN_ROLE", message));
        }
    }
    sorted(names);
    Ok(())
}

fn bounded(field: &str, count: usize) -> Result<(), Invalid> {
    if count <= ENTRIES_MAX {
        return Ok(());
    }
    Err(Invalid::new(field, "TOO_MANY", format!("must have at most {ENTRIES_MAX} entries")))
}

fn sorted<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// By which way it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Channel {
    /// A mail to each person.
    Mail,
    /// What each person reads in Souk itself.
    InApp,
    /// A message to an endpoint of webhooks, signed as all of its messages are.
    Webhook {
        /// The endpoint.
        endpoint: WebhookEndpointId,
    },
    /// A message to the incoming webhook of a chat, as Slack and others take it.
    Chat {
        /// The host of its address. The address itself lets everybody write there: it is sealed.
        host: String,
        /// Tells addresses of one host apart.
        mark: String,
    },
}

impl Channel {
    /// The way without its details.
    #[must_use]
    pub const fn route(&self) -> Route {
        match self {
            Self::Mail => Route::Mail,
            Self::InApp => Route::InApp,
            Self::Webhook { .. } => Route::Webhook,
            Self::Chat { .. } => Route::Chat,
        }
    }
}

/// The words of a rule for readers of one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleText {
    /// Which language: `de`, `de-AT`.
    pub locale: String,
    /// Title and text, with `{{ variables }}`.
    #[serde(flatten)]
    pub note: NoteText,
}

/// Who is told of an event, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Its id.
    #[serde(skip, default = "nobody")]
    pub id: NotificationRuleId,
    /// What people call it.
    pub name: String,
    /// The event.
    #[serde(skip)]
    pub event: String,
    /// Rules with the same key tell a person of an event once by each channel; by default that is the name of the event.
    pub key: String,
    /// Which of the events.
    pub filter: Filter,
    /// Who is told.
    pub audience: Audience,
    /// By which way.
    pub channel: Channel,
    /// The words by language; the built-in ones where there are none.
    pub texts: Vec<RuleText>,
    /// Whether tellings are gathered.
    pub digest: Digest,
    /// When nobody is disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// How often a person is told.
    pub throttle: Option<Throttle>,
    /// Whether it is in force.
    #[serde(skip)]
    pub active: bool,
    /// Who changed it last, by name.
    #[serde(skip)]
    pub author_name: String,
    /// Grows by one with every change.
    #[serde(skip)]
    pub version: i64,
    /// When it was made.
    #[serde(skip)]
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    #[serde(skip)]
    pub updated_at: DateTime<Utc>,
    /// The address of the chat.
    #[serde(skip)]
    pub(crate) chat: Option<Sealed>,
}

fn nobody() -> NotificationRuleId {
    NotificationRuleId(uuid::Uuid::nil())
}

impl Rule {
    /// What kind of event it is about.
    ///
    /// # Errors
    /// [`Invalid`] naming `event`.
    pub fn event_kind(&self) -> Result<&'static EventKind, Invalid> {
        event_kind(&self.event).ok_or_else(|| Invalid::new("event", "UNKNOWN", "there is no such event"))
    }

    /// The rule with what people wrote put in order.
    pub(crate) fn checked(mut self, templates: &Templates) -> Result<Self, Error> {
        let event = self.event_kind()?;
        self.name = text::line("name", &self.name, NAME_MAX)?;
        self.key =
            if self.key.trim().is_empty() { self.event.clone() } else { text::line("key", &self.key, NAME_MAX)? };
        self.filter = self.filter.checked()?;
        self.audience = self.audience.checked(self.channel.route())?;
        self.digest.check("digest")?;
        if let Some(quiet) = self.quiet_hours {
            quiet.check("quietHours")?;
        }
        if let Some(throttle) = self.throttle {
            throttle.check("throttle")?;
        }
        check_texts(event, &mut self.texts, templates)?;
        Ok(self)
    }

    /// The words for a reader: those of the very locale, else of the language, else the first of its own, else the built-in.
    #[must_use]
    pub fn words(&self, event: &EventKind, locale: &str) -> NoteText {
        let of = |wanted: &str| self.texts.iter().find(|text| text.locale.eq_ignore_ascii_case(wanted));
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        let own = of(&locale.replace('_', "-")).or_else(|| of(language));
        match own.or_else(|| self.texts.first().filter(|_| !mail::LOCALES.contains(&language))) {
            Some(own) => own.note.clone(),
            None => event.built_in(locale),
        }
    }
}

fn check_texts(event: &EventKind, texts: &mut [RuleText], templates: &Templates) -> Result<(), Invalid> {
    bounded("texts", texts.len())?;
    texts.sort_by(|a, b| a.locale.cmp(&b.locale));
    for index in 0..texts.len() {
        let field = |part: &str| format!("texts.{index}.{part}");
        if !is_locale(&texts[index].locale) {
            return Err(Invalid::new(field("locale"), "MALFORMED", "must look like de or pt-BR"));
        }
        if index > 0 && texts[index].locale == texts[index - 1].locale {
            return Err(Invalid::new(field("locale"), "DUPLICATE", "stands twice"));
        }
        check_note(event, &texts[index].note, templates)
            .map_err(|fault| Invalid::new(field(&fault.field), fault.code, fault.message))?;
    }
    Ok(())
}

/// Refuses words that could not be sent.
///
/// # Errors
/// [`Invalid`] naming `title` or `text`.
pub(crate) fn check_note(event: &EventKind, note: &NoteText, templates: &Templates) -> Result<(), Invalid> {
    let checked = templates.check_note(note, &event.known(), event.sample());
    checked.map_err(|fault| Invalid::new(fault.part, fault.code, fault.message))
}

/// Fills words in. A variable that the event did not give is empty.
pub(crate) fn fill(
    templates: &Templates,
    event: &EventKind,
    note: &NoteText,
    marketplace: &str,
    variables: &serde_json::Map<String, serde_json::Value>,
) -> Result<NoteText, Error> {
    let mut all: serde_json::Map<_, _> =
        event.variables.iter().map(|name| ((*name).to_owned(), serde_json::Value::from(""))).collect();
    all.extend(variables.clone());
    all.insert(MARKETPLACE_NAME.to_owned(), marketplace.into());
    let filled = templates.fill_note(note, &all).or_else(|_| templates.fill_note(&event.built_in("en"), &all));
    Ok(filled.map_err(context::Error::internal)?)
}

#[cfg(test)]
#[path = "rule_test.rs"]
mod tests;
