//! Questions about documents of money, and what makes them.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};

use super::closed::{ClosedStatement, ClosedStatementFilter, Invoice, InvoiceFilter};
use super::input::PayoutMarkReturnedInput;
use super::payout::{Payout, PayoutRun};
use super::profile::{BillingProfile, BillingProfileEditInput};
use super::reconcile::{
    Reconciliation, ReconciliationFinding, ReconciliationFindingFilter, ReconciliationFindingResolveInput,
    ReconciliationImportInput,
};
use crate::error::{Gql, answer, answer_optional, ctx, respond};
use crate::page::{connection, page_args};
use crate::{input, payload};

/// Questions about documents of money.
#[derive(Default)]
pub struct PapersQuery;

#[Object]
impl PapersQuery {
    /// Statements of periods that are over, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn closed_statements(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which statements; all when absent.")] filter: Option<ClosedStatementFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the statement before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, ClosedStatement>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::closed_statements(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, Into::into))
    }

    /// The statement of a period that is over.
    async fn closed_statement(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the statement.")] id: ID,
    ) -> Gql<Option<ClosedStatement>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, billing::query::closed_statement(ctx(gql)?, id).await)?.map(Into::into))
    }

    /// Invoices and credit notes of the operator to merchants, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn invoices(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which documents; all when absent.")] filter: Option<InvoiceFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the document before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, Invoice>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::invoices(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, Invoice::from))
    }

    /// One invoice or credit note.
    async fn invoice(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the document.")] id: ID,
    ) -> Gql<Option<Invoice>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, billing::query::invoice(ctx(gql)?, id).await)?.map(Invoice::from))
    }

    /// How a merchant is billed and paid.
    async fn billing_profile(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; one's own when absent.")] merchant_id: Option<ID>,
    ) -> Gql<BillingProfile> {
        let merchant = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(answer(gql, billing::query::billing_profile(ctx(gql)?, merchant).await)?.into())
    }

    /// Files of banks and payment providers that were compared with the ledger, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn reconciliations(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the file before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, Reconciliation>> {
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::reconciliations(ctx(gql)?, &page).await;
        Ok(connection(answer(gql, found)?, Into::into))
    }

    /// What came out of comparing, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn reconciliation_findings(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which findings; all when absent.")] filter: Option<ReconciliationFindingFilter>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the finding before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, ReconciliationFinding>> {
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let page = answer(gql, page_args(first, after))?;
        let found = billing::query::findings(ctx(gql)?, &filter, &page).await;
        Ok(connection(answer(gql, found)?, ReconciliationFinding::from))
    }
}

/// A payout that is on hold.
#[derive(Debug, Clone, InputObject)]
pub struct PayoutReleaseInput {
    /// The payout.
    pub id: ID,
}

payload! {
    /// What became of `statementsClose`.
    StatementsClosePayload {
        /// How many statements were closed.
        closed_count: i64 }
    /// What became of `billingProfileEdit`.
    BillingProfileEditPayload {
        /// The profile as it is now.
        profile: BillingProfile }
    /// What became of `payoutRelease`.
    PayoutReleasePayload {
        /// The run that pays it.
        run: PayoutRun }
    /// What became of `payoutMarkFailed`.
    PayoutMarkFailedPayload {
        /// The payout as it is now.
        payout: Payout }
    /// What became of `reconciliationImport`.
    ReconciliationImportPayload {
        /// The file as it was compared.
        reconciliation: Reconciliation }
    /// What became of `reconciliationFindingResolve`.
    ReconciliationFindingResolvePayload {
        /// The finding as it is now.
        finding: ReconciliationFinding }
}

/// What makes documents of money.
#[derive(Default)]
pub struct PapersMutation;

#[Object]
impl PapersMutation {
    /// Closes every statement whose period is over, with its invoice and its credit note. It happens by the clock, too.
    async fn statements_close(&self, gql: &Context<'_>) -> Gql<StatementsClosePayload> {
        let closed = billing::close_statements(ctx(gql)?).await;
        respond(gql, closed.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Changes how one merchant is billed and paid.
    async fn billing_profile_edit(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The change.")] input: BillingProfileEditInput,
    ) -> Gql<BillingProfileEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { billing::edit_billing_profile(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(BillingProfile::from))
    }

    /// Pays a merchant whose payout was on hold, now that nothing holds it any more.
    async fn payout_release(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The payout on hold.")] input: PayoutReleaseInput,
    ) -> Gql<PayoutReleasePayload> {
        let ctx = ctx(gql)?;
        let released = async { billing::release_payout(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(released).await.map(PayoutRun::from))
    }

    /// Says that the bank refused to execute a payout; the money is available to the merchant again.
    async fn payout_mark_failed(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The payout.")] input: PayoutMarkReturnedInput,
    ) -> Gql<PayoutMarkFailedPayload> {
        let ctx = ctx(gql)?;
        let marked = async {
            let payout_id = input::id("id", &input.id)?;
            billing::mark_failed(ctx, billing::MarkFailed { payout_id, reason: input.reason }).await
        };
        respond(gql, Box::pin(marked).await.map(Payout::from))
    }

    /// Compares a file of a bank or a payment provider with the ledger. Nothing is corrected by it.
    async fn reconciliation_import(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The file.")] input: ReconciliationImportInput,
    ) -> Gql<ReconciliationImportPayload> {
        let ctx = ctx(gql)?;
        let imported = async { billing::import_file(ctx, input.read()?).await };
        respond(gql, Box::pin(imported).await.map(Into::into))
    }

    /// Says what was done about a finding.
    async fn reconciliation_finding_resolve(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The finding.")] input: ReconciliationFindingResolveInput,
    ) -> Gql<ReconciliationFindingResolvePayload> {
        let ctx = ctx(gql)?;
        let resolved = async {
            let id = input::id("id", &input.id)?;
            billing::resolve_finding(ctx, id, input.expected_version, &input.note).await
        };
        respond(gql, Box::pin(resolved).await.map(ReconciliationFinding::from))
    }
}
