//! The content of the demo marketplace: people, goods, and orders in every state with their money.
//!
//! Everything is made by the commands that the API calls, by a clock that starts a month ago, so that deliveries,
//! released earnings and payouts lie behind the visitor. It is made once, when the marketplace is empty.

mod content;
mod goods;
mod people;
mod picture;

use std::sync::Arc;

use access::{Actor, Principal, Role, Scope, Seat};
use context::{Ctx, Origin, World};
use kernel::id::{CustomerId, MerchantId};
use storage::ObjectStore;

/// The password of every account of the demo.
pub const PASSWORD: &str = "souk-demo-2026";

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
pub async fn seed(world: Arc<World>, store: ObjectStore) -> Result<bool, SeedError> {
    let stage = Stage { world, store };
    let operator = stage.operator();
    if !people::is_empty(&operator).await? {
        return Ok(false);
    }
    let people = people::make(&stage).await?;
    goods::make(&stage, &people).await?;
    Ok(true)
}
