//! Carries facts from one domain to another.
//!
//! A handler re-reads what it needs and calls commands of other domains; every command it calls is idempotent by a
//! natural key, because a handler may run twice, late, or after the thing changed again. Mails are jobs with a
//! dedup key each, so that nobody gets one twice. [`schedule`] holds what happens by the clock.

mod facts;
mod files;
pub mod hooks;
mod listing;
mod notices;
pub mod notify;
mod post;
pub mod schedule;

use std::sync::Arc;

use context::{Ctx, World};
use mail::{Mailer, Templates};
use outbox::{DispatcherBuilder, Failure};
use payments::provider::stripe::Stripe;
use storage::ObjectStore;

pub use post::SendMail;

/// What the handlers need beside the database.
#[derive(Clone)]
pub struct Deps {
    /// Clock, ids, database, policy.
    pub world: Arc<World>,
    /// Sends mails.
    pub mailer: Mailer,
    /// Their texts.
    pub templates: Arc<Templates>,
    /// Holds assets and payout files.
    pub store: ObjectStore,
    /// Where links in mails lead: the address of the storefront, without a slash at the end.
    pub public_url: String,
    /// Posts messages to other systems; where there is none, nobody is told.
    pub hooks: Option<Arc<dyn hooks::HookLine>>,
    /// Carries payouts of merchants with a connected account, where it is set up.
    pub stripe: Option<Stripe>,
}

impl Deps {
    /// A context in which a handler acts.
    #[must_use]
    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.world.clone(), "workflows")
    }
}

/// Registers every handler and worker of this crate. Those of payments come from [`payments::register`], because
/// they need the providers.
#[must_use]
pub fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let builder = post::register(builder, deps);
    let builder = notices::register(builder, deps);
    let builder = notify::register(builder, deps);
    let builder = facts::register(builder, deps);
    let builder = files::register(builder, deps);
    listing::register(builder, deps)
}

/// A fault of a command as the failure of a handler: try again, with growing pauses, until it is repaired.
pub(crate) fn retry<E: std::error::Error>(error: E) -> Failure {
    Failure::Retry(error.to_string())
}
