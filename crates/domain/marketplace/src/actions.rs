//! What can be allowed in the marketplace.

use access::Action;

/// Read channels. Storefronts see the active ones only.
pub const READ_CHANNELS: Action = Action::new("channel", "read");
/// Make and change channels.
pub const EDIT_CHANNELS: Action = Action::new("channel", "edit");
/// Read tax classes and rates.
pub const READ_TAXES: Action = Action::new("tax_class", "read");
/// Make and change tax classes and rates.
pub const EDIT_TAXES: Action = Action::new("tax_class", "edit");
/// Read delivery methods. Storefronts see the active ones only.
pub const READ_DELIVERY: Action = Action::new("delivery_method", "read");
/// Make and change delivery methods.
pub const EDIT_DELIVERY: Action = Action::new("delivery_method", "edit");
/// Read carriers.
pub const READ_CARRIERS: Action = Action::new("carrier", "read");
/// Make and change carriers.
pub const EDIT_CARRIERS: Action = Action::new("carrier", "edit");
/// Read commission rules.
pub const READ_COMMISSION: Action = Action::new("commission_rule", "read");
/// Make and change commission rules.
pub const EDIT_COMMISSION: Action = Action::new("commission_rule", "edit");
/// Read coupons.
pub const READ_COUPONS: Action = Action::new("coupon", "read");
/// Make and change coupons.
pub const EDIT_COUPONS: Action = Action::new("coupon", "edit");
/// Read texts of mails and see what they look like.
pub const READ_MAILS: Action = Action::new("mail_text", "read");
/// Write texts of mails.
pub const EDIT_MAILS: Action = Action::new("mail_text", "edit");
/// Read the settings and their history.
pub const READ_SETTINGS: Action = Action::new("marketplace_settings", "read");
/// Change the settings.
pub const EDIT_SETTINGS: Action = Action::new("marketplace_settings", "edit");
/// Read endpoints of webhooks, and what was sent there.
pub const READ_WEBHOOKS: Action = Action::new("webhook", "read");
/// Make and change endpoints of webhooks, and send messages again.
pub const MANAGE_WEBHOOKS: Action = Action::new("webhook", "manage");
/// Make and send messages: Souk itself.
pub const SEND_WEBHOOKS: Action = Action::new("webhook", "send");
/// Read tasks, their notes and queues, and how many were done in time. A merchant sees those of its side.
pub const READ_TASKS: Action = Action::new("task", "read");
/// Make tasks and do them.
pub const HANDLE_TASKS: Action = Action::new("task", "handle");
/// Say which queue tasks are in and what goes first, and keep views for the team.
pub const DIRECT_TASKS: Action = Action::new("task", "direct");
/// Open and close tasks for what happened, and watch their clocks: Souk itself.
pub const RUN_TASKS: Action = Action::new("task", "run");
/// Read the rules of notifications, and what became of them.
pub const READ_NOTIFICATION_RULES: Action = Action::new("notification_rule", "read");
/// Make and change the rules of notifications, and send what failed again.
pub const EDIT_NOTIFICATION_RULES: Action = Action::new("notification_rule", "edit");
/// Read what one is told oneself, and say what one wants to be told. For whoever is signed in as a person.
pub const OWN_NOTIFICATIONS: Action = Action::new("notification", "own");
/// Tell people, and forget what is old: Souk itself.
pub const ROUTE_NOTIFICATIONS: Action = Action::new("notification", "route");
/// Fill an empty marketplace.
pub const BOOTSTRAP: Action = Action::new("marketplace", "bootstrap");
