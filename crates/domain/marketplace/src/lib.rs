//! What the operator decides for the whole marketplace: channels, taxes, delivery, carriers, commission, settings.

pub mod actions;
pub mod check;
pub mod command;
mod entity;
mod error;
pub mod event;
pub mod model;
pub mod query;
mod repo;

pub use command::{bootstrap, redeem_coupon_in_tx};
pub use error::Error;
pub use mail::{NoteText, Rendered as RenderedMail, TemplateText};
pub use model::commission;
pub use model::delivery;
pub use model::notification;
pub use model::webhook;
pub use model::{
    AccountSettings, AttachmentKind, BillingSettings, BlockEffects, BlockReason, BlockedOffers, BlockedPayouts,
    Carrier, Channel, ClosedDays, CommissionAmounts, CommissionBase, CommissionBracket, CommissionRule,
    CommissionRules, CommissionScope, ConversationKind, ConversationSettings, Coupon, CouponTax, CouponValue,
    CriticalKind, CriticalThreshold, DeliveryKind, DeliveryMethod, DeliveryPricing, DeliveryRate, DeliveryZone, Funder,
    HighestPrice, LegalEntity, MailText, MerchantRate, MerchantSettings, OTHER_REASON, OpenOrders, OwnRates,
    PayingAccount, PayoutSchedule, PickupPlace, PickupPoint, PickupPointKind, PostalRange, RateBracket, Settings,
    SettingsPatch, SizeLimits, Snapshot, StatementCycle, Surcharge, TaxClass, TaxRate, TravelDays, WorkCalendar,
};
pub use query::{coupon_by_code_on, pickup_points_on, snapshot, snapshot_on};

/// What somebody has to do in time: other domains' handlers call [`task::ensure`], [`task::settle`], [`task::wait`] and
/// [`task::resume`].
pub mod task {
    pub use crate::command::task::*;
    pub use crate::model::task::*;
}
