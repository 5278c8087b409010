//! Changes of offers.

use async_graphql::{Context, Object};

use super::input::{OfferCreateInput, OfferEditInput, OfferStatusChangeInput, OffersUpsertInput};
use super::object::{Offer, OffersUpsertResult};
use crate::error::{Gql, ctx, respond};
use crate::payload;

payload! {
    /// What became of `offerCreate`.
    OfferCreatePayload {
        /// The new offer.
        offer: Offer }
    /// What became of `offerEdit`.
    OfferEditPayload {
        /// The offer as it is now.
        offer: Offer }
    /// What became of `offerStatusChange`.
    OfferStatusChangePayload {
        /// The offer as it is now.
        offer: Offer }
    /// What became of `offersUpsert`.
    OffersUpsertPayload {
        /// What was made and changed, and the rows that were refused.
        result: OffersUpsertResult }
}

/// Changes of offers.
#[derive(Default)]
pub struct OffersMutation;

#[Object]
impl OffersMutation {
    /// Makes an offer; it is active at once.
    async fn offer_create(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The new offer.")] input: OfferCreateInput,
    ) -> Gql<OfferCreatePayload> {
        let ctx = ctx(gql)?;
        let made = async { offers::offer_create(ctx, input.read()?).await };
        respond(gql, Box::pin(made).await.map(Offer::from))
    }

    /// Changes an offer. Orders that were placed keep what they froze.
    async fn offer_edit(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The change.")] input: OfferEditInput,
    ) -> Gql<OfferEditPayload> {
        let ctx = ctx(gql)?;
        let edited = async { offers::offer_edit(ctx, input.read()?).await };
        respond(gql, Box::pin(edited).await.map(Offer::from))
    }

    /// Pauses, resumes or ends an offer. An ended offer stays ended; its SKU is free for a new one.
    async fn offer_status_change(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The change.")] input: OfferStatusChangeInput,
    ) -> Gql<OfferStatusChangePayload> {
        let ctx = ctx(gql)?;
        let changed = async { offers::offer_status_change(ctx, input.read()?).await };
        respond(gql, Box::pin(changed).await.map(Offer::from))
    }

    /// Makes or changes up to 500 offers of one merchant, keyed by SKU. The same rows again change nothing.
    async fn offers_upsert(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The offers.")] input: OffersUpsertInput,
    ) -> Gql<OffersUpsertPayload> {
        let ctx = ctx(gql)?;
        let done = async { offers::offers_upsert(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(OffersUpsertResult::from))
    }
}
