//! Questions about buyers.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};

use super::Customer;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Questions about buyers.
#[derive(Default)]
pub struct CustomersQuery;

#[Object]
impl CustomersQuery {
    /// Buyers, the newest first. A buyer finds oneself only.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn customers(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "A part of the name or the address")] search: Option<String>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Customer>> {
        let page = answer(gql, page_args(first, after))?;
        answer(
            gql,
            customers::customers(ctx(gql)?, search.as_deref(), &page).await.map(|page| connection(page, Customer)),
        )
    }

    /// One buyer, oneself without `id`; null when there is none.
    async fn customer(&self, gql: &Context<'_>, id: Option<ID>) -> Gql<Option<Customer>> {
        let ctx = ctx(gql)?;
        let found = match answer(gql, input::optional_id("id", id.as_ref()))? {
            Some(id) => customers::customer(ctx, id).await,
            None => customers::mine(ctx).await,
        };
        answer_optional(gql, found.map(Customer))
    }
}
