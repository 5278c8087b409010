//! What companies paid more than they owed.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use context::Ctx;
use kernel::id::CompanyId;
use payments::query;

use super::credit::CreditAccount;
use crate::error::{Gql, ctx, respond};
use crate::loader::{LoadError, Loader, OfRequest};
use crate::scalar::MoneyInput;
use crate::{input, payload};

/// Credit of companies; whoever sees a company sees this.
pub struct CompanyCreditLoader(Ctx);

impl OfRequest for CompanyCreditLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<CompanyId> for CompanyCreditLoader {
    type Value = Vec<payments::CreditAccount>;

    async fn load(&self, keys: &[CompanyId]) -> Result<HashMap<CompanyId, Self::Value>, LoadError> {
        query::credit_of_seen_companies(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// A company's credit that pays what it owes for an order.
#[derive(Debug, Clone, InputObject)]
pub struct CompanyCreditUseInput {
    /// Chosen by the client; the same key again does nothing.
    pub idempotency_key: String,
    /// The credit.
    pub account_id: ID,
    /// The order of the same company.
    pub order_id: ID,
    /// The most that is used; all that is there and owed when absent.
    pub most: Option<MoneyInput>,
}

/// A company's credit that was transferred back to it.
#[derive(Debug, Clone, InputObject)]
pub struct CompanyCreditReturnInput {
    /// Chosen by the client; the same key again does nothing.
    pub idempotency_key: String,
    /// The credit.
    pub account_id: ID,
    /// How much, in the currency of the credit.
    pub amount: MoneyInput,
    /// The bank's name of the transfer.
    pub bank_reference: String,
}

payload! {
    /// What became of `companyCreditUse`.
    CompanyCreditUsePayload { /// The credit as it is now.
        account: CreditAccount }
    /// What became of `companyCreditReturn`.
    CompanyCreditReturnPayload { /// The credit as it is now.
        account: CreditAccount }
}

/// What is done with credit of companies.
#[derive(Default)]
pub struct CompanyCreditMutation;

#[Object]
impl CompanyCreditMutation {
    /// Lets what a company paid too much pay what it owes for another order: what is open, the longest due first, then
    /// what was written off.
    async fn company_credit_use(
        &self,
        gql: &Context<'_>,
        input: CompanyCreditUseInput,
    ) -> Gql<CompanyCreditUsePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let wanted = payments::UseCompanyCredit {
                idempotency_key: input.idempotency_key,
                account: input::id("accountId", &input.account_id)?,
                order: input::id("orderId", &input.order_id)?,
                most: input.most.map(|most| most.parse("most")).transpose()?,
            };
            payments::use_company_credit(ctx, wanted).await
        };
        respond(gql, Box::pin(done).await.map(CreditAccount::from))
    }

    /// Writes down that what a company paid too much was transferred back to it.
    async fn company_credit_return(
        &self,
        gql: &Context<'_>,
        input: CompanyCreditReturnInput,
    ) -> Gql<CompanyCreditReturnPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let sent = payments::ReturnCompanyCredit {
                idempotency_key: input.idempotency_key,
                account: input::id("accountId", &input.account_id)?,
                amount: input.amount.parse("amount")?,
                bank_reference: input.bank_reference,
            };
            payments::return_company_credit(ctx, sent).await
        };
        respond(gql, Box::pin(done).await.map(CreditAccount::from))
    }
}
