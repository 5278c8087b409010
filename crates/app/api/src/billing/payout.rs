//! Payouts as clients see them.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::file::{DocumentFile, files_of};
use super::loader::PayoutRunLoader;
use super::object::JournalLine;
use crate::error::{Gql, answer, ctx};
use crate::loader::load;
use crate::page::{connection, page_args};
use crate::scalar::{Currency, Money};

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::PayoutState")]
pub enum PayoutState {
    /// Something must be cleared first; the money is still available to the merchant.
    OnHold,
    /// A later run decided anew about what was on hold.
    Canceled,
    /// On its way to the bank.
    Initiated,
    /// The bank paid.
    Paid,
    /// The bank sent it back; the money is available again.
    Returned,
    /// The bank refused to execute it; the money is available again.
    Failed,
}

/// The way that money takes to a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "billing::PayoutVia")]
pub enum PayoutVia {
    /// The operator's bank, by a file that the operator brings there.
    Bank,
    /// Stripe, to the merchant's connected account and from there to its bank.
    Stripe,
}

/// Money sent to a merchant.
#[derive(Debug, Clone)]
pub struct Payout(pub billing::Payout);

impl From<billing::Payout> for Payout {
    fn from(payout: billing::Payout) -> Self {
        Self(payout)
    }
}

/// Money sent to a merchant.
#[Object]
impl Payout {
    /// The id of the payout.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }
    /// The merchant who is paid.
    fn merchant_id(&self) -> ID {
        self.0.merchant_id.to_string().into()
    }
    /// How much.
    fn amount(&self) -> Money {
        self.0.amount.into()
    }
    /// Where it stands.
    fn state(&self) -> PayoutState {
        self.0.state.into()
    }
    /// Why it is (or was) on hold: `not_active`, `no_bank_account`, `account_cooling`, `paused`,
    /// `kyc_open`, `account_unverified`, `account_restricted` or `account_rejected`.
    fn hold_reason(&self) -> Option<&str> {
        self.0.hold_reason.as_deref()
    }
    /// The way it takes.
    fn via(&self) -> PayoutVia {
        self.0.via.into()
    }
    /// The merchant's account at the provider, as it was when the payout was made.
    fn provider_account(&self) -> Option<&str> {
        self.0.provider_account.as_deref()
    }
    /// The holder of the account it goes to; empty when there was none.
    fn holder(&self) -> &str {
        &self.0.holder
    }
    /// The last four characters of the account it goes to.
    fn iban_end(&self) -> String {
        let iban: Vec<char> = self.0.iban.chars().collect();
        iban[iban.len().saturating_sub(4)..].iter().collect()
    }
    /// What the merchant reads on its bank statement.
    fn reference(&self) -> &str {
        &self.0.reference
    }
    /// The bank's name of the transfer.
    fn bank_reference(&self) -> Option<&str> {
        self.0.bank_reference.as_deref()
    }
    /// Why the bank sent it back or refused it.
    fn return_reason(&self) -> Option<&str> {
        self.0.return_reason.as_deref()
    }
    /// When it was made.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was sent to the bank; never when it was on hold.
    fn initiated_at(&self) -> Option<DateTime<Utc>> {
        self.0.initiated_at
    }
    /// When the bank paid.
    fn paid_at(&self) -> Option<DateTime<Utc>> {
        self.0.paid_at
    }
    /// When the bank sent it back or refused it.
    fn returned_at(&self) -> Option<DateTime<Utc>> {
        self.0.returned_at
    }
    /// Grows by one with every change.
    fn version(&self) -> i64 {
        self.0.version
    }
    /// What the payout before left; with the lines since, it is what was available.
    #[graphql(complexity = 10)]
    async fn carried(&self, gql: &Context<'_>) -> Gql<Money> {
        let page = answer(gql, page_args(Some(1), None))?;
        let basis = answer(gql, billing::query::payout_basis(ctx(gql)?, self.0.id, &page).await)?;
        Ok(Money::minor(basis.carried_minor, self.0.amount.currency))
    }
    /// What happened to the available money since the payout before, the newest first: what is paid here.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn lines(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, JournalLine>> {
        let page = answer(gql, page_args(first, after))?;
        let basis = answer(gql, billing::query::payout_basis(ctx(gql)?, self.0.id, &page).await)?;
        Ok(connection(basis.lines, JournalLine::from))
    }
    /// The run that made it; for the operator.
    async fn run(&self, gql: &Context<'_>) -> Gql<Option<PayoutRun>> {
        Ok(load::<PayoutRunLoader, _>(gql, self.0.run_id).await?.map(PayoutRun::from))
    }
}

/// A run of payouts in one currency.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct PayoutRun {
    /// The id of the run.
    pub id: ID,
    /// The operator's unique name of it.
    pub run_key: String,
    /// The currency.
    pub currency: Currency,
    /// Only what was available at this time is paid.
    pub cut_off_at: DateTime<Utc>,
    /// The smallest payout.
    pub minimum: Money,
    /// How many payouts it made.
    pub payout_count: i64,
    /// What they sum to.
    pub total: Money,
    /// Merchants with money that were not paid, and why.
    pub skipped: Vec<SkippedPayout>,
    /// The file for the bank in object storage, once it is written.
    pub file_key: Option<String>,
    /// When it ran.
    pub created_at: DateTime<Utc>,
}

/// A run of payouts.
#[ComplexObject]
impl PayoutRun {
    /// Its files for the bank, once they are written: `csv`, and `pain001` when the settings name the account to pay
    /// from.
    async fn files(&self, gql: &Context<'_>) -> Gql<Vec<DocumentFile>> {
        files_of(gql, &self.id).await
    }
}

/// A merchant that a run did not pay although it has money.
#[derive(Debug, Clone, SimpleObject)]
pub struct SkippedPayout {
    /// The merchant.
    pub merchant_id: ID,
    /// What is carried forward.
    pub available: Money,
    /// `below_minimum`, `not_active`, `no_bank_account`, `account_cooling`, `paused`,
    /// `kyc_open`, `account_unverified`, `account_restricted` or `account_rejected`.
    pub reason: String,
}

impl From<billing::PayoutRun> for PayoutRun {
    fn from(run: billing::PayoutRun) -> Self {
        let money = |minor| Money::minor(minor, run.currency);
        let skipped = |skipped: billing::model::Skipped| SkippedPayout {
            merchant_id: skipped.merchant_id.to_string().into(),
            available: money(skipped.available_minor),
            reason: skipped.reason,
        };
        Self {
            id: run.id.to_string().into(),
            run_key: run.run_key,
            currency: Currency(run.currency),
            cut_off_at: run.cut_off_at,
            minimum: money(run.minimum_minor),
            payout_count: run.payout_count,
            total: money(run.total_minor),
            skipped: run.skipped.into_iter().map(skipped).collect(),
            file_key: run.file_key,
            created_at: run.created_at,
        }
    }
}
