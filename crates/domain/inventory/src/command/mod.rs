//! One use case a file.

pub mod adjust;
pub mod issue;
pub mod location;
pub mod release;
pub mod reserve;
pub mod restock;
pub mod set;

use std::collections::BTreeSet;

use context::WriteTx;
use kernel::id::{MerchantId, StockItemId, StockLevelId};
use sea_orm::ActiveValue::Set;

use crate::entity::movement;
use crate::event::StockChanged;
use crate::model::MovementKind;

/// The most entries of one reservation, release, issue or restock: the longest order, every line of it from two places.
pub const ENTRIES_MAX: usize = 4_000;

/// An entry of the journal about to be written.
pub(crate) struct Entry<'a> {
    pub(crate) level: StockLevelId,
    pub(crate) merchant: MerchantId,
    pub(crate) kind: MovementKind,
    pub(crate) quantity: i64,
    pub(crate) balance: i64,
    pub(crate) reference: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
}

impl Entry<'_> {
    pub(crate) fn row(&self, tx: &WriteTx) -> movement::ActiveModel {
        movement::ActiveModel {
            id: Set(tx.ctx().new_id()),
            stock_level_id: Set(self.level),
            merchant_id: Set(self.merchant),
            kind: Set(self.kind.as_str().to_owned()),
            quantity: Set(self.quantity),
            balance: Set(self.balance),
            reference: Set(self.reference.map(ToOwned::to_owned)),
            reason: Set(self.reason.map(ToOwned::to_owned)),
            actor: Set(tx.ctx().actor().id()),
            moved_at: Set(tx.now()),
        }
    }
}

/// Collects the articles whose availability turned.
#[derive(Default)]
pub(crate) struct Turned(BTreeSet<StockItemId>);

impl Turned {
    pub(crate) fn saw(&mut self, item: StockItemId, available_before: i64, available_after: i64) {
        if (available_before > 0) != (available_after > 0) {
            self.0.insert(item);
        }
    }

    pub(crate) fn tell(self, tx: &mut WriteTx) {
        if !self.0.is_empty() {
            tx.emit(&StockChanged { stock_items: self.0.into_iter().collect() });
        }
    }
}
