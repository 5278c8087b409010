//! What changed, for programs that keep up with it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use history::feed::Told;

use crate::error::{Gql, answer, ctx};
use crate::page::page_args;

/// That a thing changed. What it is now is asked for by its id.
#[derive(Debug, Clone, SimpleObject)]
pub struct ChangeEvent {
    /// Its id, the same for everybody who reads it.
    pub id: ID,
    /// What happened: `entity` and `action` with a dot between, such as `offer.edited`.
    pub kind: String,
    /// What kind of thing: `offer`, `merchant_order`, ...
    pub entity: String,
    /// Which one.
    pub entity_id: ID,
    /// What was done.
    pub action: String,
    /// The version of the thing in the feed: its changes count from 1, and come in this order. Of two that are known the
    /// higher one is the newer.
    pub sequence: i64,
    /// Whether the thing is there no more.
    pub removed: bool,
    /// The merchant that it belongs to.
    pub merchant_id: Option<ID>,
    /// Who did it: the id of a user or key, or a part of Souk.
    pub actor: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl From<Told> for ChangeEvent {
    fn from(told: Told) -> Self {
        Self {
            id: told.id.into(),
            kind: told.kind(),
            removed: told.is_removal(),
            entity_id: told.entity_id.into(),
            entity: told.entity,
            action: told.action,
            sequence: told.sequence,
            merchant_id: told.merchant.map(ID::from),
            actor: told.actor,
            changed_at: told.at,
        }
    }
}

/// A piece of the change feed.
#[derive(Debug, Clone, SimpleObject)]
pub struct ChangeFeed {
    /// What changed, in order.
    pub events: Vec<ChangeEvent>,
    /// Where to go on: keep it with what was done about `events`, and send it as `after`. There is one even if nothing changed.
    pub cursor: String,
    /// Whether there is more to read at once.
    pub has_more: bool,
    /// Changes that are made and not told yet, because one that is older may still come: at most a thousand are counted.
    pub held_count: i64,
    /// For how many seconds the first of them waits. More than a minute is worth an alarm: a transaction of the database
    /// does not end.
    pub behind_seconds: i64,
}

/// Which changes are wanted.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ChangeFeedFilter {
    /// Only of these kinds: `offer` for all that happens to offers, or `offer.created`. All if there is none.
    #[graphql(default)]
    pub kinds: Vec<String>,
    /// Not what the caller did itself: a program that writes, too, is not told of its own changes.
    #[graphql(default)]
    pub exclude_own: bool,
}

/// Questions of programs that keep up with changes.
#[derive(Default)]
pub struct FeedQuery;

#[Object]
impl FeedQuery {
    /// What changed after a place, in the caller's scope: each change once and none left out, whoever writes meanwhile. Those
    /// of one thing come in their order. A merchant is told of its own things.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn change_feed(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        #[graphql(desc = "Only some of them.")] filter: Option<ChangeFeedFilter>,
    ) -> Gql<ChangeFeed> {
        let ctx = ctx(gql)?;
        let filter = filter.unwrap_or_default();
        let page = answer(gql, page_args(first, after))?;
        let feed = answer(gql, context::change_feed(ctx, &filter.kinds, !filter.exclude_own, &page).await)?;
        let behind = feed.held.since.map_or(0, |since| (ctx.now() - since).num_seconds().max(0));
        Ok(ChangeFeed {
            events: feed.told.into_iter().map(ChangeEvent::from).collect(),
            cursor: feed.cursor.as_str().to_owned(),
            has_more: feed.has_more,
            held_count: feed.held.count,
            behind_seconds: behind,
        })
    }
}
