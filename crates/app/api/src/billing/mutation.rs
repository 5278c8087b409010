//! Payouts and corrections.

use async_graphql::{Context, Object};

use super::input::{
    LedgerReverseInput, PayoutMarkPaidInput, PayoutMarkReturnedInput, PayoutRunCreateInput, PayoutRunMarkPaidInput,
};
use super::object::LedgerPosting;
use super::payout::{Payout, PayoutRun};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `payoutRunCreate`.
    PayoutRunCreatePayload {
        /// The run.
        run: PayoutRun }
    /// What became of `payoutRunMarkPaid`.
    PayoutRunMarkPaidPayload {
        /// How many payouts were still on their way.
        marked_count: i64 }
    /// What became of `payoutMarkPaid`.
    PayoutMarkPaidPayload {
        /// The payout as it is now.
        payout: Payout }
    /// What became of `payoutMarkReturned`.
    PayoutMarkReturnedPayload {
        /// The payout as it is now.
        payout: Payout }
    /// What became of `ledgerReverse`.
    LedgerReversePayload {
        /// The transaction that undoes the other.
        posting: LedgerPosting }
}

/// Payouts and corrections.
#[derive(Default)]
pub struct PayoutMutation;

#[Object]
impl PayoutMutation {
    /// Pays every merchant what is available, and has the file for the bank written.
    async fn payout_run_create(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The run.")] input: PayoutRunCreateInput,
    ) -> Gql<PayoutRunCreatePayload> {
        let ctx = ctx(gql)?;
        let run = async { billing::run_payouts(ctx, input.read()?).await };
        respond(gql, Box::pin(run).await.map(PayoutRun::from))
    }

    /// Says that the bank paid everything of a run that is still on its way.
    async fn payout_run_mark_paid(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The run.")] input: PayoutRunMarkPaidInput,
    ) -> Gql<PayoutRunMarkPaidPayload> {
        let ctx = ctx(gql)?;
        let marked = async {
            let id = input::id("id", &input.id)?;
            billing::mark_run_paid(ctx, id, input.bank_reference.as_deref()).await
        };
        respond(gql, Box::pin(marked).await.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Says that the bank paid a payout.
    async fn payout_mark_paid(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The payout.")] input: PayoutMarkPaidInput,
    ) -> Gql<PayoutMarkPaidPayload> {
        let ctx = ctx(gql)?;
        let marked = async { billing::mark_paid(ctx, input.read()?).await };
        respond(gql, Box::pin(marked).await.map(Payout::from))
    }

    /// Says that the bank sent a payout back; the next run pays it under a new id.
    async fn payout_mark_returned(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The payout.")] input: PayoutMarkReturnedInput,
    ) -> Gql<PayoutMarkReturnedPayload> {
        let ctx = ctx(gql)?;
        let marked = async { billing::mark_returned(ctx, input.read()?).await };
        respond(gql, Box::pin(marked).await.map(Payout::from))
    }

    /// Undoes a manual entry, a fee or a settlement by its mirror image, once. Nothing is ever edited.
    async fn ledger_reverse(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The transaction.")] input: LedgerReverseInput,
    ) -> Gql<LedgerReversePayload> {
        let ctx = ctx(gql)?;
        let posted = async { billing::reverse(ctx, input::id("id", &input.id)?, &input.reason).await };
        respond(gql, Box::pin(posted).await.map(LedgerPosting::from))
    }
}
