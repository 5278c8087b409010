//! Webhooks: where other systems are told of changes, and the log of it.

pub mod mutation;
pub mod object;
pub mod query;

pub use mutation::WebhookMutation;
pub use query::WebhookQuery;
