//! Rules, as people change them.

use access::Grant;
use context::{Ctx, Sealed, WriteTx};
use history::Change;
use kernel::Invalid;
use kernel::id::{NotificationRuleId, WebhookEndpointId};
use mail::Templates;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::super::{fresh, room};
use crate::actions::EDIT_NOTIFICATION_RULES;
use crate::entity::{rule_row, rule_version_row};
use crate::model::notification::{Audience, Channel, Digest, EVENTS, Filter, QuietHours, Rule, RuleText, Throttle};
use crate::model::webhook::guard;
use crate::{Error, repo};

/// The most rules.
const RULES_MAX: usize = 1_000;
/// The longest address of a chat.
const URL_MAX: usize = 1_000;

/// By which way, as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelInput {
    /// By mail.
    Mail,
    /// In Souk itself.
    InApp,
    /// To an endpoint of webhooks.
    Webhook(WebhookEndpointId),
    /// To a chat; without an address the one that it has stays.
    Chat(Option<String>),
}

/// What a rule is to say; it replaces what it said.
#[derive(Debug, Clone)]
pub struct RuleInput {
    /// What people call it.
    pub name: String,
    /// The event.
    pub event: String,
    /// Rules with the same key tell a person of an event once by each channel; empty: the name of the event.
    pub key: String,
    /// Which of the events.
    pub filter: Filter,
    /// Who is told.
    pub audience: Audience,
    /// By which way.
    pub channel: ChannelInput,
    /// The words by language.
    pub texts: Vec<RuleText>,
    /// Whether tellings are gathered.
    pub digest: Digest,
    /// When nobody is disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// How often a person is told.
    pub throttle: Option<Throttle>,
    /// Whether it is in force.
    pub active: bool,
}

/// Makes a rule.
///
/// # Errors
/// [`Invalid`] naming the field; too many; no key to seal the address of a chat with; denied; the database error.
pub async fn create_rule(ctx: &Ctx, input: RuleInput) -> Result<Rule, Error> {
    let grant = ctx.authorize(EDIT_NOTIFICATION_RULES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    repo::begin(ctx, &tx, &grant).await?;
    let count = repo::notification::rules(&grant).count(&*tx).await?;
    room(usize::try_from(count).unwrap_or(usize::MAX), RULES_MAX, "notification rules")?;
    let id = tx.new_id();
    let (channel, chat) = channel(&tx, &grant, id, input.channel.clone(), None).await?;
    let rule = written(&tx, id, input, channel, chat).checked(&templates()?)?;
    repo::notification::insert(&tx, &rule).await?;
    tx.record(told(&rule, "created", None));
    tx.commit().await?;
    Ok(rule)
}

/// Changes a rule. What it told before stays as it was told.
///
/// # Errors
/// As [`create_rule`]; stale; not found.
pub async fn edit_rule(
    ctx: &Ctx,
    id: NotificationRuleId,
    expected_version: i64,
    input: RuleInput,
) -> Result<Rule, Error> {
    let grant = ctx.authorize(EDIT_NOTIFICATION_RULES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::notification::locked(&tx, &grant, id).await?;
    fresh(before.version, expected_version, "notification rule")?;
    let (channel, chat) = channel(&tx, &grant, id, input.channel.clone(), Some(&before)).await?;
    let after = written(&tx, id, input, channel, chat).checked(&templates()?)?;
    let after = after_of(&before, after);
    repo::notification::save(&tx, &after).await?;
    tx.record(told(&after, "edited", Some(&before)));
    tx.commit().await?;
    Ok(after)
}

/// Switches a rule on or off. What is not sent yet of one that is off is dropped.
///
/// # Errors
/// Stale; not found; denied; the database error.
pub async fn switch_rule(
    ctx: &Ctx,
    id: NotificationRuleId,
    expected_version: i64,
    active: bool,
) -> Result<Rule, Error> {
    let grant = ctx.authorize(EDIT_NOTIFICATION_RULES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::notification::locked(&tx, &grant, id).await?;
    fresh(before.version, expected_version, "notification rule")?;
    if before.active == active {
        return Ok(before);
    }
    let author_name = ctx.actor().name.clone();
    let after = after_of(&before, Rule { active, author_name, updated_at: tx.now(), ..before.clone() });
    repo::notification::save(&tx, &after).await?;
    tx.record(told(&after, if active { "enabled" } else { "disabled" }, Some(&before)));
    tx.commit().await?;
    Ok(after)
}

/// Lets a rule say again what it said at an earlier version, as a new version.
///
/// # Errors
/// Not found; what of it would be refused today; stale; denied; the database error.
pub async fn restore_rule(
    ctx: &Ctx,
    id: NotificationRuleId,
    version: i64,
    expected_version: i64,
) -> Result<Rule, Error> {
    let grant = ctx.authorize(EDIT_NOTIFICATION_RULES)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = repo::notification::locked(&tx, &grant, id).await?;
    fresh(before.version, expected_version, "notification rule")?;
    let then = repo::notification::versions(&grant, id).filter(rule_version_row::Column::Version.eq(version));
    let then = then.one(&*tx).await?.ok_or(context::Error::NotFound("version of the notification rule"))?;
    let author_name = ctx.actor().name.clone();
    let then = Rule { author_name, updated_at: tx.now(), ..Rule::try_from(then)? };
    let after = after_of(&before, then.checked(&templates()?)?);
    repo::notification::save(&tx, &after).await?;
    tx.record(told(&after, "restored", Some(&before)).field("restoredVersion", (), version));
    tx.commit().await?;
    Ok(after)
}

fn after_of(before: &Rule, after: Rule) -> Rule {
    Rule { version: before.version + 1, created_at: before.created_at, ..after }
}

fn written(tx: &WriteTx, id: NotificationRuleId, input: RuleInput, channel: Channel, chat: Option<Sealed>) -> Rule {
    Rule {
        id,
        name: input.name,
        event: input.event,
        key: input.key,
        filter: input.filter,
        audience: input.audience,
        channel,
        texts: input.texts,
        digest: input.digest,
        quiet_hours: input.quiet_hours,
        throttle: input.throttle,
        active: input.active,
        author_name: tx.ctx().actor().name.clone(),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        chat,
    }
}

/// The way that people chose, with the address of a chat sealed.
async fn channel(
    tx: &WriteTx,
    grant: &Grant,
    id: NotificationRuleId,
    input: ChannelInput,
    before: Option<&Rule>,
) -> Result<(Channel, Option<Sealed>), Error> {
    match input {
        ChannelInput::Mail => Ok((Channel::Mail, None)),
        ChannelInput::InApp => Ok((Channel::InApp, None)),
        ChannelInput::Webhook(endpoint) => {
            repo::webhook::row(&**tx, grant, endpoint).await?;
            Ok((Channel::Webhook { endpoint }, None))
        }
        ChannelInput::Chat(None) => {
            let kept = before.filter(|rule| rule.chat.is_some());
            let kept = kept.ok_or_else(|| Invalid::required("channel.chatUrl"))?;
            Ok((kept.channel.clone(), kept.chat.clone()))
        }
        ChannelInput::Chat(Some(raw)) => {
            let url = guard::address("channel.chatUrl", &raw, URL_MAX)?;
            let url = Url::parse(&url).map_err(context::Error::internal)?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let mark = kernel::text::hex(Sha256::digest(url.as_str())).chars().take(8).collect();
            Ok((Channel::Chat { host, mark }, Some(repo::notification::seal(tx, id, &url)?)))
        }
    }
}

fn told(rule: &Rule, action: &'static str, before: Option<&Rule>) -> Change {
    Change::new("notification_rule", rule.id, action)
        .field("event", before.map(|rule| &rule.event), &rule.event)
        .field("active", before.map(|rule| rule.active), rule.active)
        .diff(before, Some(rule))
}

pub(crate) fn templates() -> Result<Templates, Error> {
    Ok(Templates::builtin().map_err(context::Error::internal)?)
}

/// The rules of a fresh marketplace: event, roles of the operator, roles of the merchant concerned, whether the person whom
/// it is about is told. All in Souk itself.
type Default = (&'static str, &'static [&'static str], &'static [&'static str], bool);

const DEFAULTS: &[Default] = &[
    ("merchant_order.new", &[], &["merchant_owner", "merchant_fulfillment"], false),
    ("merchant_order.unanswered", &[], &["merchant_owner", "merchant_fulfillment"], false),
    (
        "merchant_order.late",
        &["operator_admin", "operator_operations"],
        &["merchant_owner", "merchant_fulfillment"],
        false,
    ),
    ("refund.awaits_approval", &["operator_admin", "operator_finance"], &[], false),
    ("dispute.opened", &["operator_admin", "operator_finance"], &["merchant_owner", "merchant_finance"], false),
    ("merchant.submitted", &["operator_admin", "operator_operations"], &[], false),
    ("merchant.approved", &[], &["merchant_owner"], false),
    ("merchant.restricted", &["operator_admin", "operator_operations"], &["merchant_owner"], false),
    ("merchant.rating_fell", &["operator_admin", "operator_operations"], &["merchant_owner"], false),
    ("merchant.papers_expired", &["operator_admin", "operator_operations"], &["merchant_owner"], false),
    ("payout.paid", &[], &["merchant_owner", "merchant_finance"], false),
    ("payout.failed", &["operator_admin", "operator_finance"], &["merchant_owner", "merchant_finance"], false),
    ("debt.critical", &["operator_admin", "operator_finance"], &["merchant_owner", "merchant_finance"], false),
    ("webhook.disabled", &["operator_admin", "operator_operations"], &["merchant_owner"], false),
    ("sign_in.changed", &[], &[], true),
    ("task.assigned", &[], &[], true),
    ("task.breached", &["operator_admin", "operator_operations"], &[], true),
    ("conversation.assigned", &[], &[], true),
    ("conversation.mentioned", &[], &[], true),
];

/// Makes the rules of a fresh marketplace, unless there is any. Says how many.
pub(crate) async fn default_rules(tx: &mut WriteTx, grant: &Grant) -> Result<usize, Error> {
    if any_rule(&**tx, grant).await? {
        return Ok(0);
    }
    let templates = templates()?;
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    for (event, operator, merchant, concerned) in DEFAULTS {
        let about = EVENTS.iter().find(|kind| kind.name == *event).map_or("", |kind| kind.about);
        let audience = Audience {
            operator_roles: names(operator),
            merchant_roles: names(merchant),
            concerned: *concerned,
            ..Audience::default()
        };
        let input = RuleInput {
            name: about.trim_end_matches('.').to_owned(),
            event: (*event).to_owned(),
            key: String::new(),
            filter: Filter::default(),
            audience,
            channel: ChannelInput::InApp,
            texts: Vec::new(),
            digest: Digest::None,
            quiet_hours: None,
            throttle: None,
            active: true,
        };
        let rule = written(tx, tx.new_id(), input, Channel::InApp, None).checked(&templates)?;
        repo::notification::insert(tx, &rule).await?;
        tx.record(told(&rule, "created", None));
    }
    Ok(DEFAULTS.len())
}

/// Whether there is any rule.
pub(crate) async fn any_rule<C: sea_orm::ConnectionTrait>(conn: &C, grant: &Grant) -> Result<bool, Error> {
    let one = repo::notification::rules(grant).filter(rule_row::Column::Version.gt(0)).one(conn).await?;
    Ok(one.is_some())
}
