//! From an event to tellings: one for each recipient, channel and key. Only Souk itself calls this.

use std::collections::HashSet;

use access::Grant;
use chrono::{DateTime, Utc};
use context::{Ctx, WriteTx};
use kernel::id::{EventId, UserId};
use mail::NoteText;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value};

use super::rule::templates;
use super::settle::{hand_over, reachable};
use crate::actions::ROUTE_NOTIFICATIONS;
use crate::entity::{opt_out_row, rule_row, telling_row};
use crate::model::notification::plan::plan;
use crate::model::notification::rule::{Facts, fill};
use crate::model::notification::{Channel, DeliveryState, DroppedWhy, EventKind, Route, Rule, Seat};
use crate::{Error, repo};

/// Something that happened, as rules look at it.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The fact; it is told once, however often it is routed.
    pub source: EventId,
    /// What kind of event it is.
    pub event: &'static EventKind,
    /// What filters look at.
    pub facts: Facts,
    /// The person whom it is about.
    pub concerned: Option<UserId>,
    /// The kind and the id of the thing that it is about.
    pub subject: (&'static str, String),
    /// What its words are filled with.
    pub variables: Map<String, Value>,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A person, for a seat that it holds.
    Person(UserId, Seat),
    /// An address outside.
    Address(String),
}

/// The active rules about these events.
///
/// # Errors
/// Denied; the database error.
pub async fn active_rules(ctx: &Ctx, events: &[&str]) -> Result<Vec<Rule>, Error> {
    use rule_row::Column;
    let grant = ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let rows = repo::notification::rules(&grant)
        .filter(Column::Event.is_in(events.iter().copied()))
        .filter(Column::Active.eq(true))
        .order_by_asc(Column::Id)
        .all(ctx.read())
        .await?;
    rows.into_iter().map(Rule::try_from).collect()
}

impl Occurrence {
    /// Whether a rule is about this.
    #[must_use]
    pub fn meets(&self, rule: &Rule) -> bool {
        rule.event == self.event.name && rule.filter.takes(&self.facts, self.event.severity)
    }
}

/// Makes the tellings of an event by one rule; `people` are those of its audience. What was made before is left alone, so it
/// can be called any number of times. Says how many were made.
///
/// # Errors
/// Denied; the database error.
pub async fn route(ctx: &Ctx, of: &Occurrence, rule: &Rule, people: &[Recipient]) -> Result<u64, Error> {
    let grant = ctx.authorize(ROUTE_NOTIFICATIONS)?;
    let market = crate::snapshot(ctx).await?;
    let tx = ctx.begin_write().await?;
    // Who counts what was told lately counts alone.
    let rule = match rule.throttle {
        Some(_) => repo::notification::locked(&tx, &grant, rule.id).await?,
        None => repo::notification::rule(&*tx, &grant, rule.id).await?,
    };
    if !rule.active || !of.meets(&rule) {
        return Ok(0);
    }
    let settings = &market.settings;
    let words = rule.words(of.event, &settings.mail_locale);
    let words = fill(&templates()?, of.event, &words, &settings.name, &of.variables)?;
    let off = opted_out(&tx, of, &rule, people).await?;
    let mut made = 0;
    for target in targets(&rule, people) {
        let why = match target.person {
            Some((user, _)) if off.contains(user) => Some(DroppedWhy::OptedOut),
            _ => reachable(&tx, &grant, &rule, of.facts.merchant).await?.err(),
        };
        made += u64::from(tell(&tx, &grant, of, &rule, &target, (&words, why)).await?);
    }
    tx.commit().await?;
    Ok(made)
}

/// To whom, as it is stored.
struct Target<'a> {
    name: String,
    person: Option<(&'a UserId, &'a Seat)>,
}

fn targets<'a>(rule: &Rule, people: &'a [Recipient]) -> Vec<Target<'a>> {
    let outside = |name: String| vec![Target { name, person: None }];
    match &rule.channel {
        Channel::Webhook { endpoint } => outside(endpoint.to_string()),
        Channel::Chat { host, mark } => outside(format!("{host}#{mark}")),
        Channel::Mail | Channel::InApp => {
            let target = |recipient: &'a Recipient| match recipient {
                Recipient::Person(user, seat) => Target { name: user.to_string(), person: Some((user, seat)) },
                Recipient::Address(address) => Target { name: address.clone(), person: None },
            };
            people.iter().map(target).collect()
        }
    }
}

/// Who of them does not want to be told.
async fn opted_out(tx: &WriteTx, of: &Occurrence, rule: &Rule, people: &[Recipient]) -> Result<HashSet<UserId>, Error> {
    use opt_out_row::Column;
    let users: Vec<UserId> = people
        .iter()
        .filter_map(|recipient| match recipient {
            Recipient::Person(user, _) => Some(*user),
            Recipient::Address(_) => None,
        })
        .collect();
    if of.event.mandatory || users.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = opt_out_row::Entity::find()
        .filter(Column::UserId.is_in(db::dialect::pad(users)))
        .filter(Column::Event.eq(of.event.name))
        .filter(Column::Channel.eq(rule.channel.route().as_str()))
        .all(&**tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

/// One telling; what can be handed over without leaving the database is handed over at once. Whether there was none yet.
async fn tell(
    tx: &WriteTx,
    grant: &Grant,
    of: &Occurrence,
    rule: &Rule,
    target: &Target<'_>,
    (words, why): (&NoteText, Option<DroppedWhy>),
) -> Result<bool, Error> {
    let now = tx.now();
    let plan = plan(rule, of.event.severity, now, recent(tx, rule, &target.name, now).await?);
    let route = rule.channel.route();
    let inside = matches!(route, Route::InApp | Route::Webhook);
    let state = match why {
        Some(_) => DeliveryState::Dropped,
        None if plan.due_at > now => DeliveryState::Held,
        None if inside => DeliveryState::Sent,
        None => DeliveryState::Waiting,
    };
    let settled = matches!(state, DeliveryState::Dropped | DeliveryState::Sent);
    let row = telling_row::Model {
        id: tx.new_id(),
        rule_id: rule.id,
        rule_key: rule.key.clone(),
        source_id: of.source,
        event: of.event.name.to_owned(),
        merchant_id: of.facts.merchant,
        channel: route.as_str().to_owned(),
        recipient: target.name.clone(),
        user_id: target.person.map(|(user, _)| *user),
        seat_merchant_id: target.person.and_then(|(_, seat)| seat.merchant),
        seat_role: target.person.map(|(_, seat)| seat.role.clone()),
        title: words.title.clone(),
        body: words.text.clone(),
        subject_kind: of.subject.0.to_owned(),
        subject_id: of.subject.1.clone(),
        severity: of.event.severity.as_str().to_owned(),
        digest: plan.together,
        state: state.as_str().to_owned(),
        dropped_why: why.map(|why| why.as_str().to_owned()),
        attempt_count: i64::from(state == DeliveryState::Sent),
        round_count: 0,
        due_at: plan.due_at,
        locked_until: None,
        last_error: None,
        sent_as: None,
        created_at: now,
        settled_at: settled.then_some(now),
    };
    let row = telling_row::Model { sent_as: (state == DeliveryState::Sent).then_some(row.id), ..row };
    let inserted = telling_row::Entity::insert(sea_orm::IntoActiveModel::into_active_model(row.clone()))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    if inserted == 1 && state == DeliveryState::Sent {
        hand_over(tx, grant, &row, (&row.title, &row.body)).await?;
    }
    Ok(inserted == 1)
}

/// How many tellings of the throttle's time somebody had by a rule, each on its own, and when the first was made.
async fn recent(
    tx: &WriteTx,
    rule: &Rule,
    recipient: &str,
    now: DateTime<Utc>,
) -> Result<(i64, Option<DateTime<Utc>>), Error> {
    use telling_row::Column;
    let Some(throttle) = rule.throttle else { return Ok((0, None)) };
    let rows: Vec<DateTime<Utc>> = telling_row::Entity::find()
        .select_only()
        .column(Column::CreatedAt)
        .filter(Column::RuleId.eq(rule.id))
        .filter(Column::Channel.eq(rule.channel.route().as_str()))
        .filter(Column::Recipient.eq(recipient))
        .filter(Column::CreatedAt.gt(now - throttle.window()))
        .filter(Column::Digest.eq(false))
        .filter(Column::State.ne(DeliveryState::Dropped.as_str()))
        .order_by_asc(Column::CreatedAt)
        .limit(u64::try_from(throttle.most).unwrap_or_default())
        .into_tuple()
        .all(&**tx)
        .await?;
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), rows.first().copied()))
}
