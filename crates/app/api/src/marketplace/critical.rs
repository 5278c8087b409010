//! From when on merchants' balances are critical.

use async_graphql::{Enum, ID, InputObject, SimpleObject};

use crate::input;
use crate::scalar::Currency;

/// What is wrong with a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::CriticalKind")]
pub enum CriticalBalanceKind {
    /// The merchant owes money.
    Negative,
    /// Less is kept of what it earned than should be.
    ReserveShort,
    /// What it could be paid waits for too long.
    PayableTooOld,
}

/// From when on a balance is critical.
#[derive(Debug, Clone, SimpleObject)]
pub struct CriticalThreshold {
    /// For whom; for all that have none of their own if there is none.
    pub merchant_id: Option<ID>,
    /// In which currency.
    pub currency: Currency,
    /// What is looked at.
    pub kind: CriticalBalanceKind,
    /// Minor units that are owed or should be kept; days, for what waits. None: it is never critical.
    pub at: Option<i64>,
}

/// From when on a balance is critical.
#[derive(Debug, InputObject)]
pub struct CriticalThresholdInput {
    /// For whom; for all that have none of their own if absent.
    pub merchant_id: Option<ID>,
    /// In which currency.
    pub currency: Currency,
    /// What is looked at.
    pub kind: CriticalBalanceKind,
    /// Minor units that are owed or should be kept; days, for what waits. Absent: it is never critical.
    pub at: Option<i64>,
}

impl From<marketplace::CriticalThreshold> for CriticalThreshold {
    fn from(of: marketplace::CriticalThreshold) -> Self {
        Self {
            merchant_id: of.merchant.map(ID::from),
            currency: Currency(of.currency),
            kind: of.kind.into(),
            at: of.at,
        }
    }
}

pub(super) fn read(all: Vec<CriticalThresholdInput>) -> Result<Vec<marketplace::CriticalThreshold>, context::Error> {
    let one = |(index, of): (usize, CriticalThresholdInput)| {
        Ok(marketplace::CriticalThreshold {
            merchant: input::optional_id(&format!("criticalBalances.{index}.merchantId"), of.merchant_id.as_ref())?,
            currency: of.currency.0,
            kind: of.kind.into(),
            at: of.at,
        })
    };
    all.into_iter().enumerate().map(one).collect()
}
