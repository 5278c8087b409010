//! The marketplace in one value, kept in the process until somebody changes it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use context::Ctx;
use sea_orm::ConnectionTrait;

use crate::model::Snapshot;
use crate::{Error, repo};

/// How many snapshots are kept. A process needs one; a test process has one for each database.
const KEPT: usize = 64;

/// How often reading is tried again because somebody wrote meanwhile.
const TRIES: usize = 10;

// A stamp is made anew by each write and is unique among all databases, so what was read under it never grows stale.
static CACHE: RwLock<VecDeque<(String, Arc<Snapshot>)>> = RwLock::new(VecDeque::new());

/// The marketplace as it is now: channels, taxes, delivery, carriers, commission, settings.
///
/// One tiny statement, unless somebody changed the marketplace since. It authorizes nothing: it is for commands
/// and queries that have authorized their own action.
///
/// # Errors
/// The database error.
pub async fn snapshot(ctx: &Ctx) -> Result<Arc<Snapshot>, Error> {
    snapshot_on(ctx.read()).await
}

/// Like [`snapshot`], on any connection; inside a transaction it sees what the transaction wrote.
///
/// # Errors
/// The database error.
pub async fn snapshot_on<C: ConnectionTrait>(conn: &C) -> Result<Arc<Snapshot>, Error> {
    let (mut version, mut stamp) = repo::stamp(conn).await?;
    for _ in 0..TRIES {
        if let Some(known) = known(&stamp) {
            return Ok(known);
        }
        let read = Arc::new(repo::all(conn, version).await?);
        // The tables are read one after another: the stamp tells whether they belong together.
        let (version_after, stamp_after) = repo::stamp(conn).await?;
        if stamp_after == stamp {
            keep(stamp, &read);
            return Ok(read);
        }
        (version, stamp) = (version_after, stamp_after);
    }
    Err(context::Error::Unavailable("the marketplace").into())
}

fn known(stamp: &str) -> Option<Arc<Snapshot>> {
    let cache = CACHE.read().unwrap_or_else(PoisonError::into_inner);
    cache.iter().find(|(kept, _)| kept == stamp).map(|(_, snapshot)| snapshot.clone())
}

fn keep(stamp: String, snapshot: &Arc<Snapshot>) {
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    if cache.iter().all(|(kept, _)| *kept != stamp) {
        cache.push_front((stamp, snapshot.clone()));
        cache.truncate(KEPT);
    }
}
