//! What happens, as it happens: the subscriptions of people.
//!
//! One reader a node looks for what is new about twice a second, only while somebody subscribes, and rings ([`Live`]). Each
//! subscription has a place of its own in what it follows, and reads on from there with the rights that its caller has at that
//! moment ([`follow`]). So it works on any number of nodes, nobody is told what he may not see, and nothing is lost: neither
//! by a ring that was missed, nor by a client that comes back with the last cursor it saw.

mod changes;
mod follow;
mod notices;
mod ring;
mod seen;
mod subscription;

use std::sync::Arc;

use context::Ctx;
use futures::future::BoxFuture;

use crate::loader::LoadError;

pub use changes::ThingChanged;
pub use notices::NotificationReceived;
pub use ring::Live;
pub use subscription::Subscription;

/// Who subscribes, to be asked again and again: what it may is looked up anew each time.
#[derive(Clone)]
pub struct Caller(Arc<dyn Fn() -> BoxFuture<'static, Result<Ctx, LoadError>> + Send + Sync>);

impl Caller {
    /// A caller whose context `renew` makes anew.
    pub fn new(renew: impl Fn() -> BoxFuture<'static, Result<Ctx, LoadError>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(renew))
    }

    /// The caller as it is now.
    ///
    /// # Errors
    /// It is nobody any more: signed out, blocked, no member.
    pub async fn renew(&self) -> Result<Ctx, LoadError> {
        (self.0)().await
    }
}
