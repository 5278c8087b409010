//! Loading and saving rules, tellings and what people read. Rules are the operator's.

use access::Grant;
use context::{Sealed, WriteTx, no_rows, within_merchants};
use kernel::id::{NotificationDeliveryId, NotificationRuleId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect as _};
use url::Url;

use crate::Error;
use crate::entity::{notification_row, rule_row, rule_version_row, telling_row};
use crate::model::notification::{Delivery, DeliveryState, DroppedWhy, Notification, Route, Rule, Seat, Severity};

/// A rule as it is stored, or as it was at a version.
fn rule_of(document: &str, event: String, active: bool, chat: Option<(String, String)>) -> Result<Rule, Error> {
    let rule: Rule = serde_json::from_str(document)?;
    let chat = chat.map(|(text, key)| Sealed { key, text });
    Ok(Rule { event, active, chat, ..rule })
}

impl TryFrom<rule_row::Model> for Rule {
    type Error = Error;

    fn try_from(row: rule_row::Model) -> Result<Self, Error> {
        let rule = rule_of(&row.document, row.event, row.active, row.chat_url.zip(row.chat_url_key))?;
        Ok(Self {
            id: row.id,
            author_name: row.author_name,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            ..rule
        })
    }
}

impl TryFrom<rule_version_row::Model> for Rule {
    type Error = Error;

    fn try_from(row: rule_version_row::Model) -> Result<Self, Error> {
        let rule = rule_of(&row.document, row.event, row.active, row.chat_url.zip(row.chat_url_key))?;
        Ok(Self {
            id: row.rule_id,
            author_name: row.author_name,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.created_at,
            ..rule
        })
    }
}

impl From<telling_row::Model> for Delivery {
    fn from(row: telling_row::Model) -> Self {
        Self {
            id: row.id,
            rule: row.rule_id,
            source: row.source_id,
            event: row.event,
            merchant: row.merchant_id,
            route: Route::parse(&row.channel),
            recipient: row.recipient,
            user: row.user_id,
            title: row.title,
            text: row.body,
            severity: Severity::parse(&row.severity),
            state: DeliveryState::parse(&row.state),
            dropped: row.dropped_why.as_deref().and_then(DroppedWhy::parse),
            attempts: row.attempt_count,
            due_at: row.due_at,
            last_error: row.last_error,
            sent_as: row.sent_as,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

impl From<notification_row::Model> for Notification {
    fn from(row: notification_row::Model) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            merchant: row.merchant_id,
            event: row.event,
            title: row.title,
            text: row.body,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            severity: Severity::parse(&row.severity),
            created_at: row.created_at,
            read_at: row.read_at,
            stamp: row.stamp,
        }
    }
}

/// Rules are shown to whoever reads them all: to the operator and to Souk itself.
fn wide(grant: &Grant) -> Condition {
    if grant.is_wide() { Condition::all() } else { no_rows() }
}

/// All rules that a grant reaches.
pub(crate) fn rules(grant: &Grant) -> sea_orm::Select<rule_row::Entity> {
    rule_row::Entity::find().filter(wide(grant))
}

/// One rule.
pub(crate) async fn rule<C: ConnectionTrait>(conn: &C, grant: &Grant, id: NotificationRuleId) -> Result<Rule, Error> {
    let found = rules(grant).filter(rule_row::Column::Id.eq(id)).one(conn).await?;
    found.ok_or_else(missing)?.try_into()
}

/// One rule, which nobody else routes by or changes until the end of the transaction.
pub(crate) async fn locked(tx: &WriteTx, grant: &Grant, id: NotificationRuleId) -> Result<Rule, Error> {
    let found = rules(grant).filter(rule_row::Column::Id.eq(id)).lock_exclusive().one(&**tx).await?;
    found.ok_or_else(missing)?.try_into()
}

/// What a rule said at its versions.
pub(crate) fn versions(grant: &Grant, id: NotificationRuleId) -> sea_orm::Select<rule_version_row::Entity> {
    rule_version_row::Entity::find().filter(wide(grant)).filter(rule_version_row::Column::RuleId.eq(id))
}

fn missing() -> Error {
    context::Error::NotFound("notification rule").into()
}

/// Keeps a new rule.
pub(crate) async fn insert(tx: &WriteTx, rule: &Rule) -> Result<(), Error> {
    let (chat_url, chat_url_key) = rule.chat.clone().map(|sealed| (sealed.text, sealed.key)).unzip();
    let row = rule_row::ActiveModel {
        id: Set(rule.id),
        event: Set(rule.event.clone()),
        active: Set(rule.active),
        document: Set(serde_json::to_string(rule)?),
        chat_url: Set(chat_url),
        chat_url_key: Set(chat_url_key),
        author_name: Set(rule.author_name.clone()),
        version: Set(rule.version),
        created_at: Set(rule.created_at),
        updated_at: Set(rule.updated_at),
    };
    rule_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    insert_version(tx, rule).await
}

/// Saves a rule, if nobody changed it since version `rule.version - 1`.
pub(crate) async fn save(tx: &WriteTx, rule: &Rule) -> Result<(), Error> {
    let (chat_url, chat_url_key) = rule.chat.clone().map(|sealed| (sealed.text, sealed.key)).unzip();
    let row = rule_row::ActiveModel {
        event: Set(rule.event.clone()),
        active: Set(rule.active),
        document: Set(serde_json::to_string(rule)?),
        chat_url: Set(chat_url),
        chat_url_key: Set(chat_url_key),
        author_name: Set(rule.author_name.clone()),
        version: Set(rule.version),
        updated_at: Set(rule.updated_at),
        ..Default::default()
    };
    let own = rule_row::Entity::update_many().set(row).filter(rule_row::Column::Id.eq(rule.id));
    let own = own.filter(rule_row::Column::Version.eq(rule.version - 1));
    if own.exec(&**tx).await?.rows_affected != 1 {
        return Err(context::Error::Stale("notification rule").into());
    }
    insert_version(tx, rule).await
}

async fn insert_version(tx: &WriteTx, rule: &Rule) -> Result<(), Error> {
    let (chat_url, chat_url_key) = rule.chat.clone().map(|sealed| (sealed.text, sealed.key)).unzip();
    let row = rule_version_row::ActiveModel {
        rule_id: Set(rule.id),
        version: Set(rule.version),
        event: Set(rule.event.clone()),
        active: Set(rule.active),
        document: Set(serde_json::to_string(rule)?),
        chat_url: Set(chat_url),
        chat_url_key: Set(chat_url_key),
        author_name: Set(rule.author_name.clone()),
        created_at: Set(rule.updated_at),
    };
    rule_version_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Where the address of the chat of a rule is sealed: it opens nowhere else.
fn place(id: NotificationRuleId) -> String {
    format!("notification_rule:{id}")
}

/// Seals the address of a chat for a rule.
pub(crate) fn seal(tx: &WriteTx, id: NotificationRuleId, url: &Url) -> Result<Sealed, Error> {
    tx.ctx().world().vault.seal(&place(id), url.as_str().as_bytes()).ok_or(Error::NoSecretKey)
}

/// The address of the chat of a rule; `None` when the key is lost.
pub(crate) fn chat_url(tx: &WriteTx, rule: &Rule) -> Option<String> {
    let plain = tx.ctx().world().vault.open(&place(rule.id), rule.chat.as_ref()?)?;
    String::from_utf8(plain).ok()
}

/// Tellings that a grant reaches.
pub(crate) fn tellings(grant: &Grant) -> sea_orm::Select<telling_row::Entity> {
    telling_row::Entity::find().filter(within_merchants(grant, telling_row::Column::MerchantId))
}

/// One telling.
pub(crate) async fn telling<C: ConnectionTrait>(
    conn: &C,
    grant: &Grant,
    id: NotificationDeliveryId,
) -> Result<telling_row::Model, Error> {
    let found = tellings(grant).filter(telling_row::Column::Id.eq(id)).one(conn).await?;
    found.ok_or_else(|| context::Error::NotFound("notification delivery").into())
}

/// What a person is told for one of the seats that it holds now.
pub(crate) fn own(user: UserId, seats: &[Seat]) -> Condition {
    use notification_row::Column;
    let mut any = Condition::any().add(Expr::val(1).eq(0));
    for seat in seats {
        let team = match seat.merchant {
            None => Column::MerchantId.is_null(),
            Some(merchant) => Column::MerchantId.eq(merchant),
        };
        any = any.add(team.and(Column::Role.eq(&seat.role)));
    }
    Condition::all().add(Column::UserId.eq(user)).add(any)
}

/// What no running transaction may still precede: on PostgreSQL notifications of older stamps may come, see
/// [`history::feed`].
pub(crate) fn settled<C: ConnectionTrait>(conn: &C) -> Condition {
    let below = || Expr::cust(format!("\"notification\".\"stamp\" < {}", history::feed::HORIZON));
    Condition::all().add_option((conn.get_database_backend() == DbBackend::Postgres).then(below))
}
