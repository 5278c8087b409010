//! Who is told what, by mail.

mod accounts;
mod care;
mod conversations;
mod hooks;
mod invoices;
mod merchants;
mod money;
mod orders;
mod quotes;
mod words;

use chrono::NaiveDate;
use kernel::Money;
use outbox::DispatcherBuilder;

use crate::Deps;

pub(crate) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    let builder = accounts::register(builder, deps);
    let builder = care::register(builder, deps);
    let builder = conversations::register(builder, deps);
    let builder = hooks::register(builder, deps);
    let builder = money::register(builder, deps);
    let builder = invoices::register(builder, deps);
    let builder = merchants::register(builder, deps);
    let builder = quotes::register(builder, deps);
    orders::register(builder, deps)
}

fn is_german(locale: &str) -> bool {
    locale.split(['-', '_']).next() == Some("de")
}

/// An amount as readers of `locale` write it.
pub(crate) fn amount(money: Money, locale: &str) -> String {
    let text = money.to_string();
    if is_german(locale) { text.replace('.', ",") } else { text }
}

/// A day as readers of `locale` write it.
pub(crate) fn day(date: NaiveDate, locale: &str) -> String {
    date.format(if is_german(locale) { "%d.%m.%Y" } else { "%Y-%m-%d" }).to_string()
}
