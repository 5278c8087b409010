//! Money of merchants and of the operator.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Market;
use crate::{Error, Json as _, Result, operations};

const FILE: &str = "operator/finance";

/// What a payout run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payouts {
    /// The run.
    pub id: String,
    /// How many.
    pub count: usize,
    /// Their sum in minor units.
    pub total_minor: i64,
    /// Merchants with money that were not paid.
    pub skipped: usize,
}

/// The trial balance of a currency: minor units by kind of account, on the side on which the kind grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books(HashMap<String, i64>);

impl Books {
    /// What all accounts of these kinds hold, such as `liability:merchant:pending`.
    #[must_use]
    pub fn sum(&self, roles: &[&str]) -> i64 {
        roles.iter().filter_map(|role| self.0.get(*role)).sum()
    }

    /// What came in by card.
    #[must_use]
    pub fn paid_minor(&self) -> i64 {
        self.sum(&["asset:psp:clearing"])
    }

    /// What the operator keeps of it, with the tax on that.
    #[must_use]
    pub fn commission_minor(&self) -> i64 {
        self.sum(&["revenue:commission", "revenue:fixed_fee", "liability:tax:commission"])
    }

    /// What is owed to merchants, on its way to their banks included.
    #[must_use]
    pub fn payable_minor(&self) -> i64 {
        let merchant = ["liability:merchant:pending", "liability:merchant:available", "liability:merchant:reserve"];
        self.sum(&merchant) + self.sum(&["liability:payouts_in_transit"])
    }
}

impl Market {
    /// The trial balance of the market's currency.
    ///
    /// # Errors
    /// The refusal.
    pub async fn books(&self) -> Result<Books> {
        let document = operations::find(FILE, "TrialBalance")?;
        let answer = self.operator.query(document, json!({ "currency": self.currency })).await?;
        let lines = answer.list("trialBalance")?.iter();
        let line = |line: &serde_json::Value| Ok((line.text("role")?.to_owned(), line.minor("balance")?));
        Ok(Books(lines.map(line).collect::<Result<_>>()?))
    }

    /// Waits until no merchant's earnings are held back any more; gives up when nothing moved for `patience`. Earnings
    /// are released by the minute, and after many deliveries in several of them.
    ///
    /// # Errors
    /// [`Error::Timeout`]; the refusal.
    pub async fn wait_released(&self, patience: Duration) -> Result<()> {
        let (mut since, mut before) = (Instant::now(), 0);
        while since.elapsed() < patience {
            let left = self.books().await?.sum(&["liability:merchant:pending", "liability:order_funds"]);
            if left == 0 {
                return Ok(());
            }
            if left != before {
                (since, before) = (Instant::now(), left);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let seconds = patience.as_secs();
        Err(Error::Timeout { what: format!("the release of earnings; the books: {:?}", self.books().await?), seconds })
    }

    /// Pays every merchant what is available, however little.
    ///
    /// # Errors
    /// The refusal.
    pub async fn payout_run(&self, key: &str) -> Result<Payouts> {
        let minimum = json!({ "amount": "0", "currency": self.currency });
        let input = json!({ "currency": self.currency, "runKey": key, "minimum": minimum });
        let payload = self.operator.run(operations::find(FILE, "PayoutRunCreate")?, input).await?;
        Ok(Payouts {
            id: payload.text("run.id")?.to_owned(),
            count: usize::try_from(payload.int("run.payoutCount")?).unwrap_or(0),
            total_minor: payload.minor("run.total")?,
            skipped: payload.list("run.skipped")?.len(),
        })
    }

    /// Closes the periods of merchants that are over; gives how many.
    ///
    /// # Errors
    /// The refusal.
    pub async fn statements_close(&self) -> Result<usize> {
        let document = operations::find("operator/papers", "StatementsClose")?;
        let closed = self.operator.mutate(document, json!({})).await?.int("closedCount")?;
        Ok(usize::try_from(closed).unwrap_or(0))
    }

    /// Says that the bank paid everything of a run.
    ///
    /// # Errors
    /// The refusal.
    pub async fn payout_run_paid(&self, run: &Payouts) -> Result<i64> {
        let document = operations::find(FILE, "PayoutRunMarkPaid")?;
        self.operator.run(document, json!({ "id": run.id })).await?.int("markedCount")
    }
}
