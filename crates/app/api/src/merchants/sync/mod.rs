//! What other systems, such as a CRM or an ERP, tell of merchants.

mod input;
mod mutation;
mod object;
mod query;

pub use mutation::SyncMutation;
pub use object::{SyncMessage, SyncSystem};
pub use query::SyncQuery;
