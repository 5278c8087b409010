//! Reads.

mod coupons;
mod lists;
mod mail_texts;
mod notifications;
mod pickup_points;
mod settings;
mod snapshot;
mod task_report;
mod tasks;
mod webhooks;

pub use coupons::{coupon, coupon_by_code_on, coupons};
pub use lists::{
    carrier, carriers, channel, channel_by_code, channels, commission_rule, commission_rules, delivery_method,
    delivery_methods, tax_class, tax_classes,
};
pub use mail_texts::{MailTextInUse, mail_preview, mail_texts};
pub use notifications::{
    DeliveryFilter, UNREAD_MAX, my_notification, my_notifications, notification_deliveries, notification_preferences,
    notification_preview, notification_rule, notification_rule_versions, notification_rules, notifications_after,
    notifications_end, told_after, unread_count,
};
pub use pickup_points::{PickupPointFilter, pickup_points, pickup_points_on};
pub use settings::{settings, settings_history};
pub use snapshot::{snapshot, snapshot_on};
pub use task_report::{Hits, TaskReportLine, task_report};
pub use tasks::{
    TaskQueue, open_task_subjects_on, task, task_actions, task_notes, task_pauses, task_queues, task_views, tasks,
};
pub use webhooks::{webhook_attempts, webhook_deliveries, webhook_delivery, webhook_endpoint, webhook_endpoints};
