//! Facts.

use chrono::{DateTime, Utc};
use db::Tx;
use kernel::id::EventId;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entity::event_row;

/// Something that happened, named in the past tense. The kind carries its version: `order_placed.v1`.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stored name.
    const KIND: &'static str;
    /// Whether it carries a secret, such as the token of an invitation: its content is wiped once it was delivered.
    const SECRET: bool = false;
    /// The id of the thing it happened to.
    fn subject(&self) -> String;
}

/// Defines events: `Name = "kind.v1" of subject { field: Type, }`, where `subject` is the field that names the thing
/// it happened to. The crate that calls it depends on serde.
#[macro_export]
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal of $subject:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
        }

        impl $crate::Event for $name {
            const KIND: &'static str = $kind;
            fn subject(&self) -> String {
                self.$subject.to_string()
            }
        }
    )*};
}

/// An event about to be written.
#[derive(Debug, Clone)]
pub struct PendingEvent {
    kind: &'static str,
    subject: String,
    payload: String,
}

impl PendingEvent {
    /// Serializes an event.
    #[must_use]
    pub fn of<E: Event>(event: &E) -> Self {
        // Events are plain data; serializing them cannot fail. An empty payload would fail loudly at the reader.
        let payload = serde_json::to_string(event).unwrap_or_default();
        Self { kind: E::KIND, subject: event.subject(), payload }
    }
}

/// An event as it was stored.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its id; the same at every delivery.
    pub id: EventId,
    /// Its kind.
    pub kind: String,
    /// The id of the thing it happened to.
    pub subject: String,
    /// The event as JSON.
    pub payload: String,
    /// Who caused it.
    pub actor: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

impl StoredEvent {
    /// The event itself.
    ///
    /// # Errors
    /// The JSON error when the payload is of another kind or version.
    pub fn read<E: Event>(&self) -> Result<E, serde_json::Error> {
        serde_json::from_str(&self.payload)
    }
}

/// Writes events in the transaction of the change they tell of. One statement for all.
///
/// # Errors
/// The database error.
pub async fn publish(
    tx: &Tx,
    events: Vec<(EventId, PendingEvent)>,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.into_iter().map(|(id, event)| event_row::ActiveModel {
        id: Set(id),
        kind: Set(event.kind.to_owned()),
        subject: Set(event.subject),
        payload: Set(event.payload),
        actor: Set(actor.to_owned()),
        occurred_at: Set(now),
        attempt_count: Set(0),
        available_at: Set(now),
        locked_until: Set(None),
        dispatched_at: Set(None),
        last_error: Set(None),
    });
    event_row::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// How many events have not reached all their handlers yet.
///
/// # Errors
/// The database error.
pub async fn undelivered<C: ConnectionTrait>(conn: &C) -> Result<u64, DbErr> {
    event_row::Entity::find().filter(event_row::Column::DispatchedAt.is_null()).count(conn).await
}
