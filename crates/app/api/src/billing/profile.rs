//! How one merchant is billed and paid.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, SimpleObject};

use crate::input;
use crate::scalar::{Money, MoneyInput};

/// How long the period of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::StatementCycle")]
pub enum StatementCycle {
    /// Monday to Sunday.
    Weekly,
    /// The 1st to the 15th, the 16th to the end of the month.
    HalfMonthly,
    /// A calendar month.
    Monthly,
}

/// When a merchant is paid without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "marketplace::PayoutSchedule")]
pub enum PayoutSchedule {
    /// Only in runs that people start.
    Manual,
    /// Every day.
    Daily,
    /// On one day of the week.
    Weekly,
    /// On one day of the month; on its last day when the month is shorter.
    Monthly,
}

/// What differs for one merchant from the settings of the marketplace; `null` is as there.
#[derive(Debug, Clone, SimpleObject)]
pub struct BillingProfile {
    /// The merchant.
    pub merchant_id: ID,
    /// How long the period of its statements is.
    pub statement_cycle: Option<StatementCycle>,
    /// When it is paid.
    pub payout_schedule: Option<PayoutSchedule>,
    /// The day on which it is paid: 1 (Monday) to 7, or 1 to 31 of the month.
    pub payout_day: Option<u32>,
    /// The smallest payout of each currency that differs.
    pub payout_minimum: Vec<Money>,
    /// Why nothing is paid to it until somebody allows it again.
    pub payout_hold_reason: Option<String>,
    /// The merchant's connected account at Stripe (`acct_…`), through which it is paid; `null`: by the bank.
    pub stripe_account: Option<String>,
    /// Send it back as `expectedVersion`; 0 when nothing was ever set.
    pub version: i64,
}

impl From<billing::BillingProfile> for BillingProfile {
    fn from(profile: billing::BillingProfile) -> Self {
        let minimum = profile.payout_minimum.iter().map(|(currency, minor)| Money::minor(*minor, *currency));
        Self {
            merchant_id: profile.merchant_id.to_string().into(),
            statement_cycle: profile.statement_cycle.map(Into::into),
            payout_schedule: profile.payout_schedule.map(Into::into),
            payout_day: profile.payout_day,
            payout_minimum: minimum.collect(),
            payout_hold_reason: profile.payout_hold_reason.clone(),
            stripe_account: profile.stripe_account.clone(),
            version: profile.version,
        }
    }
}

/// A change of how one merchant is billed and paid: what is absent stays, `null` goes back to the settings.
#[derive(Debug, Clone, InputObject)]
pub struct BillingProfileEditInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The version that was read; 0 when nothing was ever set.
    pub expected_version: i64,
    /// How long the period of its statements is.
    pub statement_cycle: MaybeUndefined<StatementCycle>,
    /// When it is paid.
    pub payout_schedule: MaybeUndefined<PayoutSchedule>,
    /// The day on which it is paid: 1 (Monday) to 7, or 1 to 31 of the month.
    pub payout_day: MaybeUndefined<u32>,
    /// The smallest payout of each currency that differs.
    pub payout_minimum: Option<Vec<MoneyInput>>,
    /// Why nothing is paid to it; `null` lets it be paid again.
    pub payout_hold_reason: MaybeUndefined<String>,
    /// The merchant's connected account at Stripe (`acct_…`); `null` pays it by the bank again.
    pub stripe_account: MaybeUndefined<String>,
}

impl BillingProfileEditInput {
    pub(super) fn read(self) -> Result<billing::EditBillingProfile, context::Error> {
        let minimum = self.payout_minimum.map(|list| {
            let read = |(index, money): (usize, MoneyInput)| {
                let money = money.parse(&format!("payoutMinimum.{index}"))?;
                Ok((money.currency, money.minor))
            };
            list.into_iter().enumerate().map(read).collect::<Result<_, kernel::Invalid>>()
        });
        Ok(billing::EditBillingProfile {
            merchant_id: input::id("merchantId", &self.merchant_id)?,
            expected_version: self.expected_version,
            patch: billing::ProfilePatch {
                statement_cycle: wish(self.statement_cycle).map(|cycle| cycle.map(Into::into)),
                payout_schedule: wish(self.payout_schedule).map(|schedule| schedule.map(Into::into)),
                payout_day: wish(self.payout_day),
                payout_minimum: minimum.transpose()?,
                payout_hold_reason: wish(self.payout_hold_reason),
                stripe_account: wish(self.stripe_account),
            },
        })
    }
}

/// Absent is no wish, `null` the wish for nothing.
fn wish<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
