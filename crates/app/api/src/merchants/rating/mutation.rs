//! Changes of how merchants are rated.

use async_graphql::{Context, Object};
use merchants::rating;

use super::formula::RatingFormula;
use super::input::{
    MerchantRatingOverrideEndInput, MerchantRatingOverrideInput, RatedOrderExcludeInput, RatedOrderIncludeInput,
    RatingFormulaActivateInput, RatingFormulaCreateInput,
};
use super::object::{MerchantRating, RatedOrder};
use crate::error::{Gql, ctx, respond};
use crate::{input, payload};

payload! {
    /// What became of `ratingFormulaCreate`.
    RatingFormulaCreatePayload {
        /// The new version.
        formula: RatingFormula }
    /// What became of `ratingFormulaActivate`.
    RatingFormulaActivatePayload {
        /// The version that is in force.
        formula: RatingFormula }
    /// What became of `merchantRatingOverride`.
    MerchantRatingOverridePayload {
        /// The rating as it is now.
        rating: MerchantRating }
    /// What became of `merchantRatingOverrideEnd`.
    MerchantRatingOverrideEndPayload {
        /// The rating as it is now.
        rating: MerchantRating }
    /// What became of `ratedOrderExclude`.
    RatedOrderExcludePayload {
        /// The order as it is now.
        order: RatedOrder }
    /// What became of `ratedOrderInclude`.
    RatedOrderIncludePayload {
        /// The order as it is now.
        order: RatedOrder }
}

/// Changes of how merchants are rated.
#[derive(Default)]
pub struct RatingMutation;

#[Object]
impl RatingMutation {
    /// Writes the next version of the formula. It rates nobody before it is put in force; `ratingPreview` says what it would
    /// come to.
    async fn rating_formula_create(
        &self,
        gql: &Context<'_>,
        input: RatingFormulaCreateInput,
    ) -> Gql<RatingFormulaCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let (formula, note) = input.read()?;
            rating::create_formula(ctx, formula, &note).await
        };
        respond(gql, Box::pin(done).await.map(RatingFormula::from))
    }

    /// Puts a version of the formula in force, an older one as well. All ratings are computed again, within moments.
    async fn rating_formula_activate(
        &self,
        gql: &Context<'_>,
        input: RatingFormulaActivateInput,
    ) -> Gql<RatingFormulaActivatePayload> {
        let ctx = ctx(gql)?;
        let done = rating::activate_formula(ctx, input.version);
        respond(gql, Box::pin(done).await.map(RatingFormula::from))
    }

    /// Puts a rating in the place of the computed one, for a time. It counts at once.
    async fn merchant_rating_override(
        &self,
        gql: &Context<'_>,
        input: MerchantRatingOverrideInput,
    ) -> Gql<MerchantRatingOverridePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let standing = rating::override_rating(ctx, input.read()?).await?;
            rating::rating(ctx, standing.merchant).await
        };
        respond(gql, Box::pin(done).await.map(|of| MerchantRating::of(of, ctx.now())))
    }

    /// Lets the computed rating count again.
    async fn merchant_rating_override_end(
        &self,
        gql: &Context<'_>,
        input: MerchantRatingOverrideEndInput,
    ) -> Gql<MerchantRatingOverrideEndPayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("merchantId", &input.merchant_id)?;
            let standing = rating::end_override(ctx, id, input.expected_version).await?;
            rating::rating(ctx, standing.merchant).await
        };
        respond(gql, Box::pin(done).await.map(|of| MerchantRating::of(of, ctx.now())))
    }

    /// Lets an order count for nothing, as nobody could help what happened. The rating is computed again at once.
    async fn rated_order_exclude(
        &self,
        gql: &Context<'_>,
        input: RatedOrderExcludeInput,
    ) -> Gql<RatedOrderExcludePayload> {
        let ctx = ctx(gql)?;
        let done = async { rating::exclude_order(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(RatedOrder::from))
    }

    /// Lets an order count again.
    async fn rated_order_include(
        &self,
        gql: &Context<'_>,
        input: RatedOrderIncludeInput,
    ) -> Gql<RatedOrderIncludePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("merchantOrderId", &input.merchant_order_id)?;
            rating::include_order(ctx, id, input.expected_version).await
        };
        respond(gql, Box::pin(done).await.map(RatedOrder::from))
    }
}
