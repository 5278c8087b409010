//! Changes of things, field by field.

use async_graphql::{ID, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// A field before and after a change.
#[derive(Debug, Clone, SimpleObject)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// The value before; `null`: there was none.
    pub before: Option<Json<Value>>,
    /// The value after; `null`: there is none.
    pub after: Option<Json<Value>>,
}

/// A change of a thing.
#[derive(Debug, Clone)]
pub struct Change(pub history::ChangeRow);

/// A change of a thing.
#[Object]
impl Change {
    /// Its id.
    fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What kind of thing changed: `merchant`, `product`, `offer`, `order`, ...
    fn entity(&self) -> &str {
        &self.0.entity
    }

    /// Which one.
    fn entity_id(&self) -> ID {
        self.0.entity_id.clone().into()
    }

    /// The request that caused it.
    fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Who did it: the id of a user or key, or a part of Souk.
    fn actor(&self) -> &str {
        &self.0.actor
    }

    /// What was done: `created`, `edited`, `published`, ...
    fn action(&self) -> &str {
        &self.0.action
    }

    /// Who did it, by name.
    fn actor_name(&self) -> &str {
        &self.0.actor_name
    }

    /// The id of the person in whose place it was done, by somebody of the operator.
    fn on_behalf_of(&self) -> Option<&str> {
        self.0.on_behalf_of.as_deref()
    }

    /// Where it came from: `api`, `job`, `cli`, ...
    fn source(&self) -> &str {
        &self.0.source
    }

    /// Why, in the words of the actor.
    fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The fields that changed. All of them.
    fn fields(&self) -> Vec<FieldChange> {
        let field = |field: &history::FieldChange| FieldChange {
            field: field.field.clone(),
            before: field.before.clone().map(Json),
            after: field.after.clone().map(Json),
        };
        self.0.fields.iter().map(field).collect()
    }

    /// When.
    fn changed_at(&self) -> DateTime<Utc> {
        self.0.changed_at
    }
}
