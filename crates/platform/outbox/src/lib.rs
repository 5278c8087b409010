//! Facts and work that leave a transaction.
//!
//! An [`Event`] is a fact, written in the same transaction as the change it tells of. A [`Job`] is work to be
//! done outside any transaction: mail, payment provider, webhook. The [`Dispatcher`] hands events to handlers
//! and jobs to workers: at least once, so both must be idempotent; a handler that succeeded for an event is
//! not called for it again. [`idempotency`] keeps the answers of commands that carry a key.

mod dispatcher;
mod entity;
mod event;
pub mod idempotency;
mod job;
mod schedule;

pub use dispatcher::{Dispatcher, DispatcherBuilder, Drained, Failure, HandlerResult};
pub use event::{Event, PendingEvent, StoredEvent, publish, undelivered};
pub use job::{Job, PendingJob, enqueue};
pub use schedule::claim_slot;
