//! Work to be done outside the transaction that asks for it.

use kernel::id::MerchantId;
use outbox::Job;
use serde::{Deserialize, Serialize};

/// Ratings to be computed again. Doing it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateMerchants {
    /// Of one merchant; without it all that the clock asks for.
    pub merchant: Option<MerchantId>,
}

impl Job for RateMerchants {
    const KIND: &'static str = "rate_merchants.v1";
}
