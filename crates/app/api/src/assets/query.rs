//! Questions about files.

use assets::query::AssetFilter;
use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object};

use super::object::{Asset, AssetKind, AssetState};
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::page::{connection, page_args};

/// Which files a list shows.
#[derive(Debug, Default, InputObject)]
#[graphql(name = "AssetFilter")]
pub struct AssetFilterInput {
    /// Those of this merchant; for the operator.
    pub merchant_id: Option<ID>,
    /// Of this kind.
    pub kind: Option<AssetKind>,
    /// In this state; without it all but deleted ones.
    pub state: Option<AssetState>,
    /// With this text in the file name.
    pub text: Option<String>,
}

/// Questions about files.
#[derive(Default)]
pub struct AssetsQuery;

#[Object]
impl AssetsQuery {
    /// A file of one's own.
    async fn asset(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Asset>> {
        let ctx = ctx(gql)?;
        let result = async { assets::query::by_id(ctx, input::id("id", &id)?).await };
        Ok(answer_optional(gql, result.await)?.map(Asset))
    }

    /// One's own files, newest first.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn assets(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which files.")] filter: Option<AssetFilterInput>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Asset>> {
        let ctx = ctx(gql)?;
        let filter = filter.unwrap_or_default();
        let result = async {
            let filter = AssetFilter {
                merchant: input::optional_id("filter.merchantId", filter.merchant_id.as_ref())?,
                kind: filter.kind.map(Into::into),
                state: filter.state.map(Into::into),
                text: filter.text,
            };
            assets::query::list(ctx, &filter, &page_args(first, after)?).await
        };
        Ok(connection(answer(gql, Box::pin(result).await)?, Asset))
    }
}
