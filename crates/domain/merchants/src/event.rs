//! What happened.

use kernel::id::MerchantId;
use outbox::Event;
use serde::{Deserialize, Serialize};

use crate::model::Status;

/// A merchant was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantCreated {
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantCreated {
    const KIND: &'static str = "merchant_created.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// A merchant may sell from now on, or may no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantStatusChanged {
    /// The merchant.
    pub merchant: MerchantId,
    /// Where it stood.
    pub from: Status,
    /// Where it stands.
    pub to: Status,
}

impl Event for MerchantStatusChanged {
    const KIND: &'static str = "merchant_status_changed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}

/// Something that buyers see of a merchant, or that its offers depend on, was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantChanged {
    /// The merchant.
    pub merchant: MerchantId,
}

impl Event for MerchantChanged {
    const KIND: &'static str = "merchant_changed.v1";
    fn subject(&self) -> String {
        self.merchant.to_string()
    }
}
