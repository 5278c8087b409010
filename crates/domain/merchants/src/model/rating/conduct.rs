//! What is known of one order, for the rating.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, MerchantOrderId};
use serde::{Deserialize, Serialize};

use super::Metric;

/// `k` of `n`; for values that are no shares the sum of `n` values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// What was counted.
    pub k: i64,
    /// Over what.
    pub n: i64,
}

/// What one order says of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The metric.
    pub metric: Metric,
    /// What it adds.
    pub count: Count,
}

/// Why an order counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExclusionTag {
    /// Nobody could help it: a strike of carriers, a flood.
    ForceMajeure,
    /// The buyer caused it.
    BuyerCaused,
    /// The marketplace caused it.
    MarketplaceFault,
    /// Anything else.
    Other,
}

impl ExclusionTag {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ForceMajeure, Self::BuyerCaused, Self::MarketplaceFault, Self::Other];

    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForceMajeure => "force_majeure",
            Self::BuyerCaused => "buyer_caused",
            Self::MarketplaceFault => "marketplace_fault",
            Self::Other => "other",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.as_str() == name)
    }
}

/// An order that a rating is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedOrder {
    /// The merchant order.
    pub merchant_order: MerchantOrderId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Its number.
    pub number: String,
    /// When it was placed.
    pub ordered_at: DateTime<Utc>,
    /// Why it counts for nothing, when it does not.
    pub excluded: Option<Exclusion>,
    /// Grows by one with every change by people.
    pub version: i64,
}

/// Why an order counts for nothing, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusion {
    /// The kind of reason.
    pub tag: ExclusionTag,
    /// In words.
    pub reason: String,
    /// Who said so, by name.
    pub author_name: String,
    /// When.
    #[serde(skip)]
    pub at: DateTime<Utc>,
}
