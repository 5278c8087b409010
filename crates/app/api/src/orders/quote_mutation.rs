//! What is done with quotes.

use async_graphql::{Context, Object};
use orders::actions::{ACCEPT_QUOTE_FOR, ANSWER_QUOTE, APPROVE_QUOTE, DECIDE_QUOTE, REQUEST_QUOTE};
use orders::command;

use super::quote::Quote;
use super::quote_input::{
    QuoteAcceptInput, QuoteApproveInput, QuoteAskChangeInput, QuoteInput, QuoteOfferInput, QuoteRefuseInput,
    QuoteRequestInput,
};
use super::{Order, SplitPlan};
use crate::error::{Gql, ctx, respond};
use crate::payload;

payload! {
    /// What became of `quoteRequest`.
    QuoteRequestPayload { /// One quote for each merchant.
        quotes: Vec<Quote> }
    /// What became of `quoteOffer`.
    QuoteOfferPayload { /// The quote.
        quote: Quote }
    /// What became of `quoteRefuse`.
    QuoteRefusePayload { /// The quote.
        quote: Quote }
    /// What became of `quoteAskChange`.
    QuoteAskChangePayload { /// The quote.
        quote: Quote }
    /// What became of `quoteDecline`.
    QuoteDeclinePayload { /// The quote.
        quote: Quote }
    /// What became of `quoteWithdraw`.
    QuoteWithdrawPayload { /// The quote.
        quote: Quote }
    /// What became of `quoteApprove`.
    QuoteApprovePayload { /// The quote.
        quote: Quote }
}

placed_payload! {
    /// What became of `quoteAccept`.
    QuoteAcceptPayload {
        /// What the offer would become now, where that is why nothing was placed: `PLAN_CHANGED`, or a line that cannot be
        /// sold or sent. Whoever agrees accepts again with its hash and total.
        plan }
}

placed_payload! {
    /// What became of `quoteAcceptFor`.
    QuoteAcceptForPayload {
        /// What the offer would become now, where that is why nothing was placed.
        plan }
}

/// What is done with quotes.
#[derive(Default)]
pub struct QuoteMutation;

#[Object]
impl QuoteMutation {
    /// Asks merchants for prices: one quote for each. Companies may, and private buyers where the marketplace allows it.
    async fn quote_request(&self, gql: &Context<'_>, input: QuoteRequestInput) -> Gql<QuoteRequestPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            // Before anything is said of what was given.
            ctx.authorize(REQUEST_QUOTE)?;
            command::quote_request(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(|made| made.into_iter().map(Quote::from).collect()))
    }

    /// Makes an offer, or replaces an open one by a new version. Nothing is reserved before it is accepted.
    async fn quote_offer(&self, gql: &Context<'_>, input: QuoteOfferInput) -> Gql<QuoteOfferPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(ANSWER_QUOTE)?;
            command::quote_offer(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Makes no offer, or takes an open one back.
    async fn quote_refuse(&self, gql: &Context<'_>, input: QuoteRefuseInput) -> Gql<QuoteRefusePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(ANSWER_QUOTE)?;
            command::quote_refuse(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Asks for another offer; the one there was cannot be accepted any more.
    async fn quote_ask_change(&self, gql: &Context<'_>, input: QuoteAskChangeInput) -> Gql<QuoteAskChangePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(DECIDE_QUOTE)?;
            command::quote_ask_change(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Does not take the offer.
    async fn quote_decline(&self, gql: &Context<'_>, input: QuoteInput) -> Gql<QuoteDeclinePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(DECIDE_QUOTE)?;
            command::quote_decline(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Gives a quote up that has no offer, or whose offer the merchant is to change.
    async fn quote_withdraw(&self, gql: &Context<'_>, input: QuoteInput) -> Gql<QuoteWithdrawPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(DECIDE_QUOTE)?;
            command::quote_withdraw(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Approves an offer that somebody else of one's company asked for and that is above the spending limit. It counts
    /// for this version of the offer, as long as the order costs no more.
    async fn quote_approve(&self, gql: &Context<'_>, input: QuoteApproveInput) -> Gql<QuoteApprovePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(APPROVE_QUOTE)?;
            command::quote_approve(ctx, input.read()?).await
        };
        respond(gql, Box::pin(done).await.map(Quote::from))
    }

    /// Accepts a version of an offer: it becomes an order by the same plan and checks as any other, for the prices that
    /// were offered; or does nothing and says why. Coupons do not count on top.
    async fn quote_accept(&self, gql: &Context<'_>, input: QuoteAcceptInput) -> Gql<QuoteAcceptPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(DECIDE_QUOTE)?;
            command::quote_accept(ctx, input.read()?).await
        };
        let done = Box::pin(done).await;
        let plan = done.as_ref().err().and_then(orders::Error::plan).cloned().map(SplitPlan::from);
        let payload: QuoteAcceptPayload = respond(gql, done.map(Order::from))?;
        Ok(QuoteAcceptPayload { plan, ..payload })
    }

    /// Accepts a version of an offer at the order desk, for the buyer who asked for it: the same as `quoteAccept`, with
    /// the buyer's company and its limits. The order says who placed it.
    async fn quote_accept_for(&self, gql: &Context<'_>, input: QuoteAcceptInput) -> Gql<QuoteAcceptForPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            ctx.authorize(ACCEPT_QUOTE_FOR)?;
            command::quote_accept_for(ctx, input.read()?).await
        };
        let done = Box::pin(done).await;
        let plan = done.as_ref().err().and_then(orders::Error::plan).cloned().map(SplitPlan::from);
        let payload: QuoteAcceptForPayload = respond(gql, done.map(Order::from))?;
        Ok(QuoteAcceptForPayload { plan, ..payload })
    }
}
