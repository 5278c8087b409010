//! Questions about quotes.

use std::collections::HashMap;

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};
use context::Ctx;
use kernel::id::QuoteId;
use orders::query;

use super::quote::Quote;
use super::quote_enums::QuoteState;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::loader::{LoadError, Loader, OfRequest};
use crate::page::{connection, page_args};

/// Every version of the offers of quotes.
pub struct QuoteOffersLoader(Ctx);

impl OfRequest for QuoteOffersLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<QuoteId> for QuoteOffersLoader {
    type Value = Vec<orders::QuoteOffer>;

    async fn load(&self, keys: &[QuoteId]) -> Result<HashMap<QuoteId, Self::Value>, LoadError> {
        query::offers_by_quotes(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// What happened to quotes.
pub struct QuoteStepsLoader(Ctx);

impl OfRequest for QuoteStepsLoader {
    fn of(ctx: Ctx) -> Self {
        Self(ctx)
    }
}

impl Loader<QuoteId> for QuoteStepsLoader {
    type Value = Vec<orders::QuoteStep>;

    async fn load(&self, keys: &[QuoteId]) -> Result<HashMap<QuoteId, Self::Value>, LoadError> {
        query::steps_by_quotes(&self.0, keys).await.map_err(LoadError::new)
    }
}

/// Which quotes.
#[derive(InputObject, Default)]
pub struct QuoteFilter {
    /// Of this merchant; a merchant finds only its own.
    pub merchant_id: Option<ID>,
    /// Of this company: all of them for those who approve for it, one's own for its other buyers.
    pub company_id: Option<ID>,
    /// Of this request.
    pub request_id: Option<ID>,
    /// In this state. What nobody answered in time changes its state within a minute.
    pub state: Option<QuoteState>,
}

impl QuoteFilter {
    fn read(self) -> Result<query::QuoteFilter, context::Error> {
        Ok(query::QuoteFilter {
            merchant: input::optional_id("filter.merchantId", self.merchant_id.as_ref())?,
            company: input::optional_id("filter.companyId", self.company_id.as_ref())?,
            request: input::optional_id("filter.requestId", self.request_id.as_ref())?,
            state: self.state.map(Into::into),
        })
    }
}

/// Questions about quotes.
#[derive(Default)]
pub struct QuoteQuery;

#[Object]
impl QuoteQuery {
    /// A quote, for its merchant, its buyer, those who approve for the buyer's company and the operator; null when there
    /// is none.
    async fn quote(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Quote>> {
        let id = answer(gql, input::id("id", &id))?;
        answer_optional(gql, query::quote(ctx(gql)?, id).await.map(Quote::from))
    }

    /// Quotes, the newest first: all for the operator, its own for a merchant, one's own for a buyer, or those of a company
    /// for who approves for it.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn quotes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which quotes; all when absent")] filter: Option<QuoteFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Quote>> {
        let page = answer(gql, page_args(first, after))?;
        let filter = answer(gql, filter.unwrap_or_default().read())?;
        let found = query::quotes(ctx(gql)?, &filter, &page).await;
        answer(gql, found.map(|page| connection(page, Quote::from)))
    }
}
