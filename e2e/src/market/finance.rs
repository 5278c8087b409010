//! Money of merchants.

use std::time::Duration;

use serde_json::json;

use super::{Market, documents};
use crate::{Error, Json as _, Result};

/// What a payout run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payouts {
    /// How many.
    pub count: usize,
    /// Their sum in minor units.
    pub total_minor: i64,
}

impl Market {
    /// Waits until nothing of these merchants is held back any more.
    ///
    /// # Errors
    /// [`Error::Timeout`]; the refusal.
    pub async fn wait_released(&self, _merchants: &[String], patience: Duration) -> Result<()> {
        Err(Error::Timeout { what: "releases".to_owned(), seconds: patience.as_secs() })
    }

    /// Runs the payouts of the market's currency.
    ///
    /// # Errors
    /// The refusal.
    pub async fn payout_run(&self, key: &str) -> Result<Payouts> {
        let input = json!({ "currency": self.currency, "idempotencyKey": key });
        let payload = self.operator.run(documents::PAYOUT_RUN, input).await?;
        let payouts = payload.list("payouts")?;
        let total_minor = payouts.iter().map(|payout| payout.minor("amount")).sum::<Result<i64>>()?;
        Ok(Payouts { count: payouts.len(), total_minor })
    }
}
