//! What a merchant asks for delivery.

use chrono::{DateTime, Utc};
use kernel::id::{DeliveryMethodId, MerchantId};
use marketplace::MerchantRate;
use serde::Serialize;

/// The prices that a merchant set for a delivery method of the marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MerchantDelivery {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The method.
    pub method_id: DeliveryMethodId,
    /// The prices by zone, currency and product type; none: what the marketplace asks.
    pub rates: Vec<MerchantRate>,
    /// Who set them: the id of a user or key.
    #[serde(skip)]
    pub set_by: String,
    /// The same, by name.
    #[serde(skip)]
    pub set_by_name: String,
    /// When.
    #[serde(skip)]
    pub set_at: DateTime<Utc>,
    /// Grows by one with every change.
    pub version: i64,
}

impl MerchantDelivery {
    /// Names the prices of a merchant for a method in its history.
    #[must_use]
    pub fn subject(merchant: MerchantId, method: DeliveryMethodId) -> String {
        format!("{merchant}/{method}")
    }
}
