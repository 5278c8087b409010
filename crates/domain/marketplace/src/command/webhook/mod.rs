//! Webhooks: what people change of endpoints, and how messages leave.

mod endpoint;
mod message;
mod send;
mod settle;

pub use endpoint::{CreateEndpoint, EditEndpoint, create_endpoint, edit_endpoint, rotate_secret, switch_endpoint};
pub(crate) use message::body;
pub use message::{ReplayRange, ping, replay, replay_range};
pub use send::{Outgoing, claim_messages, due_endpoints, fan_out};
pub use settle::settle_message;
