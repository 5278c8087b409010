//! Questions about ratings.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};
use merchants::rating;

use super::formula::{RatingFormula, RatingMetricInfo, RatingPreview};
use super::input::RatingChangeInput;
use super::object::{MerchantRating, MerchantScore, RatedOrderCount, RatingFall, RatingMetric, RatingWhatIf};
use super::question::RatedQuestion;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about ratings.
#[derive(Default)]
pub struct RatingQuery;

#[Object]
impl RatingQuery {
    /// All of them: what can be counted of merchants, and what cannot yet.
    async fn rating_metrics(&self, gql: &Context<'_>) -> Gql<Vec<RatingMetricInfo>> {
        let metrics = answer(gql, rating::metrics(ctx(gql)?))?;
        Ok(metrics.iter().copied().map(RatingMetricInfo::from).collect())
    }

    /// How a merchant is rated, and why; `null` when there is no such merchant within the caller's reach.
    async fn merchant_rating(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
    ) -> Gql<Option<MerchantRating>> {
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let ctx = ctx(gql)?;
        let found = answer_optional(gql, rating::rating(ctx, id).await)?;
        Ok(found.map(|of| MerchantRating::of(of, ctx.now())))
    }

    /// The orders behind what the rating of a merchant counts of a metric, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_rating_orders(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
        #[graphql(desc = "The metric.")] metric: RatingMetric,
        #[graphql(desc = "Only those that are worse than the target.")] costing: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, RatedOrderCount>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let costing = costing.unwrap_or(false);
        let found = rating::orders_behind(ctx(gql)?, id, metric.into(), costing, &page).await;
        Ok(connection(answer(gql, found)?, RatedOrderCount::from))
    }

    /// The questions of buyers behind what the rating of a merchant counts of answers, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_rating_questions(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
        #[graphql(desc = "Only those that were not answered in time.")] costing: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, RatedQuestion>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let ctx = ctx(gql)?;
        let found = rating::questions_behind(ctx, id, costing.unwrap_or(false), &page).await;
        Ok(connection(answer(gql, found)?, |of| RatedQuestion::of(&of, ctx.now())))
    }

    /// How a merchant was rated, the newest first. Each rating is kept with what it was computed from.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchant_scores(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, MerchantScore>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(connection(answer(gql, rating::scores(ctx(gql)?, id, &page).await)?, MerchantScore::from))
    }

    /// Times in which merchants were rated too low, the newest first: when they were warned, restricted, and recovered.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn rating_falls(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those of this merchant.")] merchant_id: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, RatingFall>> {
        let page = answer(gql, page_args(first, after))?;
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        Ok(connection(answer(gql, rating::falls(ctx(gql)?, id, &page).await)?, RatingFall::from))
    }

    /// What the rating of a merchant would be if these metrics counted something else; `null` when there would be none, or
    /// no such merchant is within the caller's reach. Nothing is kept.
    async fn merchant_rating_what_if(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant; its own staff may leave it out.")] merchant_id: Option<ID>,
        #[graphql(desc = "The metrics that count something else.")] changes: Vec<RatingChangeInput>,
    ) -> Gql<Option<RatingWhatIf>> {
        let id = answer(gql, input::optional_id("merchantId", merchant_id.as_ref()))?;
        let changes: Vec<_> = changes.into_iter().map(RatingChangeInput::read).collect();
        let found = answer_optional(gql, rating::what_if(ctx(gql)?, id, &changes).await)?;
        Ok(found.flatten().map(RatingWhatIf::from))
    }

    /// Versions of the formula by which merchants are rated, the newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn rating_formulas(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, RatingFormula>> {
        let page = answer(gql, page_args(first, after))?;
        Ok(connection(answer(gql, rating::formulas(ctx(gql)?, &page).await)?, RatingFormula::from))
    }

    /// A version of the formula; `null` when there is none.
    async fn rating_formula(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The version; the one in force when absent.")] version: Option<i64>,
    ) -> Gql<Option<RatingFormula>> {
        Ok(answer_optional(gql, rating::formula(ctx(gql)?, version).await)?.map(RatingFormula::from))
    }

    /// What every rated merchant would be rated by a version of the formula, by what is counted today. What comes out when
    /// it is put in force is the same.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn rating_preview(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The version.")] version: i64,
        #[graphql(desc = "Only merchants that would cross the threshold.")] only_crossing: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, RatingPreview>> {
        let page = answer(gql, page_args(first, after))?;
        let found = rating::preview(ctx(gql)?, version, only_crossing.unwrap_or(false), &page).await;
        Ok(connection(answer(gql, found)?, RatingPreview::from))
    }
}
