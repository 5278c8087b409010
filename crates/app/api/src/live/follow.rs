//! One subscription: it reads on from its place when it is rung, with the rights of its caller at that moment.

use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

use context::Ctx;
use futures::stream::{self, Stream};
use kernel::Fault;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::Caller;
use super::ring::{Live, Ring};
use crate::error::{Gql, ended};
use crate::loader::LoadError;

/// How old what is known of the caller's rights may be: who loses them is told nothing more after that.
const FRESH: Duration = Duration::from_secs(2);

/// What a subscription follows, and how far it has come.
pub(super) trait Source: Send + 'static {
    /// What is told.
    type Item: Send;

    /// Whether a ring may be about something of it. One that is not may move the place on.
    fn concerns(&mut self, ring: &Ring) -> bool;

    /// The next of it behind the place, which moves on, and whether there is more at once.
    fn read(&mut self, ctx: &Ctx) -> impl Future<Output = Result<(Vec<Self::Item>, bool), LoadError>> + Send;

    /// Refuses who may not follow this any more.
    ///
    /// # Errors
    /// Denied.
    fn allow(&self, ctx: &Ctx) -> Result<(), LoadError>;
}

struct Follower<S: Source> {
    caller: Caller,
    live: Live,
    rings: Receiver<Ring>,
    source: S,
    read: VecDeque<S::Item>,
    /// Whether there may be something behind the place.
    behind: bool,
    proven: Instant,
    request_id: String,
    over: bool,
}

/// Follows `source` until the client leaves or the caller may no longer. `rings` were listened to before the place was taken.
pub(super) fn follow<S: Source>(
    (live, rings): (Live, Receiver<Ring>),
    caller: Caller,
    source: S,
    request_id: String,
) -> impl Stream<Item = Gql<S::Item>> {
    let follower = Follower {
        caller,
        live,
        rings,
        source,
        read: VecDeque::new(),
        behind: true,
        proven: Instant::now(),
        request_id,
        over: false,
    };
    stream::unfold(follower, |mut follower| async move {
        if follower.over {
            return None;
        }
        let item = match follower.next().await {
            Ok(item) => Ok(item),
            Err(fault) => {
                follower.over = true;
                ended(&follower.request_id, &fault)
            }
        };
        Some((item, follower))
    })
}

impl<S: Source> Follower<S> {
    async fn next(&mut self) -> Result<S::Item, LoadError> {
        loop {
            // A slow client is not told later what it may not see any more by then.
            if self.proven.elapsed() >= FRESH {
                self.prove().await?;
            }
            if let Some(item) = self.read.pop_front() {
                return Ok(item);
            }
            if self.behind {
                let ctx = self.prove().await?;
                let (items, more) = self.source.read(&ctx).await?;
                self.read.extend(items);
                self.behind = more;
                continue;
            }
            match timeout_at(self.proven + FRESH, self.rings.recv()).await {
                Ok(Ok(ring)) => self.behind = self.source.concerns(&ring),
                // Rings were missed; the place was not.
                Ok(Err(RecvError::Lagged(_))) => self.behind = true,
                Ok(Err(RecvError::Closed)) => return Err(LoadError::new(context::Error::Unavailable("the live feed"))),
                // The reader may have gone with the thread that it ran on.
                Err(_) => self.live.wake(),
            }
        }
    }

    /// Looks up what the caller may now.
    async fn prove(&mut self) -> Result<Ctx, LoadError> {
        let ctx = self.caller.renew().await?;
        self.source.allow(&ctx)?;
        self.proven = Instant::now();
        Ok(ctx)
    }
}

/// A fault of the start of a subscription.
pub(super) fn fault(fault: impl Fault) -> LoadError {
    LoadError::new(fault)
}
