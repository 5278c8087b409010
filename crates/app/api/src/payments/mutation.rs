//! What the operator does by hand about payments.

use async_graphql::{Context, Object};

use super::credit::{CreditGiveInput, CreditIssued};
use super::input::{BankReceiptMatchInput, BankReceiptRecordInput, RefundConfirmInput, RefundRetryInput};
use super::object::{BankReceipt, PaymentOperation};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `bankReceiptRecord`.
    BankReceiptRecordPayload {
        /// The receipt, with what it pays.
        receipt: BankReceipt }
    /// What became of `bankReceiptMatch`.
    BankReceiptMatchPayload {
        /// The receipt, with what it pays.
        receipt: BankReceipt }
    /// What became of `creditGive`.
    CreditGivePayload {
        /// The credit.
        issued: CreditIssued }
    /// What became of `refundConfirm`.
    RefundConfirmPayload {
        /// The operation as it is now.
        operation: PaymentOperation }
    /// What became of `refundRetry`.
    RefundRetryPayload {
        /// The new operation.
        operation: PaymentOperation }
}

/// What the operator does by hand about payments.
#[derive(Default)]
pub struct PaymentsMutation;

#[Object]
impl PaymentsMutation {
    /// Enters a line of the bank's statement. It pays the order it names; what is too much stays unapplied.
    async fn bank_receipt_record(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The line.")] input: BankReceiptRecordInput,
    ) -> Gql<BankReceiptRecordPayload> {
        let ctx = ctx(gql)?;
        let recorded = async { payments::transfer_received(ctx, input.read()?).await };
        respond(gql, Box::pin(recorded).await.map(BankReceipt::from))
    }

    /// Lets a receipt that nobody understood pay a payment.
    async fn bank_receipt_match(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The receipt and the payment.")] input: BankReceiptMatchInput,
    ) -> Gql<BankReceiptMatchPayload> {
        let ctx = ctx(gql)?;
        let matched = async {
            let (id, payment) = (input::id("id", &input.id)?, input::id("paymentId", &input.payment_id)?);
            payments::match_receipt(ctx, id, payment).await
        };
        respond(gql, Box::pin(matched).await.map(BankReceipt::from))
    }

    /// Gives a buyer store credit, or makes a gift card.
    async fn credit_give(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The credit.")] input: CreditGiveInput,
    ) -> Gql<CreditGivePayload> {
        let ctx = ctx(gql)?;
        let given = async {
            let input = input.read()?;
            if let Some(customer) = input.customer_id {
                customers::customer(ctx, customer).await.map_err(core)?;
            }
            payments::give_credit(ctx, input).await
        };
        respond(gql, Box::pin(given).await.map(CreditIssued::from))
    }

    /// Says that a refund was paid by bank transfer, where no provider moves money.
    async fn refund_confirm(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The refund.")] input: RefundConfirmInput,
    ) -> Gql<RefundConfirmPayload> {
        let ctx = ctx(gql)?;
        let confirmed = async { payments::confirm_refund(ctx, input.read()?).await };
        respond(gql, Box::pin(confirmed).await.map(PaymentOperation::from))
    }

    /// Asks for a refund that failed once more.
    async fn refund_retry(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The refund.")] input: RefundRetryInput,
    ) -> Gql<RefundRetryPayload> {
        let ctx = ctx(gql)?;
        let retried = async {
            payments::retry_refund(ctx, input::id("id", &input.id)?, input.way.unwrap_or_default().into()).await
        };
        respond(gql, Box::pin(retried).await.map(PaymentOperation::from))
    }
}

/// A fault of customers as one of payments.
fn core(error: customers::Error) -> context::Error {
    match error {
        customers::Error::Core(core) => core,
        other => context::Error::internal(other),
    }
}
