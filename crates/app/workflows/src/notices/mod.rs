//! Who is told what, by mail.

mod accounts;
mod orders;

use chrono::{DateTime, Utc};
use outbox::DispatcherBuilder;

use crate::Deps;

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let builder = accounts::register(builder, deps);
    orders::register(builder, deps)
}

/// A date as mails show it.
pub(crate) fn date(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}
