//! Changes of what the caller may see, as they are made.

use async_graphql::{ID, SimpleObject};
use context::{Ctx, WATCH_CHANGES};
use history::feed::{Position, Told};
use kernel::{Cursor, Fault, PageArgs};

use super::follow::{Source, fault};
use super::ring::{Ring, boxed};
use super::seen;
use crate::loader::LoadError;

/// Changes that are read at once.
const PAGE: u32 = 100;

/// That a thing changed. What it is now is asked for by its id.
#[derive(Debug, Clone, SimpleObject)]
pub struct ThingChanged {
    /// The place of this change: send it as `after` to go on from there.
    pub cursor: String,
    /// What happened: the kind of thing and what was done, such as `offer.edited`.
    pub kind: String,
    /// Which one.
    pub id: ID,
    /// The version of the thing in the feed: its changes count from 1.
    pub sequence: i64,
    /// Whether the thing is there no more.
    pub removed: bool,
}

impl From<Told> for ThingChanged {
    fn from(told: Told) -> Self {
        Self {
            cursor: Cursor::of(&told.position).as_str().to_owned(),
            kind: told.kind(),
            removed: told.is_removal(),
            id: told.entity_id.into(),
            sequence: told.sequence,
        }
    }
}

/// The last place of the change log.
pub(super) async fn end(ctx: &Ctx) -> Result<Position, Box<dyn Fault>> {
    context::change_feed_end(ctx).await.map_err(boxed)
}

/// The changes that somebody follows.
pub(super) struct Changes {
    kinds: Vec<String>,
    subject: Option<String>,
    place: Position,
}

impl Changes {
    /// From a cursor on, or from now on.
    pub(super) async fn from(
        ctx: &Ctx,
        kinds: &[String],
        subject: Option<String>,
        after: Option<String>,
    ) -> Result<Self, LoadError> {
        let kinds = context::change_kinds("kinds", kinds).map_err(|invalid| fault(context::Error::from(invalid)))?;
        let now = context::change_feed_end(ctx).await.map_err(fault)?;
        let place = match after {
            Some(after) => {
                let place = Cursor::from_client(after).key::<Position>().map_err(kernel::Invalid::from);
                place.map_err(|invalid| fault(context::Error::from(invalid)))?
            }
            None => now,
        };
        Ok(Self { kinds, subject, place })
    }

    fn wants(&self, told: &Told) -> bool {
        let named = |kind: &String| kind.split_once('.').map_or(*kind == told.entity, |_| *kind == told.kind());
        (self.kinds.is_empty() || self.kinds.iter().any(named))
            && self.subject.as_ref().is_none_or(|subject| *subject == told.entity_id)
    }
}

impl Source for Changes {
    type Item = ThingChanged;

    fn concerns(&mut self, ring: &Ring) -> bool {
        match ring {
            Ring::Look => true,
            Ring::Notices(_) => false,
            Ring::Changes { after, until, told } => {
                let wanted = told.iter().any(|told| told.position > self.place && self.wants(told));
                if !wanted && *after <= self.place && self.place < *until {
                    self.place = *until;
                }
                wanted
            }
        }
    }

    async fn read(&mut self, ctx: &Ctx) -> Result<(Vec<ThingChanged>, bool), LoadError> {
        let page = PageArgs::first(PAGE).behind(&self.place);
        let feed = context::watch_changes(ctx, &self.kinds, &page).await.map_err(fault)?;
        let reached = feed.cursor.key::<Position>();
        self.place = reached.map_err(|_| fault(context::Error::internal("a cursor of our own")))?;
        let all = feed.told.into_iter().filter(|told| self.wants(told) && seen::may_see(ctx, &told.entity));
        Ok((all.map(ThingChanged::from).collect(), feed.has_more))
    }

    fn allow(&self, ctx: &Ctx) -> Result<(), LoadError> {
        ctx.authorize(WATCH_CHANGES).map(drop).map_err(fault)
    }
}
