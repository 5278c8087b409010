//! Of which things somebody hears that they changed: of those that it may read.

use access::Action;
use context::{Ctx, READ_FEED};

/// The kinds of things of the change log, and what lets somebody read them. Of what is not here only those hear who read the
/// whole feed.
const READ_BY: &[(&str, Action)] = &[
    ("agreement", merchants::actions::READ_AGREEMENT),
    ("asset", assets::actions::ASSET_READ),
    ("attribute", catalog::actions::ATTRIBUTE_READ),
    ("category", catalog::actions::CATEGORY_READ),
    ("channel", marketplace::actions::READ_CHANNELS),
    ("conversation", merchants::actions::READ_CONVERSATION),
    ("coupon", marketplace::actions::READ_COUPONS),
    ("delivery_method", marketplace::actions::READ_DELIVERY),
    ("dispute", payments::actions::READ),
    ("draft_order", orders::actions::READ_DRAFT),
    ("incident", orders::actions::READ_INCIDENT),
    ("location", inventory::actions::LOCATION_READ),
    ("merchant", merchants::actions::READ),
    ("merchant_delivery", merchants::actions::READ_DELIVERY),
    ("merchant_note", merchants::actions::READ_NOTE),
    ("merchant_order", orders::actions::READ_MERCHANT_ORDER),
    ("merchant_rating", merchants::actions::READ_RATING),
    ("message", merchants::actions::READ_CONVERSATION),
    ("notification_rule", marketplace::actions::READ_NOTIFICATION_RULES),
    ("offer", offers::actions::OFFER_READ),
    ("order", orders::actions::READ),
    ("payout", billing::actions::READ_PAYOUT),
    ("payout_run", billing::actions::READ_RUN),
    ("product", catalog::actions::PRODUCT_LIST),
    ("quote", orders::actions::READ_QUOTE),
    ("return", orders::actions::READ_RETURN),
    ("statement", billing::actions::READ_STATEMENT),
    ("stock_level", inventory::actions::STOCK_READ),
    ("task", marketplace::actions::READ_TASKS),
    ("webhook_endpoint", marketplace::actions::READ_WEBHOOKS),
];

/// Whether the caller hears of changes of this kind of thing.
pub(super) fn may_see(ctx: &Ctx, entity: &str) -> bool {
    let read_by = READ_BY.iter().find(|(kind, _)| *kind == entity);
    read_by.is_some_and(|(_, action)| ctx.may(*action)) || ctx.may(READ_FEED)
}
