//! What the operator enters about payouts and the ledger.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use kernel::Invalid;

use super::payout::PayoutState;
use crate::input;
use crate::scalar::{Currency, MoneyInput};

/// A run of payouts.
#[derive(Debug, Clone, InputObject)]
pub struct PayoutRunCreateInput {
    /// A unique name such as `2026-03-02 EUR`; running it twice pays once.
    pub run_key: String,
    /// The currency.
    pub currency: Currency,
    /// Only what was available at this time is paid; now when absent.
    pub cut_off_at: Option<DateTime<Utc>>,
    /// The smallest payout; that of the settings when absent.
    pub minimum: Option<MoneyInput>,
}

impl PayoutRunCreateInput {
    pub(super) fn read(self) -> Result<billing::RunPayouts, context::Error> {
        let minimum = self.minimum.map(|minimum| minimum.parse("minimum")).transpose()?;
        if minimum.is_some_and(|minimum| minimum.currency != self.currency.0) {
            return Err(Invalid::new("minimum.currency", "CURRENCY_MISMATCH", "must be the currency of the run").into());
        }
        Ok(billing::RunPayouts {
            run_key: self.run_key,
            currency: self.currency.0,
            cut_off_at: self.cut_off_at,
            minimum_minor: minimum.map(|minimum| minimum.minor),
        })
    }
}

/// A payout that the bank paid.
#[derive(Debug, Clone, InputObject)]
pub struct PayoutMarkPaidInput {
    /// The payout.
    pub id: ID,
    /// The bank's name of the transfer.
    pub bank_reference: Option<String>,
    /// When; now when absent.
    pub paid_at: Option<DateTime<Utc>>,
}

impl PayoutMarkPaidInput {
    pub(super) fn read(self) -> Result<billing::MarkPaid, context::Error> {
        let payout_id = input::id("id", &self.id)?;
        Ok(billing::MarkPaid { payout_id, bank_reference: self.bank_reference, paid_at: self.paid_at })
    }
}

/// A run of which the bank paid everything.
#[derive(Debug, Clone, InputObject)]
pub struct PayoutRunMarkPaidInput {
    /// The run.
    pub id: ID,
    /// The bank's name of the transfer.
    pub bank_reference: Option<String>,
}

/// A payout that the bank sent back.
#[derive(Debug, Clone, InputObject)]
pub struct PayoutMarkReturnedInput {
    /// The payout.
    pub id: ID,
    /// The bank's reason.
    pub reason: String,
}

impl PayoutMarkReturnedInput {
    pub(super) fn read(self) -> Result<billing::MarkReturned, context::Error> {
        Ok(billing::MarkReturned { payout_id: input::id("id", &self.id)?, reason: self.reason })
    }
}

/// A transaction to be undone.
#[derive(Debug, Clone, InputObject)]
pub struct LedgerReverseInput {
    /// The transaction.
    pub id: ID,
    /// Why.
    pub reason: String,
}

/// Which transactions. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct LedgerFilter {
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of this kind, such as `SALE_RECOGNIZED`.
    pub kind: Option<String>,
    /// Caused by a thing of this kind, such as `shipment`; together with `sourceId`.
    pub source_type: Option<String>,
    /// Caused by the thing with this id.
    pub source_id: Option<String>,
    /// Written at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Written before this.
    pub to: Option<DateTime<Utc>>,
}

impl From<LedgerFilter> for billing::query::JournalFilter {
    fn from(filter: LedgerFilter) -> Self {
        Self {
            currency: filter.currency.map(|currency| currency.0),
            kind: filter.kind,
            source: filter.source_type.zip(filter.source_id),
            from: filter.from,
            to: filter.to,
        }
    }
}

/// Which journal lines. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct JournalLineFilter {
    /// In this currency.
    pub currency: Option<Currency>,
    /// Of this kind, such as `SALE_RECOGNIZED`.
    pub kind: Option<String>,
    /// Written at or after this.
    pub from: Option<DateTime<Utc>>,
    /// Written before this.
    pub to: Option<DateTime<Utc>>,
    /// On this account: `available`, `pending`, `reserve`, `order_funds`, `dispute_hold`, `payouts_in_transit`.
    pub account: Option<String>,
}

impl From<JournalLineFilter> for billing::query::LineFilter {
    fn from(filter: JournalLineFilter) -> Self {
        let currency = filter.currency.map(|currency| currency.0);
        let (kind, account) = (filter.kind, filter.account);
        Self { currency, kind, from: filter.from, to: filter.to, account, between: None }
    }
}

/// Which payouts. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct PayoutFilter {
    /// Of this merchant.
    pub merchant_id: Option<ID>,
    /// Of this run.
    pub run_id: Option<ID>,
    /// In this state.
    pub state: Option<PayoutState>,
}

impl PayoutFilter {
    pub(super) fn read(self) -> Result<billing::query::PayoutFilter, context::Error> {
        Ok(billing::query::PayoutFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            run: input::optional_id("filter.runId", self.run_id.as_ref())?,
            state: self.state.map(Into::into),
        })
    }
}

/// Which accounts. All wishes must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct LedgerAccountFilter {
    /// With a path that begins like this.
    pub path: Option<String>,
    /// Of this merchant.
    pub merchant_id: Option<ID>,
}

impl LedgerAccountFilter {
    pub(super) fn read(self) -> Result<billing::query::AccountFilter, context::Error> {
        let merchant = input::optional_id("filter.merchantId", self.merchant_id.as_ref())?;
        Ok(billing::query::AccountFilter { path: self.path, merchant })
    }
}
