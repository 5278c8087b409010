//! Questions about the catalog.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object};
use catalog::query as catalog_query;
use catalog::query::product::{ProductFilter, ProductSort};

use super::attribute::Attribute;
use super::category::Category;
use super::loader::VariantLoader;
use super::product::{Product, ProductStatus};
use super::variant::Variant;
use crate::error::{Gql, answer, answer_optional, ctx};
use crate::input;
use crate::loader::load;
use crate::page::{connection, page_args};

/// Which products a list shows, among those the caller may read: the own ones and those that are published.
#[derive(Debug, Default, InputObject)]
#[graphql(name = "ProductFilter")]
pub struct ProductFilterInput {
    /// Those of this owner.
    pub owner_id: Option<ID>,
    /// Only one's own: a merchant's, for the operator those without a merchant.
    #[graphql(default)]
    pub own: bool,
    /// In one of these states; empty: any.
    #[graphql(default)]
    pub statuses: Vec<ProductStatus>,
    /// With this text in title, brand, article number or trade item number.
    pub text: Option<String>,
    /// Right in this category.
    pub category_id: Option<ID>,
    /// Published in this channel.
    pub channel_id: Option<ID>,
}

impl ProductFilterInput {
    fn read(self) -> Result<ProductFilter, context::Error> {
        Ok(ProductFilter {
            owner: input::optional_id("filter.ownerId", self.owner_id.as_ref())?,
            own: self.own,
            statuses: self.statuses.into_iter().map(Into::into).collect(),
            text: self.text,
            category: input::optional_id("filter.categoryId", self.category_id.as_ref())?,
            channel: input::optional_id("filter.channelId", self.channel_id.as_ref())?,
        })
    }
}

/// The order of a list of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ProductSort")]
pub enum ProductSortBy {
    /// Newest first.
    Newest,
    /// By title.
    Title,
    /// Changed last first.
    Updated,
}

/// Questions about products.
#[derive(Default)]
pub struct ProductsQuery;

#[Object]
impl ProductsQuery {
    /// A product that the caller may read.
    async fn product(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Product>> {
        let ctx = ctx(gql)?;
        let result = async { catalog_query::product::by_id(ctx, input::id("id", &id)?).await };
        Ok(answer_optional(gql, result.await)?.map(Product::from))
    }

    /// The products that the caller may read: for merchants and the operator. Storefronts have `storefrontProducts`.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn products(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Which products.")] filter: Option<ProductFilterInput>,
        #[graphql(desc = "The order; newest first without it.")] sort_by: Option<ProductSortBy>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Product>> {
        let ctx = ctx(gql)?;
        let result = async {
            let filter = filter.unwrap_or_default().read()?;
            let sort = sort_by.map(Into::into).unwrap_or_default();
            catalog_query::product::list(ctx, &filter, sort, &page_args(first, after)?).await
        };
        Ok(connection(answer(gql, Box::pin(result).await)?, Product::from))
    }

    /// The product with this slug, when it is published in the channel.
    async fn product_by_slug(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The part of the storefront's address.")] slug: String,
        #[graphql(desc = "The code of the channel.")] channel: String,
    ) -> Gql<Option<Product>> {
        let ctx = ctx(gql)?;
        let market = answer(gql, marketplace::snapshot(ctx).await)?;
        let Some(channel) = market.channel_by_code(&channel).filter(|channel| channel.active) else { return Ok(None) };
        let found = catalog_query::storefront::by_slug(ctx, &slug, channel.id).await;
        Ok(answer(gql, found)?.map(Product::from))
    }

    /// A variant of a product that the caller may read.
    async fn variant(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Variant>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(load::<VariantLoader, _>(gql, id).await?.map(Variant))
    }
}

/// Questions about categories and attributes.
#[derive(Default)]
pub struct TaxonomyQuery;

#[Object]
impl TaxonomyQuery {
    /// A category.
    async fn category(&self, gql: &Context<'_>, id: ID) -> Gql<Option<Category>> {
        let id = answer(gql, input::id("id", &id))?;
        Ok(load::<super::CategoryLoader, _>(gql, id).await?.map(Category))
    }

    /// The category with this slug.
    async fn category_by_slug(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The part of the storefront's address.")] slug: String,
    ) -> Gql<Option<Category>> {
        Ok(answer(gql, catalog_query::category::by_slug(ctx(gql)?, &slug).await)?.map(Category))
    }

    /// Categories: the roots in their order, or all of them, a parent before what stands below it.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn categories(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only the roots; without it the whole tree.", default)] roots: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Category>> {
        let ctx = ctx(gql)?;
        let result = async {
            let page = page_args(first, after)?;
            match roots {
                true => catalog_query::category::children(ctx, None, &page).await,
                false => catalog_query::category::list(ctx, &page).await,
            }
        };
        Ok(connection(answer(gql, Box::pin(result).await)?, Category))
    }

    /// The attributes by their code.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn attributes(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those storefronts filter by.", default)] filterable: bool,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Attribute>> {
        let ctx = ctx(gql)?;
        let result = async { catalog_query::attribute::list(ctx, filterable, &page_args(first, after)?).await };
        Ok(connection(answer(gql, Box::pin(result).await)?, Attribute))
    }
}
