//! Questions about money.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::input::{JournalLineFilter, LedgerAccountFilter, LedgerFilter, PayoutFilter};
use super::object::{JournalLine, LedgerAccount, LedgerTransaction, MerchantBalance, Statement, TrialBalanceLine};
use super::payout::{Payout, PayoutRun};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};
use crate::scalar::Currency;

/// Questions about money.
#[derive(Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// What a merchant has, or had at an instant, by currency. All of them.
    async fn merchant_balances(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; one's own when absent.")] merchant_id: Option<ID>,
        #[graphql(desc = "As of this instant, by what was written until then; now when absent.")] as_of: Option<
            DateTime<Utc>,
        >,
    ) -> Gql<Vec<MerchantBalance>> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = answer(gql, billing::query::merchant_balances_at(ctx(gql)?, merchant, as_of).await)?;
        Ok(found.into_iter().map(MerchantBalance::from).collect())
    }

    /// Entries on the accounts of a merchant, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn journal_lines(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; one's own when absent.")] merchant_id: Option<ID>,
        #[graphql(desc = "Which lines; all when absent.")] filter: Option<JournalLineFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the line before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, JournalLine>> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let page = answer(gql, page_args(first, after))?;
        let filter = filter.unwrap_or_default().into();
        let found = billing::query::merchant_lines(ctx(gql)?, merchant, &filter, &page).await;
        Ok(connection(answer(gql, found)?, JournalLine::from))
    }

    /// What happened to a merchant's money in a period.
    async fn statement(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; one's own when absent.")] merchant_id: Option<ID>,
        #[graphql(desc = "The currency.")] currency: Currency,
        #[graphql(desc = "The first instant of the period.")] from: DateTime<Utc>,
        #[graphql(desc = "The instant at which the period is over.")] to: DateTime<Utc>,
    ) -> Gql<Statement> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let found = billing::query::statement(ctx(gql)?, merchant, currency.0, from, to).await;
        Ok(answer(gql, found)?.into())
    }

    /// Payouts, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn payouts(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which payouts; all when absent.")] filter: Option<PayoutFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the payout before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, Payout>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::payouts(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, Payout::from))
    }

    /// One payout.
    async fn payout(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the payout.")] id: ID,
    ) -> Gql<Option<Payout>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, billing::query::payout(ctx(gql)?, id).await)?.map(Payout::from))
    }

    /// Runs of payouts, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn payout_runs(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the run before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, PayoutRun>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, billing::query::payout_runs(ctx(gql)?, &page).await)?, PayoutRun::from))
    }

    /// The whole ledger, the newest transaction first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn ledger_transactions(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which transactions; all when absent.")] filter: Option<LedgerFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the transaction before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, LedgerTransaction>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = filter.unwrap_or_default().into();
        let found = billing::query::journal(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, LedgerTransaction::from))
    }

    /// One transaction of the ledger.
    async fn ledger_transaction(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the transaction.")] id: ID,
    ) -> Gql<Option<LedgerTransaction>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, billing::query::transaction(ctx(gql)?, id).await)?.map(LedgerTransaction::from))
    }

    /// The accounts of a currency by path, with what they hold, or held at an instant.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    #[allow(clippy::too_many_arguments, reason = "the arguments of a GraphQL field")]
    async fn ledger_accounts(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The currency.")] currency: Currency,
        #[graphql(desc = "Which accounts; all when absent.")] filter: Option<LedgerAccountFilter>,
        #[graphql(desc = "As of this instant, by what was written until then; now when absent.")] as_of: Option<
            DateTime<Utc>,
        >,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the account before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, LedgerAccount>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::accounts(ctx(gql)?, currency.0, &filter, as_of, &page).await;
        Ok(connection(answer(gql, found)?, LedgerAccount::from))
    }

    /// The accounts of a currency by kind; what debit accounts hold equals what credit accounts hold. All of them.
    async fn trial_balance(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The currency.")] currency: Currency,
        #[graphql(desc = "As of this instant, by what was written until then; now when absent.")] as_of: Option<
            DateTime<Utc>,
        >,
    ) -> Gql<Vec<TrialBalanceLine>> {
        let found = answer(gql, billing::query::trial_balance_at(ctx(gql)?, currency.0, as_of).await)?;
        Ok(found.into_iter().map(|line| TrialBalanceLine::of(line, currency.0)).collect())
    }
}
