//! What other systems, such as a CRM or an ERP, tell of merchants.

pub mod input;
pub mod mutation;
pub mod object;
pub mod query;

pub use mutation::SyncMutation;
pub use object::{SyncMessage, SyncSystem};
pub use query::SyncQuery;
