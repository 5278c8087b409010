//! What is known about the program itself.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use history::ChangeRow;
use serde_json::Value;

use crate::error::{Gql, answer, ctx};
use crate::page::{connection, page_args};

/// A field before and after a change.
#[derive(Debug, Clone, SimpleObject)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// The value before; null when there was none.
    pub before: Option<Json<Value>>,
    /// The value after; null when there is none any more.
    pub after: Option<Json<Value>>,
}

/// One change of one thing: who, what, when, from where, why.
#[derive(Debug, Clone, SimpleObject)]
pub struct Change {
    /// The change.
    pub id: ID,
    /// What kind of thing changed: `merchant`, `product`, `offer`, `order`, ...
    pub entity: String,
    /// Which one.
    pub entity_id: ID,
    /// What was done, as a past participle: `created`, `approved`.
    pub action: String,
    /// Who did it: the id of a user or key, or a part of Souk.
    pub actor: String,
    /// The name of who did it.
    pub actor_name: String,
    /// From where: `api`, `job`, `cli`, `import`.
    pub source: String,
    /// The request that caused it.
    pub request_id: String,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// The fields before and after.
    pub fields: Vec<FieldChange>,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl From<ChangeRow> for Change {
    fn from(row: ChangeRow) -> Self {
        let fields = row.fields.into_iter().map(|change| FieldChange {
            field: change.field,
            before: change.before.map(Json),
            after: change.after.map(Json),
        });
        Self {
            id: row.id.to_string().into(),
            entity: row.entity,
            entity_id: row.entity_id.into(),
            action: row.action,
            actor: row.actor,
            actor_name: row.actor_name,
            source: row.source,
            request_id: row.request_id,
            reason: row.reason,
            fields: fields.collect(),
            changed_at: row.changed_at,
        }
    }
}

/// A thing whose history is asked for.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeSubjectInput {
    /// What kind of thing: `merchant`, `product`, `offer`, `order`, ...
    pub entity: String,
    /// Which one.
    pub id: ID,
}

/// Questions about the program itself.
#[derive(Default)]
pub struct SystemQuery;

#[Object]
impl SystemQuery {
    /// The version of Souk that answers.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The history of one thing, or of everything in the caller's scope, the newest first. A merchant sees what
    /// happened to its own things, whoever did it.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn changes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only of this thing.")] subject: Option<ChangeSubjectInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Change>> {
        let ctx = ctx(gql)?;
        let subject = subject.as_ref().map(|subject| (subject.entity.as_str(), subject.id.as_str()));
        let page = async { context::changes(ctx, subject, &page_args(first, after)?).await };
        answer(gql, page.await.map(|page| connection(page, Change::from)))
    }
}

/// Actions that belong to no domain.
#[derive(Default)]
pub struct SystemMutation;

#[Object]
impl SystemMutation {
    /// Answers with the time of the server; changes nothing. Lets a client check its connection and its clock.
    async fn ping(&self, gql: &Context<'_>) -> Gql<DateTime<Utc>> {
        Ok(ctx(gql)?.now())
    }
}
