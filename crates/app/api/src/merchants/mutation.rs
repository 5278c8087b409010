//! Changes of merchants.

use async_graphql::{Context, Object};

use super::books::Books;
use super::input::{
    MerchantBankEditInput, MerchantCalendarEditInput, MerchantCreateInput, MerchantLegalEditInput,
    MerchantProfileEditInput, MerchantStatusInput, MerchantTermsEditInput, MerchantsCreateInput,
};
use super::object::Merchant;
use crate::error::{Gql, ctx, respond};
use crate::payload;

payload! {
    /// What became of `merchantCreate`.
    MerchantCreatePayload {
        /// The new merchant.
        merchant: Merchant }
    /// What became of `merchantsCreate`.
    MerchantsCreatePayload {
        /// All of them, in the order of the input.
        merchants: Vec<Merchant> }
    /// What became of `merchantApprove`.
    MerchantApprovePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantSuspend`.
    MerchantSuspendPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantReopen`.
    MerchantReopenPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantClose`.
    MerchantClosePayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantProfileEdit`.
    MerchantProfileEditPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantCalendarEdit`.
    MerchantCalendarEditPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantLegalEdit`.
    MerchantLegalEditPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantTermsEdit`.
    MerchantTermsEditPayload {
        /// The merchant as it is now.
        merchant: Merchant }
    /// What became of `merchantBankEdit`.
    MerchantBankEditPayload {
        /// The merchant as it is now.
        merchant: Merchant }
}

/// Changes of merchants.
#[derive(Default)]
pub struct MerchantsMutation;

#[Object]
impl MerchantsMutation {
    /// Makes a merchant, and its owner if one is named.
    async fn merchant_create(&self, gql: &Context<'_>, input: MerchantCreateInput) -> Gql<MerchantCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { merchants::create(ctx, input.read("")?).await };
        respond(gql, Box::pin(made).await.map(Merchant::from))
    }

    /// Makes up to 500 merchants, all or none.
    async fn merchants_create(&self, gql: &Context<'_>, input: MerchantsCreateInput) -> Gql<MerchantsCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async {
            let read = |(index, input): (usize, MerchantCreateInput)| input.read(&format!("merchants.{index}."));
            let inputs = input.merchants.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
            merchants::create_many(ctx, inputs).await
        };
        respond(gql, Box::pin(made).await.map(|made| made.into_iter().map(Merchant::from).collect()))
    }

    /// Lets an applicant sell, or a merchant in review.
    async fn merchant_approve(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantApprovePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::approve(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Blocks a merchant: its offers cannot be sold from now on; what becomes of its orders and payouts, the settings say
    /// for the reason.
    async fn merchant_suspend(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantSuspendPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::suspend(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Lets a blocked merchant sell again.
    async fn merchant_reopen(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantReopenPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::reopen(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Ends a merchant for good, when no order is open and every cent is settled.
    async fn merchant_close(&self, gql: &Context<'_>, input: MerchantStatusInput) -> Gql<MerchantClosePayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::close(ctx, input.read()?, &Books).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Changes what a merchant's staff keeps up to date.
    async fn merchant_profile_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantProfileEditInput,
    ) -> Gql<MerchantProfileEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_profile(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Changes the days on which a merchant sends goods. What was promised to buyers stays promised.
    async fn merchant_calendar_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantCalendarEditInput,
    ) -> Gql<MerchantCalendarEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_calendar(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Replaces the legal data of a merchant.
    async fn merchant_legal_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantLegalEditInput,
    ) -> Gql<MerchantLegalEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_legal(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Changes the terms between a merchant and the operator. Placed orders keep theirs.
    async fn merchant_terms_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantTermsEditInput,
    ) -> Gql<MerchantTermsEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_terms(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Sets or removes the account for a merchant's payouts.
    async fn merchant_bank_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantBankEditInput,
    ) -> Gql<MerchantBankEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_bank(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }
}
