//! What buyers, merchants and the operator's team write to each other.

pub mod input;
pub mod mutation;
pub mod object;
pub mod query;

pub use mutation::ConversationMutation;
pub use object::{Conversation, Message};
pub use query::ConversationQuery;
