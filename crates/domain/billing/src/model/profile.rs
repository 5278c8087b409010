//! What a merchant's statements and payouts differ in from those of the others.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::Currency;
use kernel::id::MerchantId;
use marketplace::{BillingSettings, PayoutSchedule, StatementCycle};
use serde::Serialize;

/// What differs for one merchant; `None` is as in the settings of the marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BillingProfile {
    /// The merchant.
    #[serde(skip)]
    pub merchant_id: MerchantId,
    /// How long the period of its statements is.
    pub statement_cycle: Option<StatementCycle>,
    /// When it is paid.
    pub payout_schedule: Option<PayoutSchedule>,
    /// The day on which it is paid.
    pub payout_day: Option<u32>,
    /// The smallest payout by currency, in minor units.
    pub payout_minimum: BTreeMap<Currency, i64>,
    /// Why nothing is paid to it until somebody allows it again.
    pub payout_hold_reason: Option<String>,
    /// The merchant's connected account at Stripe (`acct_…`): it is paid through Stripe instead of the bank.
    pub stripe_account: Option<String>,
    /// When that account was set or changed.
    #[serde(skip)]
    pub stripe_account_at: Option<DateTime<Utc>>,
    /// Grows by one with every change; 0 when nothing was ever set.
    pub version: i64,
}

impl BillingProfile {
    /// Nothing differs.
    #[must_use]
    pub const fn usual(merchant_id: MerchantId) -> Self {
        Self {
            merchant_id,
            statement_cycle: None,
            payout_schedule: None,
            payout_day: None,
            payout_minimum: BTreeMap::new(),
            payout_hold_reason: None,
            stripe_account: None,
            stripe_account_at: None,
            version: 0,
        }
    }

    /// Whether the schedule pays the merchant on `day`.
    #[must_use]
    pub fn is_due(&self, settings: &BillingSettings, day: chrono::NaiveDate) -> bool {
        let schedule = self.payout_schedule.unwrap_or(settings.payout_schedule);
        schedule.is_due(self.payout_day.unwrap_or(settings.payout_day), day)
    }
}
