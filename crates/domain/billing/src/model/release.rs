//! Earned money that waits.

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::{HoldId, MerchantId, MerchantOrderId};

use super::stored_names;

/// Why money waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldKind {
    /// A sale whose goods may still come back.
    Sale,
    /// The reserve.
    Reserve,
}
stored_names! { HoldKind { Sale = "sale", Reserve = "reserve", } }

/// Earned money that waits for its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Why it waits.
    pub kind: HoldKind,
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// The sale it comes from.
    pub merchant_order_id: MerchantOrderId,
    /// The currency.
    pub currency: Currency,
    /// How much was earned, in minor units.
    pub amount_minor: i64,
    /// What refunds took from it, in minor units.
    pub drawn_minor: i64,
    /// When it is released.
    pub release_at: DateTime<Utc>,
}

impl Hold {
    /// What is left to be released, in minor units.
    #[must_use]
    pub const fn left_minor(&self) -> i64 {
        self.amount_minor - self.drawn_minor
    }
}

/// How much of `amount_minor` each hold gives, in their order, until nothing is missing or nothing is left.
#[must_use]
pub fn draw(holds: &[Hold], amount_minor: i64) -> Vec<(HoldId, i64)> {
    let mut missing = amount_minor.max(0);
    let mut drawn = Vec::new();
    for hold in holds {
        let share = hold.left_minor().min(missing);
        if share > 0 {
            drawn.push((hold.id, share));
            missing -= share;
        }
    }
    drawn
}
