//! Balances that somebody has to look at.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use billing::query::CriticalFilter;
use chrono::{DateTime, Utc};

use crate::error::{Gql, answer, ctx};
use crate::input;
use crate::marketplace::critical::CriticalBalanceKind;
use crate::page::{connection, page_args};
use crate::scalar::{Currency, Money};

/// A merchant's balance that somebody has to look at.
#[derive(Debug, Clone, SimpleObject)]
pub struct CriticalBalance {
    /// Its id.
    pub id: ID,
    /// Whose it is.
    pub merchant_id: ID,
    /// What is wrong with it.
    pub kind: CriticalBalanceKind,
    /// What is owed, what the reserve lacks, or what waits, as of the last look.
    pub amount: Money,
    /// From when on that is critical: minor units, or days for what waits.
    pub threshold: i64,
    /// How bad it is, in millionths: 1000000 is the threshold, 2000000 twice as much.
    pub severity: i64,
    /// When it was found.
    pub since_at: DateTime<Utc>,
}

impl From<billing::CriticalBalance> for CriticalBalance {
    fn from(of: billing::CriticalBalance) -> Self {
        Self {
            id: of.id.into(),
            merchant_id: of.merchant_id.into(),
            kind: of.kind.into(),
            amount: Money::minor(of.amount.minor, of.amount.currency),
            threshold: of.threshold,
            severity: of.severity_ppm,
            since_at: of.since_at,
        }
    }
}

/// Which critical balances. What is absent does not narrow.
#[derive(Debug, Default, InputObject)]
pub struct CriticalBalanceFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of this kind.
    pub kind: Option<CriticalBalanceKind>,
}

impl CriticalBalanceFilter {
    fn read(self) -> Result<CriticalFilter, context::Error> {
        Ok(CriticalFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            currency: self.currency.map(|currency| currency.0),
            kind: self.kind.map(Into::into),
        })
    }
}

/// Questions about critical balances.
#[derive(Default)]
pub struct CriticalQuery;

#[Object]
impl CriticalQuery {
    /// Balances of merchants that somebody has to look at now, the worst first. A merchant sees its own.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn critical_balances(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which of them; all when absent.")] filter: Option<CriticalBalanceFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the balance before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, CriticalBalance>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let found = billing::query::critical_balances(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, CriticalBalance::from))
    }
}
