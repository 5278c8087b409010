//! Money and goods: what one domain tells, done in another.

mod dispute;
mod erasure;
mod invoices;
mod ledger;
mod money;
mod onboarding;
mod owed;
mod parcels;
mod rating;
mod tasks;

use outbox::DispatcherBuilder;

use crate::Deps;

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let builder = money::register(builder, deps);
    let builder = parcels::register(builder, deps);
    let builder = erasure::register(builder, deps);
    let builder = ledger::register(builder, deps);
    let builder = owed::register(builder, deps);
    let builder = invoices::register(builder, deps);
    let builder = onboarding::register(builder, deps);
    let builder = rating::register(builder, deps);
    let builder = tasks::register(builder, deps);
    dispute::register(builder, deps)
}
