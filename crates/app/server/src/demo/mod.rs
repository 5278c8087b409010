//! The content of the demo marketplace: people, goods, and orders in every state with their money.
//!
//! Everything is made by the commands that the API calls, by a clock that starts a month ago, so that deliveries,
//! released earnings and payouts lie behind the visitor. It is made once, when the marketplace is empty.

mod content;
mod goods;
mod orders;
mod people;
mod picture;

use std::sync::Arc;

use access::{Actor, Principal, Role, Scope, Seat};
use async_trait::async_trait;
use context::{Ctx, Origin, World};
use kernel::id::{CustomerId, MerchantId};
use kernel::{Clock as _, ManualClock, SystemClock};
use outbox::Dispatcher;
use payments::provider::{Chaos, Sandbox};
use payments::{Providers, WebhookSender};
use storage::ObjectStore;
use workflows::Deps;

/// The password of every account of the demo.
pub const PASSWORD: &str = "souk-demo-2026";

/// The accounts of the demo, as the greeting shows them.
#[must_use]
pub fn sign_ins() -> String {
    format!(
        "  Team      finance@souk.example, operations@…, catalog@…, support@…\n  \
           Merchants owner@atlas-ceramics.example, owner@fjord-pine.example, owner@lumen-audio.example, …\n  \
           Buyers    greta@example.org, jonas@example.org, …\n  \
           Password  {PASSWORD} (all of these)\n"
    )
}

/// Why the content could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the demo content could not be made: {0}")]
pub struct SeedError(String);

impl SeedError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What the makers of content share.
struct Stage {
    world: Arc<World>,
    store: ObjectStore,
    http: reqwest::Client,
}

/// Time and work: the clock of the play, and what handles its events.
struct Play {
    clock: Arc<ManualClock>,
    dispatcher: Dispatcher,
    deps: Deps,
}

impl Play {
    fn new(deps: &Deps, webhook_secret: &[u8]) -> Self {
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let world = Arc::new(World { clock: clock.clone(), ..(*deps.world).clone() });
        let deps = Deps { world: world.clone(), ..deps.clone() };
        // The sandbox answers at once here; its webhooks would only repeat what is known.
        let sandbox = Arc::new(Sandbox::new(world.clone(), webhook_secret, Chaos::default()));
        let providers = Providers::none().with(sandbox.clone());
        let builder = Dispatcher::builder(world.db.clone(), clock.clone(), world.wake.clone());
        let sender: Arc<dyn WebhookSender> = Arc::new(Unheard);
        let builder = payments::register(builder, &world, &providers, Some((sandbox, sender)));
        let dispatcher = workflows::register(builder, &deps).build();
        Self { clock, dispatcher, deps }
    }

    /// Lets every handler and job run that is due.
    async fn drain(&self) -> Result<(), SeedError> {
        self.dispatcher.drain().await.map(drop).map_err(SeedError::new)
    }

    /// What happens by the clock: deadlines pass, earnings are released, orders are closed.
    async fn night(&self) -> Result<(), SeedError> {
        workflows::schedule::run_all(&self.deps).await.map_err(SeedError)
    }
}

/// Takes webhooks that nobody has to hear.
struct Unheard;

#[async_trait]
impl WebhookSender for Unheard {
    async fn send(&self, _: &str, _: &str, _: &str, _: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
}

impl Stage {
    fn ctx(&self, actor: Actor) -> Ctx {
        let request_id = format!("demo-{}", kernel::id::encode(self.world.ids.uuid()));
        Ctx::new(self.world.clone(), actor, Origin { source: "demo", request_id, ip: None })
    }

    fn seated(&self, name: &str, scope: Scope, role: &str) -> Ctx {
        self.ctx(Actor::new(Principal::System("demo"), name, [Seat { scope, role: Role::named(role) }]))
    }

    fn operator(&self) -> Ctx {
        self.seated("Demo operator", Scope::Operator, "operator_admin")
    }

    fn merchant(&self, id: MerchantId, name: &str) -> Ctx {
        self.seated(name, Scope::Merchant(id), "merchant_owner")
    }

    fn buyer(&self, id: CustomerId, name: &str) -> Ctx {
        self.seated(name, Scope::Customer(id), "buyer")
    }
}

/// Makes the content unless somebody is here already. Returns whether it was made.
///
/// # Errors
/// The command that failed; what was made before it stays.
pub async fn seed(deps: &Deps, webhook_secret: &[u8]) -> Result<bool, SeedError> {
    let play = Play::new(deps, webhook_secret);
    let stage = Stage { world: play.deps.world.clone(), store: deps.store.clone(), http: reqwest::Client::new() };
    if !people::is_empty(&stage.operator()).await? {
        return Ok(false);
    }
    let now = SystemClock.now();
    play.clock.set(now - chrono::Duration::days(40));
    let people = people::make(&stage).await?;
    goods::make(&stage, &people).await?;
    play.drain().await?;
    orders::make(&stage, &play, &people, now).await?;
    Ok(true)
}
