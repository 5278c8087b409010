//! The field-level change log: who changed what, when, from where, with the value before and after.
//!
//! Every command records its changes in its own transaction (`context` flushes them at commit). Rows are
//! append-only; triggers of the database refuse anything else. Programs read it from a position on, losing nothing
//! ([`feed`]). What people say and what may name somebody stands beside
//! them and goes when that person is forgotten.

mod entity;
pub mod feed;
mod filter;
mod log;
mod words;

pub use filter::ChangeFilter;
pub use log::{Change, ChangeRow, FieldChange, Origin, forget, last_until, list, record};
