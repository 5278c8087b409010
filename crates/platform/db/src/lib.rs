//! Database access for SQLite and PostgreSQL from one code base.
//!
//! [`Db`] opens the pools with the settings both databases need. Reading goes through [`ReadDb`], writing
//! only through a [`Tx`] from [`Db::begin_write`]: two types, so that a read cannot wait for the
//! connection that its own transaction holds. Everything that the two databases do differently and that
//! more than one crate meets lives in [`dialect`] and [`error`].

mod connect;
pub mod dialect;
pub mod error;
mod handle;
mod listen;
mod recorder;
mod trace;

pub use connect::{ConnectError, Db, DbSettings};
pub use error::{is_transient, violated};
pub use handle::{ReadDb, Tx};
pub use listen::Listener;
pub use recorder::Recorder;
