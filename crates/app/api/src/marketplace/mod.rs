//! Channels, taxes, delivery, carriers, commission and settings.

use async_graphql::MergedObject;

pub mod billing;
pub mod calendar;
pub mod commission;
pub mod conversation_rules;
pub mod coupon;
pub mod critical;
pub mod delivery;
pub mod delivery_input;
pub mod feed;
pub mod input;
pub mod mail_text;
pub mod merchant_rules;
pub mod mutation;
pub mod notification;
pub mod object;
pub mod pickup_point;
pub mod preview;
pub mod query;
pub mod settings;
pub mod settings_field;
pub mod task;
pub mod webhook;

/// Questions about the marketplace.
#[derive(MergedObject, Default)]
pub struct MarketplaceQuery(
    query::RulesQuery,
    coupon::CouponQuery,
    feed::FeedQuery,
    mail_text::MailTextQuery,
    notification::NotificationQuery,
    pickup_point::PickupPointQuery,
    preview::PreviewQuery,
    settings_field::SettingsQuery,
    task::TaskQuery,
    webhook::WebhookQuery,
);

/// Changes of the marketplace.
#[derive(MergedObject, Default)]
pub struct MarketplaceMutation(
    mutation::RulesMutation,
    commission::CommissionMutation,
    coupon::CouponMutation,
    mail_text::MailTextMutation,
    notification::NotificationMutation,
    pickup_point::PickupPointMutation,
    settings_field::SettingsMutation,
    task::TaskMutation,
    webhook::WebhookMutation,
);
