//! What people are told themselves, and what they want to be told.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use kernel::Invalid;
use marketplace::actions::OWN_NOTIFICATIONS;
use marketplace::command::notification::{MarkRead, mark_read, set_preference};
use marketplace::notification::{Notification as Told, Preference, Route};
use marketplace::query;

use super::object::{NotificationChannelKind, NotificationEvent, NotificationSeverity};
use crate::error::{Gql, answer, ctx, respond};
use crate::page::{connection, page_args};
use crate::{input, payload};

/// The most notifications that are marked at once by their ids.
const IDS_MAX: usize = 1_000;

/// Something that a person is told in Souk itself.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Notification {
    /// Its id.
    #[graphql(skip)]
    pub id: ID,
    /// The event: `order.placed`.
    pub event: String,
    /// One line.
    pub title: String,
    /// The text.
    pub text: String,
    /// What kind of thing it is about: `merchant_order`.
    pub subject_kind: String,
    /// The id of that thing, for `node`.
    pub subject_id: ID,
    /// The merchant in whose team it is told; the operator's if there is none.
    pub merchant_id: Option<ID>,
    /// How much it matters.
    pub severity: NotificationSeverity,
    /// When it was told.
    pub created_at: DateTime<Utc>,
    /// When it was read first.
    pub read_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl Notification {
    /// Its id.
    pub async fn id(&self) -> ID {
        self.id.clone()
    }
}

impl From<Told> for Notification {
    fn from(told: Told) -> Self {
        Self {
            id: told.id.into(),
            event: told.event,
            title: told.title,
            text: told.text,
            subject_kind: told.subject_kind,
            subject_id: told.subject_id.into(),
            merchant_id: told.merchant.map(ID::from),
            severity: told.severity.into(),
            created_at: told.created_at,
            read_at: told.read_at,
        }
    }
}

/// Whether one is told of an event by a channel.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationPreference {
    /// The event.
    pub event: NotificationEvent,
    /// By mail or in Souk itself.
    pub channel: NotificationChannelKind,
    /// Whether it is told, if a rule says so.
    pub enabled: bool,
}

impl From<Preference> for NotificationPreference {
    fn from(of: Preference) -> Self {
        Self { event: of.event.into(), channel: of.route.into(), enabled: of.wanted }
    }
}

/// Which of one's own notifications were read: those with these ids, or all until an instant.
#[derive(Debug, InputObject)]
pub struct NotificationsMarkReadInput {
    /// These; at most a thousand.
    pub ids: Option<Vec<ID>>,
    /// All that were told at this instant or earlier.
    pub until: Option<DateTime<Utc>>,
}

/// Whether one wants to be told of an event by a channel.
#[derive(Debug, InputObject)]
pub struct NotificationPreferenceSetInput {
    /// The event, by its name.
    pub event: String,
    /// By mail or in Souk itself.
    pub channel: NotificationChannelKind,
    /// Whether it is told.
    pub enabled: bool,
}

payload! {
    /// What became of `notificationsMarkRead`.
    NotificationsMarkReadPayload {
        /// How many were marked; what was read before does not count.
        marked_count: i64 }
    /// What became of `notificationPreferenceSet`.
    NotificationPreferenceSetPayload {
        /// What holds now.
        preference: NotificationPreference }
}

/// Questions about what one is told oneself.
#[derive(Default)]
pub struct OwnQuery;

#[Object]
impl OwnQuery {
    /// What one is told oneself, the newest first: as long as one holds the seat for which it was told.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn my_notifications(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only what was not read.")] unread: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Notification>> {
        let page = answer(gql, page_args(first, after))?;
        let found = query::my_notifications(ctx(gql)?, unread.unwrap_or(false), &page).await;
        Ok(connection(answer(gql, found)?, Notification::from))
    }

    /// How many of one's own notifications were not read; a thousand stands for a thousand and more.
    async fn notification_unread_count(&self, gql: &Context<'_>) -> Gql<i64> {
        let count = answer(gql, query::unread_count(ctx(gql)?).await)?;
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// All of them: the events, and whether one is told of each by mail and in Souk itself.
    async fn notification_preferences(&self, gql: &Context<'_>) -> Gql<Vec<NotificationPreference>> {
        let all = answer(gql, query::notification_preferences(ctx(gql)?).await)?;
        Ok(all.into_iter().map(NotificationPreference::from).collect())
    }
}

/// What one does with one's own notifications.
#[derive(Default)]
pub struct OwnMutation;

#[Object]
impl OwnMutation {
    /// Marks own notifications as read.
    async fn notifications_mark_read(
        &self,
        gql: &Context<'_>,
        input: NotificationsMarkReadInput,
    ) -> Gql<NotificationsMarkReadPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(OWN_NOTIFICATIONS)?;
            let which = match (input.ids, input.until) {
                (Some(ids), None) => MarkRead::These(input::ids("ids", &ids, IDS_MAX)?),
                (None, Some(until)) => MarkRead::Until(until),
                _ => {
                    let message = "give ids or an instant";
                    return Err(context::Error::from(Invalid::new("ids", "NOT_TOGETHER", message)).into());
                }
            };
            mark_read(ctx, which).await
        };
        let done: Result<u64, marketplace::Error> = Box::pin(done).await;
        respond(gql, done.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Says whether one wants to be told of an event by a channel. What the law or the contract makes people know is told
    /// whatever they say.
    async fn notification_preference_set(
        &self,
        gql: &Context<'_>,
        input: NotificationPreferenceSetInput,
    ) -> Gql<NotificationPreferenceSetPayload> {
        let route = Route::from(input.channel);
        let set = set_preference(ctx(gql)?, &input.event, route, input.enabled).await;
        respond(gql, set.map(NotificationPreference::from))
    }
}
