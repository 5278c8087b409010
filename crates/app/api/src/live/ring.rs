//! The one reader of a node, which rings when there is something new.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use context::{Ctx, World};
use history::feed::{Position, Told};
use kernel::id::{NotificationId, UserId};
use kernel::{Fault, PageArgs};
use tokio::sync::broadcast;

/// How often the reader looks.
const EVERY: Duration = Duration::from_millis(500);
/// Rings that a slow subscription may miss before it looks by itself.
const KEPT: usize = 64;
/// What is told of in one ring; what is more is not named, and everybody looks.
const NAMED: u32 = 100;

/// What is new.
#[derive(Debug, Clone)]
pub(super) enum Ring {
    /// Nobody knows what: look.
    Look,
    /// These changes, from one place of the change log to another.
    Changes {
        /// Behind which place.
        after: Position,
        /// Up to which place.
        until: Position,
        /// What happened there.
        told: Arc<[Told]>,
    },
    /// These persons were told something.
    Notices(Arc<[UserId]>),
}

/// What happens on the marketplace, for whoever listens. Cloning shares it: there is one for each node.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    world: Arc<World>,
    rings: broadcast::Sender<Ring>,
    /// Whether somebody reads. Locked while that changes.
    reading: Mutex<bool>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Live {
    /// A source that reads the database of `world` once somebody listens.
    #[must_use]
    pub fn new(world: Arc<World>) -> Self {
        Self(Arc::new(Inner { world, rings: broadcast::channel(KEPT).0, reading: Mutex::new(false) }))
    }

    /// How many subscriptions listen on this node.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.0.rings.receiver_count()
    }

    /// Whether the reader of this node is at work.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        *self.0.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens from now on; the reader is started when it is not there.
    pub(super) fn listen(&self) -> broadcast::Receiver<Ring> {
        let receiver = self.0.rings.subscribe();
        self.wake();
        receiver
    }

    /// Starts the reader unless it is there.
    pub(super) fn wake(&self) {
        let mut reading = self.0.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reading {
            *reading = true;
            let at_work = AtWork(self.0.clone());
            tokio::spawn(async move { at_work.0.read().await });
        }
    }
}

/// Says that nobody reads when the reader ends, however it does.
struct AtWork(Arc<Inner>);

impl Drop for AtWork {
    fn drop(&mut self) {
        *self.0.reading.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// Up to where the reader has read.
struct Places {
    changes: Position,
    notices: (i64, NotificationId),
}

impl Inner {
    /// Rings until nobody listens any more.
    async fn read(&self) {
        let ctx = Ctx::system(self.world.clone(), "live");
        let mut places = None;
        while self.rings.receiver_count() > 0 {
            match self.look(&ctx, places.take()).await {
                Ok(reached) => places = Some(reached),
                // The next look begins at the end of then, and everybody looks by himself.
                Err(fault) => tracing::error!(error = %fault, "what is new cannot be read"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn look(&self, ctx: &Ctx, from: Option<Places>) -> Result<Places, Box<dyn Fault>> {
        let Some(from) = from else {
            let places = Places { changes: super::changes::end(ctx).await?, notices: super::notices::end(ctx).await? };
            // Whoever came before the places were looked up may have missed what lies between.
            self.ring(Ring::Look);
            return Ok(places);
        };
        let page = PageArgs::first(NAMED).behind(&from.changes);
        let feed = context::change_feed(ctx, &[], true, &page).await.map_err(boxed)?;
        let until: Position = feed.cursor.key().map_err(|_| boxed(context::Error::internal("a cursor of our own")))?;
        if !feed.told.is_empty() {
            self.ring(Ring::Changes { after: from.changes, until, told: feed.told.into() });
        }
        let told = marketplace::query::told_after(ctx, from.notices, NAMED.into()).await.map_err(boxed)?;
        let notices = told.last().map_or(from.notices, |(stamp, id, _)| (*stamp, *id));
        if !told.is_empty() {
            self.ring(Ring::Notices(told.into_iter().map(|(_, _, user)| user).collect()));
        }
        Ok(Places { changes: until, notices })
    }

    /// Nobody may be there to hear it.
    fn ring(&self, ring: Ring) {
        let _ = self.rings.send(ring);
    }
}

pub(super) fn boxed(fault: impl Fault) -> Box<dyn Fault> {
    Box::new(fault)
}
