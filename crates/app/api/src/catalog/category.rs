//! Categories.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object};

use super::loader::CategoryLoader;
use crate::error::{Gql, answer, ctx};
use crate::loader::{load, load_many};
use crate::page::{connection, page_args};

/// A category of the catalog.
#[derive(Debug, Clone)]
pub struct Category(pub catalog::Category);

impl From<catalog::Category> for Category {
    fn from(category: catalog::Category) -> Self {
        Self(category)
    }
}

/// A category of the catalog.
#[Object]
impl Category {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The part of the storefront's address.
    fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Its place among its siblings.
    fn position(&self) -> i32 {
        self.0.position
    }

    /// The level, 0 for a root.
    fn depth(&self) -> usize {
        self.0.ancestor_ids.len()
    }

    /// The category it stands below.
    async fn parent(&self, gql: &Context<'_>) -> Gql<Option<Category>> {
        match self.0.parent_id {
            Some(id) => Ok(load::<CategoryLoader, _>(gql, id).await?.map(Category)),
            None => Ok(None),
        }
    }

    /// The categories above it, from the root down. All of them, at most nine.
    async fn ancestors(&self, gql: &Context<'_>) -> Gql<Vec<Category>> {
        let mut found = load_many::<CategoryLoader, _>(gql, self.0.ancestor_ids.clone()).await?;
        Ok(self.0.ancestor_ids.iter().filter_map(|id| found.remove(id)).map(Category).collect())
    }

    /// The categories right below it, in their order.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn children(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Category>> {
        let ctx = ctx(gql)?;
        let result =
            async { catalog::query::category::children(ctx, Some(self.0.id), &page_args(first, after)?).await };
        Ok(connection(answer(gql, Box::pin(result).await)?, Category))
    }

    /// Counts the changes; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
}
