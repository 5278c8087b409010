//! What happened to merchants' money.

use chrono::{DateTime, Utc};
use kernel::Money;
use kernel::id::{MerchantId, MerchantOrderId, PayoutId};
use outbox::Event;
use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal of $subject:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty,)* }
        impl Event for $name {
            const KIND: &'static str = $kind;
            fn subject(&self) -> String { self.$subject.to_string() }
        }
    )*};
}

events! {
    /// Money of a sale became payable.
    FundsReleased = "billing_funds_released.v1" of merchant {
        /// The merchant who earned it.
        merchant: MerchantId,
        /// The sale.
        merchant_order: MerchantOrderId,
        /// How much, the reserve included.
        amount: Money,
    }
    /// A payout is on its way to the bank.
    PayoutInitiated = "billing_payout_initiated.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who is paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
    }
    /// The bank paid.
    PayoutPaid = "billing_payout_paid.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// When.
        paid_at: DateTime<Utc>,
    }
    /// The bank sent the money back; it is available to the merchant again.
    PayoutReturned = "billing_payout_returned.v1" of payout {
        /// The payout.
        payout: PayoutId,
        /// Who was to be paid.
        merchant: MerchantId,
        /// How much.
        amount: Money,
        /// The bank's reason.
        reason: String,
    }
}
