//! The context of a command or query.

use std::sync::Arc;

use access::{Access, Action, Actor, Grant, Masks, Principal, Reach};
use chrono::{DateTime, Duration, Utc};
use db::{Db, ReadDb};
use kernel::id::TypedId;
use kernel::{Clock, IdGen};
use tokio::sync::Notify;

use crate::{Error, Vault, WriteTx};

/// What all requests of a process share.
#[derive(Clone)]
pub struct World {
    /// The database.
    pub db: Db,
    /// The policy in force.
    pub access: Access,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The maker of ids.
    pub ids: Arc<dyn IdGen>,
    /// Rung after each commit that wrote events or jobs.
    pub wake: Arc<Notify>,
    /// What seals secrets.
    pub vault: Vault,
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `api`, `job`, `cli`, ...
    pub source: &'static str,
    /// Names the request in logs, answers and histories.
    pub request_id: String,
    /// Address of the client.
    pub ip: Option<String>,
}

/// Who acts, and everything a command or query needs. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    world: Arc<World>,
    actor: Arc<Actor>,
    origin: Arc<Origin>,
}

impl std::fmt::Debug for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx").field("actor", &self.actor).field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Ctx {
    /// A context for `actor`.
    #[must_use]
    pub fn new(world: Arc<World>, actor: Actor, origin: Origin) -> Self {
        Self { world, actor: Arc::new(actor), origin: Arc::new(origin) }
    }

    /// A context in which a part of Souk acts by itself.
    #[must_use]
    pub fn system(world: Arc<World>, part: &'static str) -> Self {
        let request_id = format!("{part}-{}", kernel::id::encode(world.ids.uuid()));
        Self::new(world, Actor::system(part), Origin { source: "job", request_id, ip: None })
    }

    /// The same request as somebody else: sign-in turns an anonymous context into that of the user.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { world: self.world.clone(), actor: Arc::new(actor), origin: self.origin.clone() }
    }

    /// Gives the proof that the actor may take `action`. The first line of every command and query.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn authorize(&self, action: Action) -> Result<Grant, Error> {
        Ok(self.world.access.authorize(&self.actor, action)?)
    }

    /// Like [`Ctx::authorize`], also for who may act on a part of the rows only. The caller heeds [`Grant::bounds`].
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn authorize_within(&self, action: Action) -> Result<Grant, Error> {
        Ok(self.world.access.authorize_within(&self.actor, action)?)
    }

    /// Refuses a sensitive command to a person who gave no password or code lately, and to programs: a person has to do it.
    /// Called after the right was shown.
    ///
    /// # Errors
    /// [`Error::ReauthenticationRequired`].
    pub fn require_fresh(&self) -> Result<(), Error> {
        let minutes = self.world.access.rules().fresh_minutes;
        let person = match self.actor.principal {
            Principal::System(_) => return Ok(()),
            // Only `identity::authenticate` makes actors of requests, and it gives persons their session.
            Principal::User(_) if self.actor.session().is_none() => return Ok(()),
            // Who acts in somebody's place does nothing sensitive there, whatever was shown before.
            Principal::User(_) => self.actor.on_behalf_of().is_none(),
            Principal::ApiKey(_) | Principal::Anonymous => false,
        };
        let fresh = |at: DateTime<Utc>| self.now() - at <= Duration::minutes(minutes);
        if person && self.actor.proven_at().is_some_and(fresh) {
            return Ok(());
        }
        Err(Error::ReauthenticationRequired { minutes, person })
    }

    /// Whether fields are hidden in what the actor reads by `action`; they are, too, from who may not read it.
    #[must_use]
    pub fn hides(&self, action: Action, masks: Masks) -> bool {
        self.authorize_within(action).map_or(true, |grant| grant.masks().contains(masks))
    }

    /// Whether [`Ctx::authorize`] would succeed; for `allowedActions`, never to guard anything.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.authorize(action).is_ok()
    }

    /// The pool for queries.
    #[must_use]
    pub fn read(&self) -> &ReadDb {
        self.world.db.read()
    }

    /// The pool for queries under a grant: where it reaches the rows of one merchant, PostgreSQL shows no others.
    #[must_use]
    pub fn read_for(&self, grant: &Grant) -> ReadDb {
        match grant.merchants() {
            Reach::Only(merchant) => self.read().of_owner(merchant.0),
            Reach::All | Reach::Nothing => self.read().clone(),
        }
    }

    /// Starts the one transaction of a command under a grant: where it reaches the rows of one merchant, PostgreSQL refuses
    /// to write any others.
    ///
    /// # Errors
    /// The database error.
    pub async fn begin_write_for(&self, grant: &Grant) -> Result<WriteTx, Error> {
        let tx = self.world.db.begin_write().await?;
        if let Reach::Only(merchant) = grant.merchants() {
            tx.write_only_of(merchant.0).await?;
        }
        Ok(WriteTx::new(tx, self.clone()))
    }

    /// Starts the one transaction of a command that reaches the rows of all merchants, or of none.
    ///
    /// # Errors
    /// The database error.
    pub async fn begin_write(&self) -> Result<WriteTx, Error> {
        Ok(WriteTx::new(self.world.db.begin_write().await?, self.clone()))
    }

    /// Now, in microseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// A new id of any kind.
    #[must_use]
    pub fn new_id<I: TypedId>(&self) -> I {
        I::from_uuid(self.world.ids.uuid())
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Where the request comes from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What all requests of this process share.
    #[must_use]
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }
}
