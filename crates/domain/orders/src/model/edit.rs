//! What a change of a placed order would do.

use kernel::Currency;
use kernel::id::{MerchantId, MerchantOrderId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::book::Book;
use super::plan::SplitPlan;
use super::status::OrderState;
use super::types::Address;
use crate::entity::Order;
use crate::event::LineUnits;

/// What a change does to a merchant order that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditedPart {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// Its merchant.
    pub merchant: MerchantId,
    /// The name of the merchant.
    pub merchant_name: String,
    /// Its number.
    pub number: String,
    /// Units taken out.
    pub removed: Vec<LineUnits>,
    /// Whether it goes to another address.
    pub address_changed: bool,
    /// Whether it goes by another delivery method.
    pub delivery_changed: bool,
    /// What its units and their delivery cost before, in minor units.
    pub due_before_minor: i64,
    /// What they cost afterwards.
    pub due_after_minor: i64,
    /// What goes back to the buyer.
    pub refund_minor: i64,
}

/// What a change of a placed order would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditPreview {
    /// The version of the order that it was worked out on.
    pub base_version: i64,
    /// Names what would happen; confirming sends it.
    pub hash: String,
    /// Currency of all amounts.
    pub currency: Currency,
    /// What the order costs before, in minor units: the units that were not canceled, with their delivery.
    pub due_before_minor: i64,
    /// What it costs afterwards.
    pub due_after_minor: i64,
    /// What is to be paid for what is added, and for delivery that becomes dearer.
    pub extra_minor: i64,
    /// What goes back of what was paid.
    pub refund_minor: i64,
    /// The merchant orders that change.
    pub parts: Vec<EditedPart>,
    /// How what is added would be split, priced and sent: as merchant orders of their own.
    pub added: Option<SplitPlan>,
}

/// What the hash covers.
#[derive(Serialize)]
struct Agreed<'a> {
    order: String,
    base_version: i64,
    ship_to: Option<&'a Address>,
    due: (i64, i64),
    extra: i64,
    refund: i64,
    parts: &'a [EditedPart],
    added: Option<&'a str>,
}

impl EditPreview {
    /// What became of `before`: every merchant order that differs, and the sums.
    #[must_use]
    pub fn of(before: &Book, after: &Book, ship_to: Option<&Address>, added: Option<SplitPlan>) -> Self {
        let changed = |(old, new): (&crate::MerchantOrder, &crate::MerchantOrder)| {
            let part = edited(before, after, old, new);
            let same = part.removed.is_empty() && !part.address_changed && !part.delivery_changed;
            (!same).then_some(part)
        };
        let parts: Vec<EditedPart> = before.parts.iter().zip(&after.parts).filter_map(changed).collect();
        let due = |book: &Book| book.parts.iter().map(|part| book.due(part.id)).sum::<i64>();
        let added_minor = added.as_ref().map_or(0, |plan| plan.totals.total);
        let mut preview = Self {
            base_version: before.order.version,
            hash: String::new(),
            currency: before.order.currency,
            due_before_minor: due(before),
            due_after_minor: due(after) + added_minor,
            extra_minor: added_minor + dearer(before, after),
            refund_minor: parts.iter().map(|part| part.refund_minor).sum(),
            parts,
            added,
        };
        preview.hash = preview.digest(before, ship_to);
        preview
    }

    /// Whether all that is added can be sold and sent.
    #[must_use]
    pub fn is_confirmable(&self) -> bool {
        self.added.as_ref().is_none_or(SplitPlan::is_placeable)
    }

    fn digest(&self, before: &Book, ship_to: Option<&Address>) -> String {
        let agreed = Agreed {
            order: before.order.id.to_string(),
            base_version: self.base_version,
            ship_to,
            due: (self.due_before_minor, self.due_after_minor),
            extra: self.extra_minor,
            refund: self.refund_minor,
            parts: &self.parts,
            added: self.added.as_ref().map(|plan| plan.hash.as_str()),
        };
        // Plain data: serializing cannot fail.
        let bytes = serde_json::to_vec(&agreed).unwrap_or_default();
        kernel::text::hex(&Sha256::digest(bytes)[..16])
    }
}

/// What delivery costs more than before.
fn dearer(before: &Book, after: &Book) -> i64 {
    let both = before.fulfillments.iter().zip(&after.fulfillments);
    both.map(|(old, new)| (new.shipping_cash_minor() - old.shipping_cash_minor()).max(0)).sum()
}

fn edited(before: &Book, after: &Book, old: &crate::MerchantOrder, new: &crate::MerchantOrder) -> EditedPart {
    let lines = before.lines.iter().zip(&after.lines).filter(|(line, _)| line.merchant_order_id == old.id);
    let removed = lines
        .map(|(line, now)| LineUnits { line: line.id, quantity: now.canceled - line.canceled })
        .filter(|units| units.quantity > 0);
    let sent = before.fulfillments.iter().zip(&after.fulfillments);
    let mut own = sent.filter(|(row, _)| row.merchant_order_id == old.id);
    EditedPart {
        merchant_order: old.id,
        merchant: old.merchant_id,
        merchant_name: old.merchant_name.clone(),
        number: old.number.clone(),
        removed: removed.collect(),
        address_changed: old.ship_to != new.ship_to,
        delivery_changed: own.any(|(row, now)| row.method_id != now.method_id),
        due_before_minor: before.due(old.id),
        due_after_minor: after.due(old.id),
        refund_minor: new.refund_minor - old.refund_minor,
    }
}

/// Whether an order can be changed at all: its merchants have it, and something of it is still to be done. The guard
/// of the command asks this very function.
#[must_use]
pub fn can_be_edited(order: &Order) -> bool {
    order.released_at.is_some() && order.state == OrderState::Placed
}
