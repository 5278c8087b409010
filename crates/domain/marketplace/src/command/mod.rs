//! Changes. Each takes the lock of the marketplace first, so they come one after another.

mod bootstrap;
mod carrier;
mod channel;
mod commission_rule;
mod coupon;
mod delivery_method;
pub(crate) mod mail_text;
pub mod notification;
mod pickup_point;
mod settings;
pub mod task;
mod tax_class;
pub mod webhook;

pub use bootstrap::{Bootstrapped, bootstrap};
pub use carrier::{CreateCarrier, EditCarrier, create_carrier, edit_carrier};
pub use channel::{CreateChannel, EditChannel, create_channel, edit_channel};
pub use commission_rule::{
    CreateCommissionRule, EditCommissionRule, create_commission_rule, draft_commission_rule, edit_commission_rule,
};
pub use coupon::{CreateCoupon, EditCoupon, create_coupon, edit_coupon, redeem_coupon_in_tx};
pub use delivery_method::{CreateDeliveryMethod, EditDeliveryMethod, create_delivery_method, edit_delivery_method};
pub use mail_text::{ResetMailText, SaveMailText, reset_mail_text, save_mail_text};
pub use pickup_point::{ImportPickupPoints, ImportedPickupPoints, PICKUP_POINTS_MAX, import_pickup_points};
pub use settings::{EditSettings, RestoreSettings, StoredSettings, edit_settings, restore_settings};
pub use tax_class::{CreateTaxClass, EditTaxClass, create_tax_class, edit_tax_class};

use crate::Error;

/// The most channels, tax classes, delivery methods or carriers each.
const KIND_MAX: usize = 1_000;
/// The most commission rules.
const RULES_MAX: usize = 20_000;

/// Replaces the value of a slot when there is a new one.
fn put<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// Refuses one more when there are `max` of them.
fn room(count: usize, max: usize, what: &'static str) -> Result<(), Error> {
    if count < max { Ok(()) } else { Err(Error::TooMany { what, max: max as u64 }) }
}

/// The caller must have seen the present version.
fn fresh(version: i64, expected: i64, what: &'static str) -> Result<(), Error> {
    if version == expected { Ok(()) } else { Err(context::Error::Stale(what).into()) }
}

fn taken(field: &str) -> Error {
    context::Error::Taken { field: field.to_owned() }.into()
}

fn missing(what: &'static str) -> Error {
    context::Error::NotFound(what).into()
}
