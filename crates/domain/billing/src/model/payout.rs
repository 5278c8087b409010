//! Balances and payouts.

use chrono::{DateTime, Utc};
use kernel::id::{MerchantId, PayoutId, PayoutRunId};
use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};

use super::stored_names;

/// What a merchant has in one currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerchantBalance {
    /// Whose it is.
    pub merchant_id: MerchantId,
    /// The currency.
    pub currency: Currency,
    /// Captured for orders that are not shipped yet.
    pub order_funds_minor: i64,
    /// Earned, the hold period runs.
    pub pending_minor: i64,
    /// Payable; may be negative.
    pub available_minor: i64,
    /// Kept back for a while.
    pub reserve_minor: i64,
    /// Frozen for disputes.
    pub dispute_hold_minor: i64,
    /// On the way to the merchant's bank.
    pub in_payout_minor: i64,
    /// What the merchant owes beside all this.
    pub owed_minor: i64,
}

impl MerchantBalance {
    /// Nothing, in `currency`.
    #[must_use]
    pub const fn empty(merchant_id: MerchantId, currency: Currency) -> Self {
        Self {
            merchant_id,
            currency,
            order_funds_minor: 0,
            pending_minor: 0,
            available_minor: 0,
            reserve_minor: 0,
            dispute_hold_minor: 0,
            in_payout_minor: 0,
            owed_minor: 0,
        }
    }
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayoutState {
    /// Something must be cleared first; the money is still available to the merchant.
    OnHold,
    /// A later run decided anew about what was on hold.
    Canceled,
    /// On its way to the bank.
    Initiated,
    /// The bank paid.
    Paid,
    /// The bank sent it back.
    Returned,
    /// The bank refused to execute it.
    Failed,
}
stored_names! { PayoutState {
    OnHold = "on_hold", Canceled = "canceled", Initiated = "initiated", Paid = "paid", Returned = "returned",
    Failed = "failed",
} }

/// The way that money takes to a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayoutVia {
    /// The operator's bank, by a file that the operator brings there.
    Bank,
    /// Stripe, to the merchant's connected account and from there to its bank.
    Stripe,
}
stored_names! { PayoutVia { Bank = "bank", Stripe = "stripe", } }

/// Money sent to a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// The run that made it.
    pub run_id: PayoutRunId,
    /// Who is paid.
    pub merchant_id: MerchantId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: PayoutState,
    /// Why it is (or was) on hold: `not_active`, `no_bank_account`, `account_cooling`, `paused`,
    /// `kyc_open`, `account_unverified`, `account_restricted` or `account_rejected`.
    pub hold_reason: Option<String>,
    /// The way it takes.
    pub via: PayoutVia,
    /// The merchant's account at the provider, as it was when the payout was made.
    pub provider_account: Option<String>,
    /// The provider's name of the money's move to that account.
    pub provider_transfer: Option<String>,
    /// How often the provider had too little to send.
    pub provider_tries: i32,
    /// Holder of the account it goes to, as it was when the payout was made.
    pub holder: String,
    /// The account it goes to, as it was when the payout was made.
    pub iban: String,
    /// What the merchant reads on its bank statement; unique.
    pub reference: String,
    /// The bank's name of the transfer.
    pub bank_reference: Option<String>,
    /// Why the bank sent it back or refused it.
    pub return_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was sent to the bank; never when it was on hold.
    pub initiated_at: Option<DateTime<Utc>>,
    /// When the bank paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When the bank sent it back or refused it.
    pub returned_at: Option<DateTime<Utc>>,
    /// Grows with every change.
    pub version: i64,
}

/// A merchant that a run did not pay although it has money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// What stays with it, in minor units.
    pub available_minor: i64,
    /// `below_minimum`, `not_active`, `no_bank_account`, `account_cooling`, `paused`,
    /// `kyc_open`, `account_unverified`, `account_restricted` or `account_rejected`.
    pub reason: String,
}

/// A run of payouts in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutRun {
    /// Its id.
    pub id: PayoutRunId,
    /// The caller's unique name of it.
    pub run_key: String,
    /// The currency.
    pub currency: Currency,
    /// Only what was available at this time is paid.
    pub cut_off_at: DateTime<Utc>,
    /// The smallest payout, in minor units.
    pub minimum_minor: i64,
    /// How many payouts it made.
    pub payout_count: i64,
    /// What they sum to, in minor units.
    pub total_minor: i64,
    /// Who was not paid, and why.
    pub skipped: Vec<Skipped>,
    /// The file for the bank, in object storage, once it is written.
    pub file_key: Option<String>,
    /// When it ran.
    pub created_at: DateTime<Utc>,
}
