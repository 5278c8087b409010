//! Writing and reading the change log.

use chrono::{DateTime, Utc};
use db::Tx;
use kernel::id::{ChangeId, MerchantId};
use kernel::{Invalid, Page, PageArgs};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ChangeFilter, entity, words};

/// One field before and after. `before` is absent at creation, `after` at removal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field in API spelling.
    pub field: String,
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Value>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<Value>,
}

/// A change of one thing, about to be recorded.
#[derive(Debug, Clone)]
pub struct Change {
    entity: &'static str,
    entity_id: String,
    action: &'static str,
    merchant_id: Option<MerchantId>,
    reason: Option<String>,
    said: Option<Said>,
    fields: Vec<FieldChange>,
}

/// Words that go when what they are about is forgotten.
#[derive(Debug, Clone)]
struct Said {
    kind: &'static str,
    id: String,
    words: String,
}

impl Change {
    /// `action` (a past participle: `created`, `approved`) on the `entity` with this id.
    pub fn new(entity: &'static str, entity_id: impl ToString, action: &'static str) -> Self {
        let entity_id = entity_id.to_string();
        Self { entity, entity_id, action, merchant_id: None, reason: None, said: None, fields: Vec::new() }
    }

    /// The thing belongs to `merchant`, who may read this change; with `None` to the operator.
    #[must_use]
    pub fn of_merchant(mut self, merchant: impl Into<Option<MerchantId>>) -> Self {
        self.merchant_id = merchant.into();
        self
    }

    /// Why it was done, in the words of the actor. They are there for good: what may name a person is said
    /// [`Change::about`] it.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Why it was done, in words that may name a person: they are shown like any reason until the thing with this kind and
    /// id is forgotten ([`forget`]).
    #[must_use]
    pub fn about(mut self, kind: &'static str, id: impl ToString, words: impl Into<String>) -> Self {
        self.said = Some(Said { kind, id: id.to_string(), words: words.into() });
        self
    }

    /// One field changed. Equal values are left out.
    #[must_use]
    pub fn field(mut self, name: &str, before: impl Serialize, after: impl Serialize) -> Self {
        let value = |v: Value| if v.is_null() { None } else { Some(v) };
        let before = value(serde_json::to_value(before).unwrap_or(Value::Null));
        let after = value(serde_json::to_value(after).unwrap_or(Value::Null));
        if before != after {
            self.fields.push(FieldChange { field: name.to_owned(), before, after });
        }
        self
    }

    /// All fields that differ between two states of the thing (`None`: it did not exist). Top-level keys only;
    /// a nested value counts as one field.
    #[must_use]
    pub fn diff<T: Serialize>(mut self, before: Option<&T>, after: Option<&T>) -> Self {
        let object = |state: Option<&T>| match state.map(serde_json::to_value) {
            Some(Ok(Value::Object(map))) => map,
            _ => serde_json::Map::new(),
        };
        let (mut old, new) = (object(before), object(after));
        for (name, value) in new {
            let previous = old.remove(&name);
            self = self.field(&name, previous, value);
        }
        for (name, value) in old {
            self = self.field(&name, value, Value::Null);
        }
        self
    }
}

/// Who changes and from where; the same for all changes of a command.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Stable id of the actor.
    pub actor: String,
    /// Name of the actor as shown.
    pub actor_name: String,
    /// Stable id of the person in whose place the actor acted.
    pub on_behalf_of: Option<String>,
    /// `api`, `console`, `import`, `job`, `cli`.
    pub source: String,
    /// The request that caused it.
    pub request_id: String,
    /// Address of the client.
    pub ip: Option<String>,
}

/// Records changes in the transaction that makes them. One statement for all, and one for words that can be forgotten.
///
/// # Errors
/// The database error.
pub async fn record(
    tx: &Tx,
    mut changes: Vec<(ChangeId, Change)>,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if changes.is_empty() {
        return Ok(());
    }
    // The last change of each thing is locked: in one order, so that no two transactions wait for each other.
    changes.sort_by(|(_, a), (_, b)| (a.entity, &a.entity_id).cmp(&(b.entity, &b.entity_id)));
    let said = |(id, change): &(ChangeId, Change)| {
        let said = change.said.clone()?;
        let (kind, about) = (Set(said.kind.to_owned()), Set(said.id));
        Some(words::ActiveModel { change_id: Set(*id), about_kind: kind, about_id: about, words: Set(said.words) })
    };
    let spoken: Vec<words::ActiveModel> = changes.iter().filter_map(said).collect();
    let rows = changes.into_iter().map(|(id, change)| entity::ActiveModel {
        id: Set(id),
        entity: Set(change.entity.to_owned()),
        entity_id: Set(change.entity_id),
        merchant_id: Set(change.merchant_id),
        action: Set(change.action.to_owned()),
        actor: Set(origin.actor.clone()),
        actor_name: Set(origin.actor_name.clone()),
        on_behalf_of: Set(origin.on_behalf_of.clone()),
        source: Set(origin.source.clone()),
        request_id: Set(origin.request_id.clone()),
        ip: Set(origin.ip.clone()),
        reason: Set(change.reason),
        fields: Set(serde_json::to_string(&change.fields).unwrap_or_default()),
        changed_at: Set(now),
        // A trigger gives the positions.
        sequence: NotSet,
        stamp: NotSet,
    });
    entity::Entity::insert_many(rows).exec_without_returning(tx).await?;
    if !spoken.is_empty() {
        words::Entity::insert_many(spoken).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Forgets what people said in changes about a thing.
///
/// # Errors
/// The database error.
pub async fn forget(tx: &Tx, kind: &str, id: &str) -> Result<(), DbErr> {
    words::Entity::delete_many()
        .filter(words::Column::AboutKind.eq(kind))
        .filter(words::Column::AboutId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Changes with their reasons, those that can be forgotten too.
fn rows() -> Select<entity::Entity> {
    use entity::Column as C;
    let reason = "COALESCE(change_log.reason, (SELECT w.words FROM change_words w WHERE w.change_id = change_log.id))";
    let others = C::iter().filter(|column| !matches!(column, C::Reason));
    entity::Entity::find().select_only().columns(others).column_as(Expr::cust(reason), "reason")
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRow {
    /// Its id; sorts by time.
    pub id: ChangeId,
    /// What kind of thing changed.
    pub entity: String,
    /// Which one.
    pub entity_id: String,
    /// The changes of one thing count from 1.
    pub sequence: i64,
    /// What was done.
    pub action: String,
    /// Stable id of the actor.
    pub actor: String,
    /// Name of the actor.
    pub actor_name: String,
    /// Stable id of the person in whose place the actor acted.
    pub on_behalf_of: Option<String>,
    /// From where: `api`, `job`, ...
    pub source: String,
    /// The request that caused it.
    pub request_id: String,
    /// Address of the client.
    pub ip: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The fields before and after.
    pub fields: Vec<FieldChange>,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl From<entity::Model> for ChangeRow {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.id,
            entity: row.entity,
            entity_id: row.entity_id,
            sequence: row.sequence,
            action: row.action,
            actor: row.actor,
            actor_name: row.actor_name,
            on_behalf_of: row.on_behalf_of,
            source: row.source,
            request_id: row.request_id,
            ip: row.ip,
            reason: row.reason,
            fields: serde_json::from_str(&row.fields).unwrap_or_default(),
            changed_at: row.changed_at,
        }
    }
}

/// The changes that meet the filter, the newest first; with `merchant` only those of things of this merchant.
///
/// # Errors
/// A bad cursor as [`Invalid`] inside `Ok(Err)`; the database error.
pub async fn list<C: ConnectionTrait>(
    conn: &C,
    filter: &ChangeFilter,
    merchant: Option<MerchantId>,
    page: &PageArgs,
) -> Result<Result<Page<ChangeRow>, Invalid>, DbErr> {
    // Of one thing in the order in which they were made, whatever the clocks of several nodes say.
    let of_one = filter.entity_id.is_some();
    let after = if of_one {
        page.after_key::<i64>().map(|after| after.map(|after| entity::Column::Sequence.lt(after)))
    } else {
        page.after_key::<(DateTime<Utc>, ChangeId)>().map(|after| after.map(before))
    };
    let after = match after {
        Ok(after) => after,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let of_merchant = merchant.map(|merchant| entity::Column::MerchantId.eq(merchant));
    let found = rows().filter(filter.condition().add_option(of_merchant).add_option(after)).limit(page.limit());
    let found = if of_one {
        found.order_by_desc(entity::Column::Sequence)
    } else {
        found.order_by_desc(entity::Column::ChangedAt).order_by_desc(entity::Column::Id)
    };
    let rows = found.into_model::<entity::Model>().all(conn).await?.into_iter().map(ChangeRow::from).collect();
    Ok(Ok(if of_one {
        Page::from_rows(rows, page, |row: &ChangeRow| row.sequence)
    } else {
        Page::from_rows(rows, page, |row: &ChangeRow| (row.changed_at, row.id))
    }))
}

/// Made before that one.
fn before((at, id): (DateTime<Utc>, ChangeId)) -> Expr {
    let key = Expr::tuple([Expr::col(entity::Column::ChangedAt), Expr::col(entity::Column::Id)]);
    sea_orm::sea_query::ExprTrait::lt(key, Expr::tuple([Expr::val(at), Expr::val(id)]))
}

/// How far back a change of certain fields is looked for.
const LOOK_BACK: u64 = 200;

/// The last change of a thing until `at`, that instant included; with `fields` the last that changed one of them.
///
/// # Errors
/// The database error.
pub async fn last_until<C: ConnectionTrait>(
    conn: &C,
    (kind, id): (&str, &str),
    merchant: Option<MerchantId>,
    fields: &[&str],
    at: DateTime<Utc>,
) -> Result<Option<ChangeRow>, DbErr> {
    let mut wanted = Condition::all()
        .add(entity::Column::Entity.eq(kind))
        .add(entity::Column::EntityId.eq(id))
        .add(entity::Column::ChangedAt.lte(at));
    if let Some(merchant) = merchant {
        wanted = wanted.add(entity::Column::MerchantId.eq(merchant));
    }
    let limit = if fields.is_empty() { 1 } else { LOOK_BACK };
    let rows = rows().filter(wanted).order_by_desc(entity::Column::Sequence).limit(limit);
    let rows = rows.into_model::<entity::Model>().all(conn).await?;
    let touches =
        |row: &ChangeRow| fields.is_empty() || row.fields.iter().any(|change| fields.contains(&change.field.as_str()));
    Ok(rows.into_iter().map(ChangeRow::from).find(touches))
}
