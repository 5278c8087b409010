//! Who is told of what, and how: events, rules, what became of each telling, and what a person reads in Souk itself.

pub mod catalog;
pub mod delivery;
pub mod inbox;
pub mod plan;
pub mod rule;
pub mod timing;

pub use catalog::{EVENTS, EventKind, MARKETPLACE_NAME, Severity, event_kind};
pub use delivery::{Delivery, DeliveryState, DroppedWhy, Route};
pub use inbox::{Notification, Preference, Seat};
pub use rule::{Audience, Channel, Filter, Rule, RuleText};
pub use timing::{Digest, QuietHours, Throttle};
