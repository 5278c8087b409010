//! Changes of things, field by field.

use async_graphql::{ID, InputObject, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::{Invalid, text};
use serde_json::Value;

use crate::input::optional_id;

/// A thing whose history is asked for.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeSubjectInput {
    /// What kind of thing: `merchant`, `product`, `offer`, `order`, ...
    pub entity: String,
    /// Which one.
    pub id: ID,
}

/// Which changes are asked for: those that meet all of it.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ChangeFilter {
    /// Of this kind of thing: `merchant`, `product`, `offer`, `order`, ...
    pub entity: Option<String>,
    /// Of things of this merchant.
    pub merchant_id: Option<ID>,
    /// What was done: `created`, `edited`, `published`, ...
    pub action: Option<String>,
    /// By this user, key or part of Souk.
    pub actor: Option<ID>,
    /// Done by somebody of the operator in the place of this person.
    pub on_behalf_of: Option<ID>,
    /// Caused by this request.
    pub request_id: Option<String>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
}

/// The longest word or id that changes are looked for by.
const WORD_MAX: usize = 120;

impl ChangeFilter {
    /// The filter of the history, for one thing when `subject` names it.
    ///
    /// # Errors
    /// `Invalid` naming the field: a bad id, a word that is too long, a time that ends before it begins, two kinds.
    pub fn read(self, subject: Option<ChangeSubjectInput>) -> Result<history::ChangeFilter, context::Error> {
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            return Err(Invalid::new("filter.until", "OUT_OF_RANGE", "must be after from").into());
        }
        if subject.is_some() && self.entity.is_some() {
            return Err(Invalid::new("filter.entity", "CONFLICTING", "the subject names the kind").into());
        }
        let word = |field: &str, word: Option<String>| {
            word.map(|word| text::line(&format!("filter.{field}"), &word, WORD_MAX)).transpose()
        };
        let (entity, entity_id) = match subject {
            Some(subject) => (Some(subject.entity), Some(subject.id.to_string())),
            None => (word("entity", self.entity)?, None),
        };
        Ok(history::ChangeFilter {
            entity,
            entity_id,
            merchant: optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            action: word("action", self.action)?,
            actor: word("actor", self.actor.map(|id| id.to_string()))?,
            on_behalf_of: word("onBehalfOf", self.on_behalf_of.map(|id| id.to_string()))?,
            request_id: word("requestId", self.request_id)?,
            from: self.from,
            until: self.until,
        })
    }
}

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

    /// The address of the client; for the operator only, `null` for what came from nowhere outside.
    fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
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
