//! One's own notifications, as they are told.

use async_graphql::SimpleObject;
use context::Ctx;
use kernel::id::{NotificationId, TypedId as _, UserId};
use kernel::{Cursor, Fault};
use marketplace::query::{notifications_after, notifications_end};

use super::follow::{Source, fault};
use super::ring::{Ring, boxed};
use crate::loader::LoadError;
use crate::marketplace::notification::Notification;

/// Notifications that are read at once.
const PAGE: u64 = 50;

/// A notification, and where to go on after it.
#[derive(Debug, Clone, SimpleObject)]
pub struct NotificationReceived {
    /// The place of this notification: send it as `after` to go on from there.
    pub cursor: String,
    /// The notification.
    pub notification: Notification,
}

/// The place of a notification.
pub(super) type Place = (i64, NotificationId);

fn start() -> Place {
    (0, NotificationId::from_uuid(Default::default()))
}

/// The last place of all.
pub(super) async fn end(ctx: &Ctx) -> Result<Place, Box<dyn Fault>> {
    Ok(notifications_end(ctx).await.map_err(boxed)?.unwrap_or_else(start))
}

/// What a person is told.
pub(super) struct Notices {
    user: Option<UserId>,
    place: Place,
}

impl Notices {
    /// From a cursor on, or from now on.
    pub(super) async fn from(ctx: &Ctx, after: Option<String>) -> Result<Self, LoadError> {
        let now = notifications_end(ctx).await.map_err(fault)?.unwrap_or_else(start);
        let place = match after {
            Some(after) => {
                let place = Cursor::from_client(after).key::<Place>().map_err(kernel::Invalid::from);
                place.map_err(|invalid| fault(context::Error::from(invalid)))?
            }
            None => now,
        };
        Ok(Self { user: ctx.actor().user(), place })
    }
}

impl Source for Notices {
    type Item = NotificationReceived;

    fn concerns(&mut self, ring: &Ring) -> bool {
        match ring {
            Ring::Look => true,
            Ring::Notices(users) => self.user.is_some_and(|user| users.contains(&user)),
            Ring::Changes { .. } => false,
        }
    }

    async fn read(&mut self, ctx: &Ctx) -> Result<(Vec<NotificationReceived>, bool), LoadError> {
        let found = notifications_after(ctx, self.place, PAGE).await.map_err(fault)?;
        let more = found.len() as u64 == PAGE;
        let told = found.into_iter().map(|notification| {
            self.place = (notification.stamp, notification.id);
            let cursor = Cursor::of(&self.place).as_str().to_owned();
            NotificationReceived { cursor, notification: notification.into() }
        });
        Ok((told.collect(), more))
    }

    fn allow(&self, ctx: &Ctx) -> Result<(), LoadError> {
        ctx.authorize(marketplace::actions::OWN_NOTIFICATIONS).map(drop).map_err(fault)
    }
}
