//! Plain types and pure decisions.

pub mod billing;
pub mod calendar;
pub mod carrier;
pub mod channel;
pub mod commission;
pub mod conversation_rules;
pub mod coupon;
pub mod critical;
pub mod delivery;
mod delivery_quote;
pub mod delivery_rate;
pub mod delivery_zone;
pub mod mail_text;
pub mod merchant_rules;
pub mod notification;
pub mod own_rates;
pub mod pickup_point;
pub mod settings;
pub mod snapshot;
pub mod task;
pub mod tax;
pub mod webhook;

pub use billing::{BillingSettings, PayingAccount, PayoutSchedule, StatementCycle};
pub use calendar::{ClosedDays, WorkCalendar};
pub use carrier::Carrier;
pub use channel::Channel;
pub use commission::{
    CommissionAmounts, CommissionBase, CommissionBracket, CommissionRule, CommissionRules, CommissionScope,
};
pub use conversation_rules::{AttachmentKind, ConversationKind, ConversationSettings};
pub use coupon::{Coupon, CouponValue, coupon_code};
pub use critical::{CriticalKind, CriticalThreshold};
pub use delivery::{DeliveryKind, DeliveryMethod, DeliveryPricing, SizeLimits};
pub use delivery_rate::{DeliveryRate, Funder, RateBracket, Surcharge};
pub use delivery_zone::{DeliveryZone, PostalRange, TravelDays};
pub use mail_text::MailText;
pub use merchant_rules::{
    BlockEffects, BlockReason, BlockedOffers, BlockedPayouts, MerchantSettings, OTHER_REASON, OpenOrders,
};
pub use own_rates::{HighestPrice, MerchantRate, OwnRates};
pub use pickup_point::{PickupPlace, PickupPoint, PickupPointKind};
pub use settings::{AccountSettings, CouponTax, LegalEntity, Settings, SettingsPatch};
pub use snapshot::Snapshot;
pub use tax::{TaxClass, TaxRate};

use kernel::Invalid;
use kernel::country::country;

/// The most entries of a list inside one document: countries, currencies, rates.
pub(crate) const LIST_MAX: usize = 300;

/// Checks each country and puts them in order without doubles.
pub(crate) fn countries(field: &str, raw: &[String]) -> Result<Vec<String>, Invalid> {
    bounded(field, raw.len())?;
    let mut codes = Vec::with_capacity(raw.len());
    for (index, code) in raw.iter().enumerate() {
        codes.push(country(&format!("{field}.{index}"), code)?);
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

/// Refuses a list that is too long.
pub(crate) fn bounded(field: &str, count: usize) -> Result<(), Invalid> {
    if count > LIST_MAX {
        return Err(Invalid::new(field, "TOO_MANY", format!("must have at most {LIST_MAX} entries")));
    }
    Ok(())
}

/// Checks that a rate lies within 0 and 100 %.
pub(crate) fn share(field: &str, rate: kernel::Rate) -> Result<(), Invalid> {
    if (0..=kernel::Rate::ONE_PPM).contains(&rate.ppm()) {
        return Ok(());
    }
    Err(Invalid::range(field, 0, kernel::Rate::ONE_PPM))
}

/// The largest amount in minor units that a price list of the marketplace may hold.
pub(crate) const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// Checks that an amount in minor units is not negative and not absurd.
pub(crate) fn amount(field: &str, minor: i64) -> Result<(), Invalid> {
    if (0..=AMOUNT_MAX).contains(&minor) {
        return Ok(());
    }
    Err(Invalid::range(field, 0, AMOUNT_MAX))
}
