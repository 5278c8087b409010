//! How roles that are rows, and what is asked of those who sign in, come into force on every node.

use std::sync::Arc;
use std::time::Duration;

use context::World;

use crate::{Error, repo};

/// How often a node looks by itself while nobody tells it.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often it looks while it listens: a notification is lost only when the connection breaks.
const LOOK_WHILE_LISTENING: Duration = Duration::from_secs(10);

/// Puts the roles in force as they stand in the database; tells whether they had changed. One statement when not.
///
/// # Errors
/// The database error; the policy engine refused a role. What was in force stays then.
pub async fn load_roles(world: &World) -> Result<bool, Error> {
    let read = world.db.read();
    // The state before the roles: a change between the two statements is looked at once more, never missed.
    let version = repo::role::version(read).await?;
    if version == world.access.roles_version() {
        return Ok(false);
    }
    let roles = repo::role::all(read).await?.iter().map(crate::CustomRole::policy).collect();
    let rules = repo::security::policy(read).await?.rules();
    world.access.set_roles(version, roles, rules).await.map_err(context::Error::internal)?;
    Ok(true)
}

/// Keeps the roles of this node as they stand in the database, until it is dropped: PostgreSQL tells of changes at once,
/// and a timer finds what it could not tell.
pub async fn follow_roles(world: Arc<World>) {
    let mut listener = None;
    loop {
        if listener.is_none() {
            listener = world.db.listen(repo::role::CHANNEL).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "changes of roles are not heard at once");
                None
            });
        }
        if let Err(error) = load_roles(&world).await {
            tracing::error!(%error, "the roles could not be read; those known stay in force");
        }
        let lost = match &mut listener {
            Some(heard) => match tokio::time::timeout(LOOK_WHILE_LISTENING, heard.news()).await {
                Ok(news) => news.is_err(),
                Err(_) => false,
            },
            None => {
                tokio::time::sleep(LOOK_EVERY).await;
                false
            }
        };
        if lost {
            listener = None;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
