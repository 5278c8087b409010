//! Questions about payments.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};

use super::credit::CreditAccount;
use super::object::{BankReceipt, Payment, PaymentMethod, PaymentOperation};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about payments.
#[derive(Default)]
pub struct PaymentsQuery;

#[Object]
impl PaymentsQuery {
    /// The ways to pay, in the order in which they are offered. All of them.
    fn payment_methods(&self) -> Vec<PaymentMethod> {
        payments::offered_methods().into_iter().map(PaymentMethod::from).collect()
    }

    /// One payment.
    async fn payment(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The id of the payment.")] id: ID,
    ) -> Gql<Option<Payment>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(answer_optional(gql, payments::query::payment(ctx(gql)?, id).await)?.map(Payment::from))
    }

    /// Refunds that wait for a bank transfer of the operator, the oldest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn refunds_to_pay(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the refund before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, PaymentOperation>> {
        let page = answer(gql, page_args(first, after))?;
        let found = payments::query::refunds_to_pay(ctx(gql)?, &page).await;
        Ok(connection(answer(gql, found)?, PaymentOperation::from))
    }

    /// Store credit and gift cards of buyers, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn credit_accounts(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the account before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, CreditAccount>> {
        let page = answer(gql, page_args(first, after))?;
        let found = payments::query::credit_accounts(ctx(gql)?, &page).await;
        Ok(connection(answer(gql, found)?, CreditAccount::from))
    }

    /// The store credit of the buyer who asks, one account a currency. All of them.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn my_credit(&self, gql: &Context<'_>) -> Gql<Vec<CreditAccount>> {
        let found = answer(gql, payments::query::own_credit(ctx(gql)?).await)?;
        Ok(found.into_iter().map(CreditAccount::from).collect())
    }

    /// Lines of the bank's statement, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn bank_receipts(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those that pay no order; all when absent.")] unmatched: Option<bool>,
        #[graphql(desc = "How many, 1 to 100; 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the receipt before the first one wanted.")] after: Option<String>,
    ) -> Gql<Connection<String, BankReceipt>> {
        let page = answer(gql, page_args(first, after))?;
        let found = payments::query::receipts(ctx(gql)?, unmatched.unwrap_or(false), &page).await;
        Ok(connection(answer(gql, found)?, BankReceipt::from))
    }
}
