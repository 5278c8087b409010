//! Product cards.

use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, Object};
use catalog::model::{Image, ImageSource, ProductAction as Action, ProductStatus as Status};
use catalog::query::product::actions_of;
use chrono::{DateTime, Utc};

use super::attribute::AttributeValue;
use super::category::Category;
use super::loader::{
    CategoryLoader, ChannelsLoader, ImagesLoader, ProductCategoriesLoader, ProductValuesLoader, VariantsLoader,
};
use super::variant::Variant;
use crate::assets::{self, Asset, AssetLoader, ShownLoader};
use crate::error::{Gql, answer, ctx};
use crate::history::Change;
use crate::loader::{load, load_many};
use crate::merchants::{MerchantCard, MerchantCardLoader};
use crate::page::{connection, page_args};

/// Where a product stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status")]
pub enum ProductStatus {
    /// Its owner works on it.
    Draft,
    /// It waits for the operator.
    InReview,
    /// It is published in at least one channel.
    Published,
    /// It is out of use.
    Archived,
}

/// What can be done with a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Action")]
pub enum ProductAction {
    /// Change its content: `productEdit`.
    Edit,
    /// Send it to the operator: `productSubmit`.
    Submit,
    /// Take it back to a draft, off all channels: `productRevise`.
    Revise,
    /// Publish it in channels: `productsPublish`.
    Publish,
    /// Take it off channels: `productsUnpublish`.
    Unpublish,
    /// Return it to its owner with a note: `productReturn`.
    Return,
    /// Put it out of use: `productArchive`.
    Archive,
    /// Make it a draft again: `productRestore`.
    Restore,
}

/// A product card: what is sold, whoever sells it.
#[derive(Debug, Clone)]
pub struct Product(pub Arc<catalog::Product>);

impl From<catalog::Product> for Product {
    fn from(product: catalog::Product) -> Self {
        Self(Arc::new(product))
    }
}

impl Product {
    /// What only the owner and the operator see.
    fn private<'a>(&'a self, gql: &Context<'_>, text: Option<&'a str>) -> Gql<Option<&'a str>> {
        let own = catalog::query::product::is_own(ctx(gql)?, &self.0);
        Ok(text.filter(|_| own))
    }
}

/// A product card: what is sold, whoever sells it.
#[Object]
impl Product {
    /// Its id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The part of the storefront's address.
    fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The title.
    fn title(&self) -> &str {
        &self.0.title
    }

    /// The description as its owner wrote it; may hold HTML that a page must clean before it shows it.
    fn description(&self) -> &str {
        &self.0.description
    }

    /// The brand.
    fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }

    /// The shipping class: `parcel`, `bulky`, `cold`, `digital`, ...
    fn product_type(&self) -> &str {
        &self.0.product_type
    }

    /// The class of goods for tax; `null`: the marketplace's default.
    fn tax_class_id(&self) -> Option<ID> {
        self.0.tax_class_id.map(|id| id.to_string().into())
    }

    /// The merchant that writes the card; `null`: the operator. Others may sell it too.
    fn owner_id(&self) -> Option<ID> {
        self.0.owner.map(|id| id.to_string().into())
    }

    /// The merchant that writes the card, as buyers see it; `null`: the operator.
    async fn owner(&self, gql: &Context<'_>) -> Gql<Option<Arc<MerchantCard>>> {
        match self.0.owner {
            Some(id) => Ok(load::<MerchantCardLoader, _>(gql, id).await?),
            None => Ok(None),
        }
    }

    /// The owner's name for it, by which imports find it again. Only for the owner and the operator.
    fn external_handle(&self, gql: &Context<'_>) -> Gql<Option<&str>> {
        self.private(gql, self.0.external_handle.as_deref())
    }

    /// Where it stands.
    fn status(&self) -> ProductStatus {
        self.0.status.into()
    }

    /// What the operator asked the owner to change. Only for the owner and the operator.
    fn review_note(&self, gql: &Context<'_>) -> Gql<Option<&str>> {
        self.private(gql, self.0.review_note.as_deref())
    }

    /// What the caller can do with it now.
    fn allowed_actions(&self, gql: &Context<'_>) -> Gql<Vec<ProductAction>> {
        Ok(actions_of(ctx(gql)?, &self.0).into_iter().map(Into::into).collect())
    }

    /// The variants in their order, archived ones left out; at most `first` of them (up to 250).
    #[graphql(complexity = "PARTS_USUAL * (child_complexity + 1) + 1")]
    async fn variants(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many; all of them without it.")] first: Option<i32>,
    ) -> Gql<Vec<Variant>> {
        let found = load::<VariantsLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.iter().take(at_most(first)).cloned().map(Variant).collect())
    }

    /// The images in their order; at most `first` of them (up to 100).
    #[graphql(complexity = "PARTS_USUAL * (child_complexity + 1) + 1")]
    async fn images(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "How many; all of them without it.")] first: Option<i32>,
    ) -> Gql<Vec<ProductImage>> {
        let found = load::<ImagesLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.iter().take(at_most(first)).cloned().map(ProductImage).collect())
    }

    /// The categories, the main one first. All of them, at most 20.
    async fn categories(&self, gql: &Context<'_>) -> Gql<Vec<Category>> {
        let ids = load::<ProductCategoriesLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        let mut found = load_many::<CategoryLoader, _>(gql, ids.clone()).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).map(Category).collect())
    }

    /// Its attribute values. All of them, at most 100.
    async fn values(&self, gql: &Context<'_>) -> Gql<Vec<AttributeValue>> {
        let found = load::<ProductValuesLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(AttributeValue).collect())
    }

    /// The channels in which it is published. All of them.
    async fn channel_ids(&self, gql: &Context<'_>) -> Gql<Vec<ID>> {
        let found = load::<ChannelsLoader, _>(gql, self.0.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(|id| id.to_string().into()).collect())
    }

    /// Its changes with the values before and after, newest first. Only for the owner and the operator.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn history(
        &self,
        gql: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, Change>> {
        let ctx = ctx(gql)?;
        let result = async { catalog::query::product::history(ctx, self.0.id, &page_args(first, after)?).await };
        Ok(connection(answer(gql, Box::pin(result).await)?, Change))
    }

    /// Counts the changes; send it back as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was created.
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was changed last.
    fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it was published first since it last was a draft.
    fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
}

/// For the cost of a document: most products have few variants and images, whatever the most is.
const PARTS_USUAL: usize = 5;

fn at_most(first: Option<i32>) -> usize {
    first.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0))
}

/// An image of a product.
#[derive(Debug, Clone)]
pub struct ProductImage(Image);

/// An image of a product.
#[Object]
impl ProductImage {
    /// Its place; the first is the main image.
    fn position(&self) -> i32 {
        self.0.position
    }

    /// What it shows, in words.
    fn alt(&self) -> &str {
        &self.0.alt
    }

    /// The variant it shows; `null`: the product.
    fn variant_id(&self) -> Option<ID> {
        self.0.variant_id.map(|id| id.to_string().into())
    }

    /// The file; `null` for a link to another site.
    #[graphql(name = "asset")]
    async fn file(&self, gql: &Context<'_>) -> Gql<Option<Asset>> {
        match &self.0.source {
            ImageSource::Asset(id) => Ok(load::<AssetLoader, _>(gql, *id).await?.map(Asset)),
            ImageSource::Url(_) => Ok(None),
        }
    }

    /// Where the image is.
    async fn url(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        match &self.0.source {
            ImageSource::Url(url) => Ok(Some(url.clone())),
            ImageSource::Asset(id) => match load::<ShownLoader, _>(gql, *id).await? {
                Some(shown) => assets::original(gql, &shown).await,
                None => Ok(None),
            },
        }
    }

    /// Where a small version of the image is: a JPEG of at most 400 by 400 pixels, or the image itself.
    async fn thumbnail_url(&self, gql: &Context<'_>) -> Gql<Option<String>> {
        match &self.0.source {
            ImageSource::Url(url) => Ok(Some(url.clone())),
            ImageSource::Asset(id) => match load::<ShownLoader, _>(gql, *id).await? {
                Some(shown) => assets::small(gql, &shown).await,
                None => Ok(None),
            },
        }
    }
}
