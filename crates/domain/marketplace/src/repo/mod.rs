//! Loading and saving. Writing takes a grant of the operator.

mod convert;
mod coupon;
mod load;
pub(crate) mod mail_text;
pub(crate) mod notification;
pub(crate) mod pickup;
mod save;
pub(crate) mod task;
pub(crate) mod webhook;

pub(crate) use coupon::{coupon, insert_coupon, save_coupon};
pub(crate) use load::{all, stamp};
pub(crate) use save::{
    begin, insert_carrier, insert_channel, insert_delivery_method, insert_rule, insert_settings, insert_tax_class,
    save_carrier, save_channel, save_delivery_method, save_rule, save_tax_class, settings_of,
};
