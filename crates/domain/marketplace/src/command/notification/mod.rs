//! Notifications: the rules of the operator, how tellings come about and leave, what a person says about its own.

mod inbox;
mod route;
pub(crate) mod rule;
mod send;
mod settle;

pub(crate) use inbox::oneself;
pub use inbox::{MarkRead, forget_old, mark_read, set_preference};
pub use route::{Occurrence, Recipient, active_rules, route};
pub use rule::{ChannelInput, RuleInput, create_rule, edit_rule, restore_rule, switch_rule};
pub use send::{Outgoing, claim, due_routes};
pub use settle::{Outcome, retry_delivery, settle};
