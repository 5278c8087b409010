#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bootstrap;
mod editing;
mod mail_texts;
mod notifications;
mod pickup_points;
mod rights;
mod settings;
mod snapshot;
mod tasks;

use kernel::{Currency, Rounding};
use marketplace::command::CreateChannel;

fn app_channel() -> CreateChannel {
    CreateChannel {
        code: "app".to_owned(),
        name: "App".to_owned(),
        currencies: vec![Currency::EUR],
        default_currency: None,
        locales: vec!["de".to_owned()],
        default_locale: None,
        country: "DE".to_owned(),
        prices_include_tax: true,
        rounding: Rounding::HalfEven,
        active: true,
    }
}
