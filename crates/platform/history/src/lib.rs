//! The field-level change log: who changed what, when, from where, with the value before and after.
//!
//! Every command records its changes in its own transaction (`context` flushes them at commit). Rows are
//! append-only; triggers of the database refuse anything else.

mod entity;
mod log;

pub use log::{Change, ChangeRow, FieldChange, Origin, last_until, list, record};
