//! How merchants are rated: what is counted, how counts become points, what a low rating leads to.
//!
//! All numbers are integers. A value is counted in millionths of its unit ([`ONE`]): a share of 1 % is 10,000, 4.2 stars
//! are 4,200,000. Points are counted in millionths too: 100 points are [`FULL`].

mod compute;
#[cfg(test)]
mod compute_test;
mod conduct;
mod fall;
mod formula;
mod metric;

pub use compute::{MetricInput, MetricPoints, Rated, stars};
pub use conduct::{Count, Exclusion, ExclusionTag, Fact, RatedOrder};
pub use fall::{Fall, FallStep, next_step};
pub use formula::{Formula, FormulaVersion, MetricRule, Threshold};
pub use metric::{Metric, Unit};

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantScoreId};
use serde::Serialize;

/// One whole of a unit: 100 %, one star, one minute.
pub const ONE: i64 = 1_000_000;
/// All points there are.
pub const FULL: i64 = 100 * ONE;

/// A rating as it was computed once, kept for ever with what it was computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Its id; sorts by time.
    pub id: MerchantScoreId,
    /// The merchant.
    pub merchant: MerchantId,
    /// The version of the formula.
    pub formula: i64,
    /// What was counted, and in which window.
    pub inputs: Vec<MetricInput>,
    /// The rating in millionths of a point; `None` when there was nothing to rate by.
    pub rating: Option<i64>,
    /// Whether something was counted; otherwise it is what is expected of anybody.
    pub known: bool,
    /// When.
    pub computed_at: DateTime<Utc>,
}

/// A rating that the operator puts in the place of the computed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// The rating, in millionths of a point.
    pub rating: i64,
    /// Why.
    pub reason: String,
    /// Until when it counts.
    pub until: DateTime<Utc>,
    /// Who did it, by name.
    pub author_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where the rating of a merchant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The merchant.
    pub merchant: MerchantId,
    /// The score that counts; `None` before the first one.
    pub score: Option<MerchantScoreId>,
    /// Its rating.
    pub rating: Option<i64>,
    /// Whether something was counted for it.
    pub known: bool,
    /// What the operator put in its place, also when that is over.
    pub override_: Option<Override>,
    /// Grows by one with every change by people.
    pub version: i64,
}

impl Standing {
    /// What the operator put in the place of the computed rating, as long as it counts.
    #[must_use]
    pub fn overridden(&self, now: DateTime<Utc>) -> Option<&Override> {
        self.override_.as_ref().filter(|over| over.until > now)
    }

    /// The rating that counts. Of whom nothing is known there is none, unless the operator gave one.
    #[must_use]
    pub fn effective(&self, now: DateTime<Utc>) -> Option<i64> {
        self.overridden(now).map(|over| over.rating).or(self.rating.filter(|_| self.known))
    }
}
